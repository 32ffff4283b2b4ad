"""What would flip: counted by hand on made verdicts, and on a site's real stored cases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from factories import a_case, a_comment, a_draft, a_new_case, a_signal, a_verdict, later
from modbot import forecast as room
from modbot.domain import Action, DecidedBy, Door, Head, Mode, Policy, Reason, Review
from modbot.forecast import Against, answer_of, forecast, stored
from modbot.moderation import Submission, judge_again
from modbot.scoring.ruleset import NO_RULES

PUBLISH, HOLD, REJECT = Action
GOOD = "The night bus of line {n} now stops at the harbour, which saves me a long walk. Thank you!"
SPAM = "Cheap pills {n}, best price, buy now http://pills-{n}.example casino viagra bonus"


@pytest.fixture
def lived(house, ada_site, ada):
    """Forty stored cases, every other one spam; a person answered everything that was held, as it deserves."""
    for n in range(40):
        bad = n % 2 == 1
        given = {"name": "Cal", "email": f"cal{n}@example.org", "body": (SPAM if bad else GOOD).format(n=n)}
        case = house.moderator.moderate(ada_site, Submission(given, b"", Door.NATIVE, f"key-{n}"), later(100 * n)).case
        if case.queued:
            action = REJECT if bad else PUBLISH
            house.moderator.review(a_draft(case_id=case.id, action=action, at=later(100 * n + 9), reason="spam"), ada)
    return ada_site


def case_of(answer=None, **changes):
    """A case that people answered, or nobody."""
    if answer is None:
        return a_case(**changes)
    review = Review("c1", answer, "user-ada", "ada", DecidedBy.PERSON, 1, later())
    return a_case(action=answer, decided_by=DecidedBy.PERSON, revision=2, reviews=(review,), **changes)


def counted(*rows):
    """A forecast of rows of an answer, an action before and one after."""
    return forecast(
        (case_of(answer, id=f"c{n}"), a_verdict(action=was), a_verdict(action=now))
        for n, (answer, was, now) in enumerate(rows)
    )


def test_it_works(house, lived):
    wishes = (lived.policy, replace(lived.policy, mode=Mode.HOLD_ONLY))
    judge = judge_again(house.model, NO_RULES, None, *wishes)
    found = forecast((case, *judge(case)) for case in stored(house.store, lived.id, 100))
    came = [case.verdict.action for case in stored(house.store, lived.id, 100)]
    assert found.judged == 40
    assert {pair: count for pair, count in found.table.items() if count} == {
        (action, HOLD): came.count(action) for action in Action if came.count(action)
    }
    assert found.flipped == 40 - came.count(HOLD) > 0
    assert found.after == Against(held=found.good + found.bad)
    assert found.good + found.bad == came.count(HOLD) > 0
    assert len(found.telling) == min(10, found.flipped)


def test_it_flips_nothing_where_nothing_changed(house, lived):
    judge = judge_again(house.model, NO_RULES, None, lived.policy)
    found = forecast((case, case.verdict, *judge(case)) for case in stored(house.store, lived.id, 100))
    assert (found.judged, found.flipped, found.telling) == (40, 0, ())


def test_it_lets_the_machine_do_more_where_more_errors_are_allowed(house, lived):
    shares = (0.001, 0.01, 0.05, 0.2)
    wishes = [Policy(mode=Mode.BORROWED, max_good_rejected=share, max_bad_published=share) for share in shares]
    judge = judge_again(house.model, NO_RULES, None, *wishes)
    judged = [(case, judge(case)) for case in stored(house.store, lived.id, 100)]
    held = [sum(verdicts[n].action is HOLD for _, verdicts in judged) for n in range(len(shares))]
    assert held == sorted(held, reverse=True)
    assert held[0] > held[-1]
    found = forecast((case, verdicts[0], verdicts[-1]) for case, verdicts in judged)
    assert found.flipped == held[0] - held[-1]
    assert all(found.table[was, now] == 0 for was, now in ((PUBLISH, HOLD), (REJECT, HOLD), (PUBLISH, REJECT)))


def test_it_measures_both_sides_against_people():
    found = counted(
        (PUBLISH, REJECT, PUBLISH),
        (PUBLISH, HOLD, REJECT),
        (PUBLISH, PUBLISH, PUBLISH),
        (REJECT, REJECT, PUBLISH),
        (REJECT, PUBLISH, HOLD),
        (REJECT, HOLD, REJECT),
        (None, PUBLISH, REJECT),
    )
    assert (found.judged, found.flipped, found.good, found.bad) == (7, 6, 3, 3)
    assert found.before == Against(agreed=2, held=2, good_rejected=1, bad_published=1)
    assert found.after == Against(agreed=3, held=1, good_rejected=1, bad_published=1)
    assert (found.gained, found.lost) == (2, 1)
    assert found.table[PUBLISH, REJECT] == 1
    assert sum(found.table.values()) == 7


def test_it_counts_apart_what_the_owner_forbade():
    banned = a_verdict(action=REJECT, signals=(a_signal(code="BLOCKED_WORD"),))
    found = forecast([(case_of(PUBLISH), a_verdict(action=REJECT), banned)])
    assert (found.before, found.after) == (Against(good_rejected=1), Against(forbidden=1))


def test_it_names_errors_first_then_ends_then_what_was_put_right():
    rows = [
        (None, HOLD, PUBLISH),
        (REJECT, HOLD, REJECT),
        (PUBLISH, REJECT, HOLD),
        (None, PUBLISH, REJECT),
        (PUBLISH, HOLD, REJECT),
    ]
    assert [flip.case_id for flip in counted(*rows).telling] == ["c4", "c3", "c2", "c1", "c0"]


def test_it_names_the_ten_whose_risk_changed_most():
    risks = [n / 20 for n in range(12)]
    found = forecast(
        (case_of(id=f"c{n}"), a_verdict(action=HOLD, risk=0.1), a_verdict(action=PUBLISH, risk=0.1 + risk))
        for n, risk in enumerate(risks)
    )
    assert [flip.case_id for flip in found.telling] == [f"c{n}" for n in range(11, 1, -1)]


def test_it_tells_a_flip_by_id_band_and_reason_without_a_word_of_the_text():
    reason = Reason("SPAM_WORDS", "Words typical of spam: “harbour”.", Head.SPAM, 2.0)
    now = a_verdict(action=REJECT, band="clearly bad", risk=0.99, reasons=(reason,))
    (flip,) = forecast([(case_of(PUBLISH, id="c7"), a_verdict(risk=0.8), now)]).telling
    assert (flip.case_id, flip.before, flip.after, flip.answered) == ("c7", HOLD, REJECT, PUBLISH)
    assert (flip.band, flip.reason, flip.risk_before, flip.risk_after) == ("clearly bad", "SPAM_WORDS", 0.8, 0.99)
    assert "harbour" not in repr(flip).casefold()
    assert a_comment().name not in repr(flip)


def test_it_takes_an_answer_only_for_the_text_that_was_answered(house, ada_site, ada, clock):
    case, _ = house.store.record(a_new_case())
    assert answer_of(case) is None
    draft = a_draft(case_id=case.id, action=REJECT, at=clock.tick(5))
    rejected = house.moderator.review(draft, ada)
    assert answer_of(rejected) is REJECT
    fields = {"name": "Cal", "email": "cal@example.org", "body": "Now with other words."}
    edited = house.moderator.edit(ada_site, case.id, Submission(fields, b"", Door.NATIVE, ""), clock.tick(5)).case
    assert (edited.action, edited.decided_by, answer_of(edited)) == (REJECT, DecidedBy.PERSON, None)
    reopened = house.moderator.review(replace(draft, action=HOLD, seen_revision=3, at=clock.tick(5)), ada)
    assert answer_of(reopened) is None


@pytest.mark.parametrize("limit", [1, 2, 5, 7, 9])
def test_it_reads_the_newest_page_after_page(house, ada_site, monkeypatch, limit):
    monkeypatch.setattr(room, "PAGE", 2)
    cases = [house.store.record(a_new_case(comment=a_comment(key=f"k{n}"), at=later(n)))[0] for n in range(7)]
    found = [case.id for case in stored(house.store, ada_site.id, limit)]
    assert found == [case.id for case in reversed(cases)][:limit]
    assert [case.id for case in stored(house.store, ada_site.id, limit, since=later(6))] == [cases[6].id]
