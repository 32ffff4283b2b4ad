"""Akismet's calls: exact words, headers and their absence, keys wherever they come, and what becomes of a comment."""

from __future__ import annotations

import re

import pytest

from intake.akismet.conftest import KEY
from modbot.domain import Action, Callback, CaseQuery, DecidedBy, Door, Head
from modbot.errors import StoreUnavailable

GUID = re.compile(r"[0-9a-f]{32}")
THANKS = "Thanks for making the web a better place."
TRAP = {"honeypot_field_name": "trap", "trap": "filled in"}


@pytest.fixture
def stored(house):
    """Every case there is, newest first, whole."""
    return lambda: house.store.whole_cases([row.id for row in house.store.cases(CaseQuery(limit=200)).rows])


def test_it_works(ask, good, stored):
    answer = ask("comment-check", **good)

    assert (answer.status_code, answer.text, answer.content_type) == (200, "false", "text/plain; charset=utf-8")
    assert GUID.fullmatch(answer.headers["X-akismet-guid"])
    (case,) = stored()
    assert (case.action, case.decided_by, case.comment.door) == (Action.PUBLISH, DecidedBy.MACHINE, Door.AKISMET)
    assert (case.comment.name, case.comment.body) == (good["comment_author"], good["comment_content"])
    assert (case.comment.key, case.comment.ip) == (answer.headers["X-akismet-guid"], "192.0.2.7")
    assert "cal@" not in repr(case)


def test_it_calls_spam_spam(ask, good, stored):
    answer = ask("comment-check", **good, **TRAP)

    assert (answer.text, stored()[0].action) == ("true", Action.REJECT)
    assert GUID.fullmatch(answer.headers["X-akismet-guid"])


def test_it_gives_each_check_a_guid_of_its_own(ask, good):
    assert len({ask("comment-check", **good).headers["X-akismet-guid"] for _ in range(3)}) == 3


@pytest.mark.parametrize("place", ["api_key", "key"])
def test_it_takes_the_key_from_the_body(ask, good, place):
    assert ask("comment-check", key=place, **good).text == "false"


def test_it_takes_the_key_from_the_query(client, akismet_site, good):
    assert client.post(f"/1.1/comment-check?api_key={KEY}", data=good).text == "false"


@pytest.mark.parametrize("host", [f"{KEY}.rest.example", f"{KEY.upper()}.localhost:8000"])
def test_it_takes_the_key_from_the_name_of_the_host(ask, good, host):
    assert ask("comment-check", key="", headers={"Host": host}, **good).text == "false"


def test_it_takes_the_key_from_the_path(client, akismet_site, good):
    assert client.post(f"/k/{KEY}/1.1/comment-check", data=good).text == "false"


def test_it_takes_a_key_in_capitals(client, akismet_site, good):
    assert client.post("/1.1/comment-check", data=good | {"api_key": KEY.upper()}).text == "false"


@pytest.mark.parametrize("method", ["verify-key", "get-subscription"])
def test_it_judges_the_new_key_when_a_saved_one_is_replaced(client, akismet_site, method):
    new, old = {"key": KEY, "api_key": "f" * 12}, {"key": "f" * 12, "api_key": KEY}

    assert client.post(f"/1.1/{method}", data=new).text != "invalid"
    assert client.post(f"/1.1/{method}", data=old).text == "invalid"


@pytest.mark.parametrize(
    "method", ["verify-key", "comment-check", "submit-spam", "submit-ham", "get-stats", "deactivate"]
)
@pytest.mark.parametrize(("key", "why"), [("f" * 12, "Invalid key"), ("", 'Empty "api_key" value')])
def test_it_says_why_a_key_is_none(client, akismet_site, good, stored, method, key, why):
    answer = client.post(f"/1.1/{method}", data=good | {"api_key": key})

    assert (answer.status_code, answer.text) == (200, "invalid")
    assert answer.headers["X-akismet-debug-help"] == why
    assert stored() == ()


