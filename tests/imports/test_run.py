from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from factories import NOON, a_draft
from modbot.domain import Action, CaseQuery, DecidedBy, Door, Mode, Policy
from modbot.imports.run import SURPRISING, Row, bring_in
from modbot.moderation import Submission

GOOD = "The night bus now stops at the harbour. My shift ends at eleven, so this saves me a long walk. Thank you!"
BAD = "Cheap pills without prescription, order now: http://pills.example/buy http://pills.example/now"
LONG_AGO = "2019-05-01T08:00:00Z"


def a_row(id_: str = "5", label: str = "good", **fields) -> Row:
    given = {"name": "Cal", "email": "cal@example.org", "body": GOOD, "created_at": LONG_AGO} | fields
    return Row("wordpress", id_, given, label)


@pytest.fixture
def bring(house, ada_site):
    def _bring(*rows: Row):
        *_, summary = bring_in(house.moderator, ada_site, rows, house.clock())
        return summary

    return _bring


def cases(house, **wanted):
    """Return the stored cases, newest first."""
    return house.store.whole_cases([row.id for row in house.store.cases(CaseQuery(**wanted)).rows])


def test_it_works(house, bring):
    told = bring(a_row(), a_row("6", "spam", body=BAD), a_row("7", "", body="Held there"))
    assert (told.read, told.new, told.known, told.empty) == (3, 3, 0, 0)
    assert told.labels == {"good": 1, "spam": 1, "": 1}
    held, bad, good = sorted(cases(house), key=lambda case: case.comment.key, reverse=True)
    assert [case.comment.door for case in (good, bad, held)] == [Door.IMPORT] * 3
    assert (good.action, good.decided_by, bad.action, bad.decided_by) == (
        Action.PUBLISH,
        DecidedBy.SITE,
        Action.REJECT,
        DecidedBy.SITE,
    )
    assert held.decided_by is DecidedBy.MACHINE
    assert good.received_at.isoformat() == "2019-05-01T08:00:00+00:00"
    assert bad.reviews[0].reason == "spam"


def test_it_troubles_nobody(house, ada_site, bring):
    site = replace(ada_site, policy=Policy(mode=Mode.HOLD_ONLY, audit_rate=1.0))
    list(bring_in(house.moderator, site, [a_row("6", "", body=BAD), a_row("7", "")], house.clock()))
    assert cases(house, queued=True) == ()
    assert len(cases(house)) == 2


def test_the_same_file_again_changes_only_labels_that_changed(house, bring):
    rows = (a_row(), a_row("6", "spam", body=BAD))
    bring(*rows)
    before = {case.id: case.revision for case in cases(house)}
    again = bring(*rows)
    assert (again.new, again.known) == (0, 2)
    assert {case.id: case.revision for case in cases(house)} == before
    bring(a_row(), a_row("6", "good", body=BAD))
    assert {case.action for case in cases(house)} == {Action.PUBLISH}
    assert len(cases(house)) == 2


def test_it_goes_on_where_it_stopped(house, ada_site, bring):
    rows = [a_row(str(number), body=f"{GOOD} {number}") for number in range(6)]
    begun = bring_in(house.moderator, ada_site, iter(rows), house.clock())
    assert [next(begun).read for _ in range(3)] == [1, 2, 3]
    begun.close()
    told = bring(*rows)
    assert (told.new, told.known) == (3, 3)


def test_what_a_person_here_decided_stays(house, bring, ada):
    bring(a_row())
    (case,) = cases(house)
    draft = a_draft(case_id=case.id, action=Action.REJECT, seen_revision=case.revision, at=house.clock())
    house.moderator.review(draft, ada)
    bring(a_row())
    assert cases(house)[0].action is Action.REJECT


def test_an_export_without_ids_is_known_by_its_words(house, ada_site, bring):
    native = Submission({"name": "Cal", "email": "cal@example.org", "body": BAD}, b"sent", Door.NATIVE, "n1")
    house.moderator.moderate(ada_site, native, house.clock())
    told = bring(a_row("", "spam", body=BAD), a_row("", "good"), a_row("", "good"))
    assert (told.new, told.known) == (1, 2)
    assert {case.comment.key: case.decided_by for case in cases(house)}["n1"] is DecidedBy.SITE


def test_ids_of_two_systems_are_two_comments(house, bring):
    told = bring(a_row(), replace(a_row(), source="disqus"), a_row("ö"), a_row("x" * 500))
    assert told.new == 3, "the third has no id that can be kept, and is known by its words"
    assert told.known == 1


@pytest.mark.parametrize(
    ("said", "came"),
    [("2099-01-01T00:00:00Z", NOON), ("yesterday", NOON), ("", NOON), ("2024-05-01", NOON.replace(2024, 5, 1, 0))],
)
def test_a_comment_without_its_moment_comes_now(house, bring, said, came):
    bring(a_row(created_at=said))
    assert cases(house)[0].received_at == came


def test_what_has_no_text_is_counted_and_left_out(house, bring):
    told = bring(a_row(body=" "), a_row("6", email="not an address", name="", url="javascript:x"))
    assert (told.empty, told.new) == (1, 1)
    assert cases(house)[0].comment.url == ""


def test_it_tells_what_would_have_surprised_the_model_most(house, ada_site, bring):
    rows = [a_row(str(number), "spam", body=f"{GOOD} {number}") for number in range(SURPRISING + 5)]
    told = bring(*rows, a_row("good"), a_row("bad", "spam", body=BAD), a_row("none", "", body=BAD))
    sure = [surprise for surprise, _ in told.surprising]
    assert len(sure) == SURPRISING
    assert sure == sorted(sure, reverse=True)
    rated = {case.id: max(case.verdict.scores[head] for head in case.verdict.scores) for case in cases(house)}
    for surprise, case_id in told.surprising:
        assert surprise >= 1 - rated[case_id]
    assert sum(told.outcomes.values()) == told.new


def test_history_grows_old_from_when_it_was_written(house, ada_site, bring):
    bring(a_row())
    (case,) = cases(house)
    assert house.clock() - case.received_at > timedelta(days=365)
