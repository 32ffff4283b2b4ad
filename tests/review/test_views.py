"""Reading through HTTP: who sees what, and how the pages answer."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import event

from modbot.domain import Action, Mode, Policy, Report, ReportKind
from modbot.text import sketch
from review.desk import FINE, SPAM, a_spam_verdict

PAGES = ("/queue", "/queue?state=all", "/overview", "/admin/sites", "/admin/users", "/admin/models")


def test_it_works(at_the_desk, arrive):
    first, second = arrive(), arrive(FINE, name="Mara")
    ada = at_the_desk("ada")

    page = ada.get("/queue").text

    assert page.index(second.id) < page.index(first.id)
    assert '<span class="count" data-waiting>2</span>' in page
    assert "Words typical of spam" in page
    assert '<mark class="word word--for word--strong">casino</mark>' in page
    assert ada.get("/").location == "/queue"


def test_it_marks_the_same_words_in_the_list_and_on_the_case_s_page(at_the_desk, arrive):
    case = arrive(verdict=a_spam_verdict(reasons=()))
    ada = at_the_desk("ada")

    marks = [re.findall("<mark[^>]*>([^<]*)", ada.get(path).text) for path in ("/queue", f"/cases/{case.id}")]

    assert marks == [["casino"], ["casino"]]


def test_it_shows_a_case_with_everything_known_about_it(at_the_desk, arrive, house):
    parent = arrive(FINE, name="Mara")
    case = arrive(parent_id=parent.comment.key, ip="203.0.113.9", user_agent="Browser/1")
    house.store.record_report(Report(case.id, ReportKind.FLAG, case.received_at, "offensive"))

    page = at_the_desk("ada").get(f"/cases/{case.id}").text

    for shown in (
        "In reply to",
        "Mara",
        "c•••@e•••.org",
        "strongly for spam",
        "NEW_AUTHOR",
        "Flagged by a visitor",
        "offensive",
        "m-1",
        "p1",
        "203.0.113.9",
        "Night bus to the harbour",
        'href="https://gazette.example/night-bus"',
    ):
        assert shown in page, shown


def test_it_lists_the_author_s_other_comments(at_the_desk, arrive):
    from factories import an_author

    author = an_author(key="author-same")
    other, case = arrive(FINE, author=author), arrive(author=author)

    page = at_the_desk("ada").get(f"/cases/{case.id}").text

    assert f'href="/cases/{other.id}"' in page
    assert "Other comments of this author" in page


def test_it_says_how_people_decided_what_is_like_it(at_the_desk, arrive, house):
    before, case = arrive(), arrive(SPAM.replace("best", "top"))
    ada = at_the_desk("ada")
    ada.decide(before, "rejection", reason="spam")

    page = ada.get(f"/cases/{case.id}").text

    assert re.search(r"Comments with a link to casino\.example</bdi>: <strong>people rejected 1<", page)
    assert "Rejected as spam by ada" in page
    assert f'href="/cases/{before.id}"' in page


def test_it_counts_copies_but_never_the_case_itself(at_the_desk, arrive, house):
    text = "Homeowners in Saltmere can now get a solar grant of up to 8,400! Check whether you qualify before Friday."
    arrive(text, sketch=sketch(text))
    case = arrive(text.replace("Check", "Look"), sketch=sketch(text.replace("Check", "Look")))

    page = at_the_desk("ada").get(f"/cases/{case.id}").text

    assert "1 copy with small changes before" in page
    assert "Same text sent" not in page


def test_it_finds_the_smallest_edit_on_a_page_of_its_own(at_the_desk, arrive, house, ada_site):
    case = arrive()
    ada = at_the_desk("ada")
    house.store.change_site(replace(ada_site, policy=Policy(mode=Mode.HOLD_ONLY)), case.received_at)
    assert f'href="/cases/{case.id}/why"' in ada.get(f"/cases/{case.id}").text

    page = ada.get(f"/cases/{case.id}/why").text

    assert "People decide every comment on this site" in page
    assert "Rejecting: " in page
    assert at_the_desk("ben").get(f"/cases/{case.id}/why").status_code == 404
    assert at_the_desk("cal").get(f"/cases/{case.id}/why").status_code == 200
    house.store.change_site(replace(ada_site, policy=Policy(mode=Mode.BORROWED)), case.received_at)
    assert "People decide every comment" not in ada.get(f"/cases/{case.id}/why").text


def test_it_looks_for_no_edit_of_an_erased_text(at_the_desk, arrive, house, clock):
    case = arrive()
    house.store.erase_comment(case.id, clock())

    assert "nothing is left to edit" in at_the_desk("ada").get(f"/cases/{case.id}/why").text


@pytest.mark.parametrize("path", PAGES)
def test_it_sends_strangers_to_the_log_in(visitor, arrive, path):
    answer = visitor.get(path)

    assert answer.status_code == 303
    assert answer.location.startswith("/login")


def test_it_hides_another_site_s_cases(at_the_desk, arrive, ada_site):
    case = arrive()
    ben = at_the_desk("ben")

    assert ben.get(f"/cases/{case.id}").status_code == 404
    assert ben.get(f"/cases/{case.id}/outcome").status_code == 404
    assert ben.get(f"/queue?site={ada_site.id}").status_code == 404
    for path in ("/queue", "/queue?state=all", "/queue?q=casino"):
        assert case.id not in ben.get(path).text
    assert "0" in ben.get("/overview").text


def test_it_lets_a_viewer_read(at_the_desk, arrive):
    case = arrive()
    cal = at_the_desk("cal")

    assert case.id in cal.get("/queue").text
    page = cal.get(f"/cases/{case.id}").text
    assert "You can read here, but not decide." in page
    assert "/approval" not in page + cal.get("/queue").text


@pytest.mark.parametrize("path", [path for path in PAGES if path.startswith("/admin")])
def test_it_keeps_the_administrator_s_pages_from_others(at_the_desk, path):
    assert at_the_desk("dora").get(path).status_code == 200
    assert at_the_desk("ada").get(path).status_code == 404


def test_it_filters(at_the_desk, arrive, ada_site):
    spam, fine = arrive(), arrive(FINE)
    done = arrive("Published by machine already.", action=Action.PUBLISH)
    ada = at_the_desk("ada")

    assert done.id not in ada.get("/queue").text
    assert done.id in ada.get("/queue?state=published").text
    found = ada.get("/queue?q=timetable").text
    assert fine.id in found
    assert spam.id not in found
    assert spam.id in ada.get("/queue?reason=NEW_AUTHOR").text
    assert spam.id in ada.get(f"/queue?site={ada_site.id}").text
    assert "Nothing matches" in ada.get("/queue?q=unfindable").text
    assert "<h2>All clear" not in ada.get("/queue").text


def test_it_offers_to_search_all_comments(at_the_desk, arrive):
    arrive("Published by machine already.", action=Action.PUBLISH)
    ada = at_the_desk("ada")

    assert 'href="/queue?state=all&amp;q=machine"' in ada.get("/queue?q=machine").text
    assert "Search all comments" not in ada.get("/queue?state=all&q=unfindable").text
    assert "Search all comments" not in ada.get("/queue?reason=NO_SUCH").text


def test_it_pages_by_key(at_the_desk, arrive):
    cases = [arrive(f"Comment number {number} about the bus") for number in range(20)]
    ada = at_the_desk("ada")

    first = ada.get("/queue").text
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = ada.get(following).text

    assert cases[-1].id in first
    assert cases[0].id not in first
    assert cases[0].id in second
    assert cases[-1].id not in second
    assert "First page" in second


@pytest.fixture
def questions(house):
    """What a page asks the database."""

    def questions(person, path):
        asked = []
        listen = lambda *args: asked.append(args[2])  # noqa: E731
        engine = house.store._db.engine
        event.listen(engine, "before_cursor_execute", listen)
        person.get(path)
        event.remove(engine, "before_cursor_execute", listen)
        return [statement for statement in asked if statement.lstrip().upper().startswith(("SELECT", "WITH"))]

    return questions


def test_it_asks_the_database_a_fixed_number_of_questions(at_the_desk, arrive, questions):
    ada = at_the_desk("ada")
    arrive()
    few = questions(ada, "/queue")
    for number in range(20):
        arrive(f"Comment number {number}")

    assert len(questions(ada, "/queue")) == len(few) <= 8


def test_it_asks_a_fixed_number_of_questions_about_campaigns_however_large(at_the_desk, arrive, questions):
    ada = at_the_desk("ada")
    for number in range(20):
        arrive(f"Comment number {number}")
    arrive.copies(20)
    few = questions(ada, "/queue")
    arrive.copies(60)

    assert len(questions(ada, "/queue")) == len(few) <= 13


def test_it_asks_as_much_about_a_case_however_much_was_decided_before(at_the_desk, arrive, questions):
    ada, dora = at_the_desk("ada"), at_the_desk("dora")
    case = arrive()
    asked = []
    for _ in range(2):
        for number in range(3):
            dora.decide(arrive(f"{number} {SPAM}", author=case.comment.author), "rejection")
        asked.append(len(questions(ada, f"/cases/{case.id}")))

    assert asked[0] == asked[1] <= 22


def test_it_says_when_nobody_waits(at_the_desk):
    assert "All clear" in at_the_desk("ada").get("/queue").text


def test_it_forgets_an_erased_text(at_the_desk, arrive, house, clock):
    case = arrive()
    house.store.erase_comment(case.id, clock())

    page = at_the_desk("ada").get(f"/cases/{case.id}").text

    assert "The text was erased" in page
    assert "casino" not in page


def test_it_shows_patterns_only_while_developing(app, at_the_desk, house):
    ada = at_the_desk("ada")
    assert ada.get("/patterns").status_code == 404

    app.extensions["modbot"] = replace(house, settings=house.settings.model_copy(update={"dev": True}))

    assert "Each component once." in ada.get("/patterns").text


def test_it_shows_what_was_decided_by_the_machine(at_the_desk, arrive):
    arrive(FINE, action=Action.PUBLISH)

    assert "Published by the machine" in at_the_desk("ada").get("/queue?state=all").text


def test_it_keeps_preferences(at_the_desk, arrive):
    ada = at_the_desk("ada")

    answer = ada.post("/preferences", theme="dark", keys="off", back="/queue?state=all")

    assert (answer.status_code, answer.location) == (303, "/queue?state=all")
    page = ada.get("/queue").text
    assert 'data-theme="dark"' in page
    assert 'data-keys="off"' in page
    assert ada.post("/preferences", theme="pink", back="https://evil.example/").location == "/queue"
    assert "data-theme" not in ada.get("/queue").text


def test_it_shows_the_same_look_for_errors(at_the_desk, arrive):
    answer = at_the_desk("ada").get("/cases/c0000")

    assert answer.status_code == 404
    assert "Nothing here" in answer.text
    assert "modbot" in answer.text


@pytest.mark.parametrize("where", ["name", "body", "url", "page_title", "user_agent", "referrer"])
def test_it_renders_hostile_fields_inert(at_the_desk, arrive, where):
    payload = '"><script>alert(1)</script><img src=x onerror=alert(2)><a href="javascript:alert(3)">'
    case = arrive(payload if where == "body" else SPAM, **({} if where == "body" else {where: payload}))
    ada = at_the_desk("ada")

    for path in ("/queue", f"/cases/{case.id}", f"/cases/{case.id}/outcome", f"/cases/{case.id}/why"):
        page = ada.get(path).text
        assert "<script>alert" not in page
        assert "<img" not in page
        assert 'href="javascript' not in page


def test_it_links_no_page_that_is_not_on_the_web(at_the_desk, arrive):
    case = arrive(page_url="javascript:alert(1)")

    assert "javascript:" not in at_the_desk("ada").get(f"/cases/{case.id}").text