def test_it_slows_down_whoever_guesses_keys(client, akismet_site, good):
    answers = [client.post("/1.1/verify-key", data={"key": f"{n:012x}"}) for n in range(70)]

    assert answers[0].text == "invalid"
    assert (answers[-1].status_code, answers[-1].content_type) == (429, "text/plain; charset=utf-8")
    assert int(answers[-1].headers["Retry-After"]) > 0
    # Whoever has a key goes on.
    assert client.post("/1.1/verify-key", data={"key": KEY}).text == "valid"


def test_it_puts_no_debug_help_on_a_good_answer(ask, good):
    for method in ("verify-key", "comment-check", "submit-spam", "get-stats"):
        assert "X-akismet-debug-help" not in ask(method, **good).headers


def test_it_says_when_the_blog_cannot_be_read(ask, good):
    answer = ask("comment-check", **good | {"blog": "http://[not a blog"})

    assert (answer.text, answer.headers["X-akismet-debug-help"]) == ("invalid", "We were unable to parse your blog URI")


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"comment_author": "viagra-test-123"}, "true"),
        ({"comment_author": "akismet-guaranteed-spam"}, "true"),
        ({"comment_author_email": "akismet-guaranteed-spam@example.com"}, "true"),
        ({"user_role": "administrator"}, "false"),
        ({"user_role": "editor, Administrator", "trap": "x", "honeypot_field_name": "trap"}, "false"),
        ({"comment_author": "viagra-test-123", "user_role": "administrator"}, "true"),
    ],
)
@pytest.mark.parametrize("test", ["", "1"])
def test_it_knows_the_marks_of_tests(ask, good, stored, fields, word, test):
    answer = ask("comment-check", **good | fields | {"is_test": test})

    assert answer.text == word
    assert GUID.fullmatch(answer.headers["X-akismet-guid"])
    assert "X-akismet-pro-tip" not in answer.headers
    assert stored() == ()


@pytest.mark.parametrize("yes", ["1", "true", "True", "yes"])
def test_it_keeps_nothing_of_a_test(ask, good, stored, yes):
    assert ask("comment-check", **good, is_test=yes).text == "false"
    assert ask("comment-check", **good, **TRAP, is_test=yes).text == "true"
    assert ask("submit-spam", **good, is_test=yes).text == THANKS
    assert stored() == ()


@pytest.mark.parametrize("no", ["False", "0", ""])
def test_it_takes_a_no_for_a_no(ask, good, stored, no):
    ask("comment-check", **good, is_test=no)

    assert len(stored()) == 1


def test_it_answers_where_nothing_was_written(ask, good, stored):
    assert ask("comment-check", **good | {"comment_content": ""}).text in {"true", "false"}
    assert stored() == ()


# -- a person should look ------------------------------------------------------------


def test_it_keeps_a_comment_pending_in_wordpress(ask, good, hold_only, stored):
    answer = ask("comment-check", headers={"User-Agent": "WordPress/6.6 | Akismet/5.0.2"}, **good)

    assert (answer.text, answer.headers["X-akismet-error"]) == ("false", "awaiting-review")
    assert stored()[0].queued


def test_it_asks_a_client_that_waits_to_come_back_and_tells_it_what_a_person_decided(
    ask, good, hold_only, house, stored
):
    waits = {"callback": "https://gazette.example/wp-json/akismet/v1/webhook", "comment_post_ID": "7"}
    answer = ask("comment-check", headers={"User-Agent": "WordPress/6.6 | Akismet/5.6"}, **good, **waits)

    assert (answer.text, answer.headers["X-akismet-recheck-after"]) == ("false", "43200")
    assert "X-akismet-error" not in answer.headers
    guid = answer.headers["X-akismet-guid"]
    assert house.store.callback(stored()[0].id) == (Callback(waits["callback"], {"comment_post_ID": "7"}), guid)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/hook",
        "http://169.254.169.254/",
        "https://gazette.example.evil/",
        "ftp://gazette.example/",
        "x",
    ],
)
def test_it_calls_back_to_the_sites_own_host_only(ask, good, hold_only, house, stored, url):
    answer = ask("comment-check", **good, callback=url)

    assert "X-akismet-recheck-after" not in answer.headers
    assert house.store.callback(stored()[0].id) is None


def test_it_asks_nobody_to_come_back_twice(ask, good, hold_only):
    waits = good | {"callback": "https://gazette.example/hook"}
    ask("comment-check", **waits)

    assert "X-akismet-recheck-after" not in ask("comment-check", **waits, recheck_reason="retry").headers


def test_it_gives_wordpress_no_verdict_at_the_second_look_that_would_publish(ask, good, hold_only, stored):
    wordpress = {"User-Agent": "WordPress/6.8 | Akismet/5.5"}
    ask("comment-check", headers=wordpress, **good)
    retried = ask("comment-check", headers=wordpress, **good, recheck_reason="retry")
    by_hand = ask("comment-check", headers=wordpress, **good, recheck_reason="recheck_queue")
    waits = {"callback": "https://gazette.example/hook", "recheck_reason": "retry"}
    knows_how = ask("comment-check", headers=wordpress, **good, **waits)

    assert (retried.status_code, retried.text) == (503, "error")
    assert (by_hand.text, by_hand.headers["X-akismet-error"]) == ("false", "awaiting-review")
    assert (knows_how.text, knows_how.headers["X-akismet-error"]) == ("false", "awaiting-review")
    assert len(stored()) == 1


@pytest.mark.parametrize("key", ["", "f" * 12])
def test_it_gives_an_id_without_a_verdict_too(client, good, key):
    """WordPress publishes what it got neither a verdict nor an id for."""
    answer = client.post("/1.1/comment-check", data=good | {"api_key": key})

    assert answer.text == "invalid"
    assert len(answer.headers["X-akismet-guid"]) == 32
    assert "X-akismet-guid" not in client.post("/1.1/verify-key", data={"key": key}).headers


def test_it_has_two_words_for_other_clients(ask, good, hold_only):
    plain, spam = ask("comment-check", **good), ask("comment-check", **good, **TRAP)

    assert (plain.text, spam.text) == ("false", "true")
    assert all(not {"X-akismet-error", "X-akismet-pro-tip"} & {*answer.headers.keys()} for answer in (plain, spam))


def test_it_never_drops_a_comment_unseen_where_people_decide(ask, good, hold_only):
    assert "X-akismet-pro-tip" not in ask("comment-check", **good, **TRAP).headers


def test_it_lets_a_client_ask_again_when_a_scorer_failed(ask, good, house, monkeypatch, stored):
    def broken(*_args, **_more):
        raise ValueError

    monkeypatch.setattr(type(house.model), "look", broken)
    answer = ask("comment-check", **good)

    assert (answer.status_code, answer.content_type) == (503, "text/plain; charset=utf-8")
    assert answer.headers["X-akismet-guid"]
    assert "Retry-After" in answer.headers
    assert stored()[0].queued


def test_it_says_nothing_that_looks_like_a_verdict_when_the_store_is_away(ask, good, house, monkeypatch):
    def away(*_args, **_more):
        raise StoreUnavailable("away")

    monkeypatch.setattr(type(house.store), "site_for_key", away)
    answer = ask("comment-check", **good)

    assert (answer.status_code, answer.text) == (503, "error")
    assert answer.headers["X-akismet-guid"]
    assert "Retry-After" in answer.headers


# -- asking twice --------------------------------------------------------------------


def test_it_answers_a_second_look_from_the_case(ask, good, house, stored):
    first = ask("comment-check", **good)
    ask("submit-spam", **good)
    again = ask("comment-check", **good, recheck_reason="recheck_queue")

    assert (first.text, again.text) == ("false", "true")
    assert len(stored()) == 1


def test_it_checks_what_it_never_saw_on_a_second_look(ask, good, stored):
    assert ask("comment-check", **good, recheck_reason="retry").text == "false"
    assert len(stored()) == 1


# -- what the site says ---------------------------------------------------------------


def test_it_takes_what_a_site_submits_as_its_review(ask, good, stored):
    ask("comment-check", **good)
    answer = ask("submit-spam", **good)

    assert (answer.text, answer.content_type) == (THANKS, "text/plain; charset=utf-8")
    (case,) = stored()
    assert (case.action, case.decided_by) == (Action.REJECT, DecidedBy.SITE)
    assert [(review.reason, review.action) for review in case.reviews] == [("spam", Action.REJECT)]


def test_it_takes_the_same_submission_twice_and_the_opposite_as_a_change(ask, good, stored):
    ask("comment-check", **good)
    for method in ("submit-spam", "submit-spam", "submit-ham", "submit-ham"):
        assert ask(method, **good).text == THANKS

    (case,) = stored()
    assert [review.action for review in case.reviews] == [Action.REJECT, Action.PUBLISH]
    assert case.action is Action.PUBLISH


def test_it_keeps_a_submission_that_it_never_checked(ask, good, stored):
    """WordPress submits what an editor made: no address and no browser but those of the row."""
    row = {name: value for name, value in good.items() if name not in {"user_ip", "user_agent"}}
    assert ask("submit-spam", **row, comment_author_IP="192.0.2.9", comment_agent="Firefox").text == THANKS

    (case,) = stored()
    assert (case.action, case.decided_by, case.comment.ip) == (Action.REJECT, DecidedBy.SITE, "192.0.2.9")
    assert case.comment.user_agent == "Firefox"


def test_it_finds_the_authors_own_case_first(ask, good, stored):
    ask("comment-check", **good)
    ask("comment-check", **good | {"comment_author_email": "eve@example.org", "comment_author": "Eve"})
    ask("submit-spam", **good)

    assert {case.comment.name: case.action for case in stored()} == {"Cal": Action.REJECT, "Eve": Action.PUBLISH}


def test_it_takes_json(client, akismet_site, good, stored):
    answer = client.post("/1.1/submit-spam", json=good, headers={"Host": f"{KEY}.rest.example"})

    assert answer.text == THANKS
    assert stored()[0].action is Action.REJECT


# -- about the key --------------------------------------------------------------------


def test_it_lets_wordpress_save_a_key(ask):
    """What its settings page asks, in that order."""
    assert ask("verify-key", key="key", blog="https://gazette.example").text == "valid"
    told = ask("get-subscription", key="key").json
    assert (told["status"], told["account_type"], told["limit_reached"]) == ("active", "self-hosted", False)
    for stretch in ("6-months", "all"):
        assert ask("get-stats", key="key", **{"from": stretch}).json["spam"] == 0
    assert ask("deactivate", key="key").text == "deactivated"
    assert ask("verify-key", key="key").text == "valid"


def test_it_is_connected(client):
    answer = client.get("/1.1/test")

    assert (answer.text, answer.content_type) == ("connected", "text/plain; charset=utf-8")


@pytest.mark.parametrize("path", ["/1.1/nothing", "/1.2/nothing", "/1.1/", "/1.2/comment-check", "/k/x/1.1/nothing"])
def test_it_has_nothing_elsewhere(client, path):
    answer = client.post(path)

    assert (answer.status_code, answer.content_type) == (404, "text/plain; charset=utf-8")


def test_it_refuses_other_verbs_in_plain_text(client):
    answer = client.delete("/1.1/comment-check")

    assert (answer.status_code, answer.content_type) == (405, "text/plain; charset=utf-8")
    assert "POST" in answer.headers["Allow"]


def test_it_drops_the_blatant_unseen(ask, good, house, monkeypatch):
    from modbot.intake.akismet import door

    monkeypatch.setattr(door, "is_blatant", lambda verdict: verdict.scores[Head.SPAM] > 0.5)

    assert ask("comment-check", **good, **TRAP).headers["X-akismet-pro-tip"] == "discard"
    assert "X-akismet-pro-tip" not in ask("comment-check", **good).headers


def test_it_reads_more_than_the_native_door(ask, good, stored):
    long = "The night bus now stops at the harbour. " * 20_000

    assert ask("comment-check", **good | {"comment_content": long}).text in {"true", "false"}
    assert len(stored()[0].comment.body) in {19_999, 20_000}
