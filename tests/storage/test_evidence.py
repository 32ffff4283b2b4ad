"""What counts as a site's own evidence, and what was learned from it, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from factories import NOON, a_comment, a_draft, a_new_case, a_signal, a_verdict, later
from modbot.domain import Action, Checked, Cut, DecidedBy, SiteLayer

GOOD, BAD = Action.PUBLISH, Action.REJECT


def drawn(store, key="key-1", at=NOON, **verdict):
    """Record a case that chance lays before a person, unless told otherwise."""
    changes = {"coin": 0.01, "audit_rate": 0.05, "risk": 0.3} | verdict
    return store.record(a_new_case(comment=a_comment(key=key), verdict=a_verdict(**changes), at=at))[0]


def answer(store, case, action, **changes):
    seen = store.case(case.id).revision
    return store.record_review(a_draft(case_id=case.id, action=action, seen_revision=seen, **changes))


def test_it_works(store):
    for number, (action, risk) in enumerate([(GOOD, 0.1), (GOOD, 0.2), (BAD, 0.9)]):
        answer(store, drawn(store, f"key-{number}", risk=risk, at=later(number)), action)
    assert store.checked("site-ada") == Checked(good=2, bad=1)
    assert store.checked_risks("site-ada", good=True) == (0.1, 0.2)
    assert store.checked_risks("site-ada", good=False) == (0.9,)
    assert store.checked("site-ben") == Checked()
    assert store.checked_risks("site-ben", good=True) == ()


@pytest.mark.parametrize("action", list(Action))
def test_it_counts_what_was_drawn_whatever_the_machine_thought(store, action):
    answer(store, drawn(store, action=action), GOOD)
    assert store.checked("site-ada").good == 1


def test_it_leaves_out_what_was_read_for_another_reason(store):
    answer(store, drawn(store, "held", coin=0.05), GOOD)
    answer(store, drawn(store, "reported", coin=0.9, action=GOOD), BAD)
    assert store.checked("site-ada") == Checked()


def test_it_counts_all_of_a_time_in_which_everything_is_read(store):
    answer(store, drawn(store, coin=0.99, audit_rate=1.0), BAD)
    assert store.checked("site-ada") == Checked(bad=1)


def test_it_counts_the_latest_answer_whoever_gave_it(store):
    case = drawn(store)
    answer(store, case, GOOD)
    answer(store, case, BAD, reviewer="site-ada", decided_by=DecidedBy.SITE)
    assert store.checked("site-ada") == Checked(bad=1)


def test_it_counts_neither_what_was_taken_back_nor_what_was_reopened(store):
    first, second = drawn(store, "a"), drawn(store, "b")
    answer(store, first, GOOD)
    answer(store, first, GOOD, undo=True)
    answer(store, second, GOOD)
    answer(store, second, Action.HOLD)
    assert store.checked("site-ada") == Checked(waiting=2)


def test_it_counts_a_colleagues_answer_again_once_a_later_one_was_taken_back(store):
    case = drawn(store)
    answer(store, case, GOOD, reviewer="user-ben")
    answer(store, case, BAD)
    answer(store, case, BAD, undo=True)
    assert store.checked("site-ada") == Checked(good=1)


def test_it_counts_no_answer_to_another_text_once_one_was_taken_back(store):
    case = drawn(store, risk=0.2)
    answer(store, case, GOOD, reviewer="user-ben")
    edit = a_new_case(
        comment=a_comment(body="Buy pills."), verdict=a_verdict(coin=0.01, risk=0.8), seen_revision=2, at=later(90)
    )
    store.revise(case.id, edit)
    answer(store, case, BAD)
    answer(store, case, BAD, undo=True)
    assert store.checked_risks("site-ada", good=True) == (0.2,)
    assert store.checked("site-ada").bad == 0


def test_it_counts_each_text_of_an_edited_comment_by_itself(store):
    case = drawn(store, risk=0.2)
    answer(store, case, GOOD)
    edit = a_new_case(
        comment=a_comment(body="Buy pills."), verdict=a_verdict(coin=0.01, risk=0.8), seen_revision=2, at=later(90)
    )
    store.revise(case.id, edit)
    answer(store, case, BAD)
    assert store.checked_risks("site-ada", good=True) == (0.2,)
    assert store.checked_risks("site-ada", good=False) == (0.8,)


def test_it_counts_apart_what_the_owner_forbade_and_not_at_all_what_nobody_could_score(store):
    answer(store, drawn(store, "banned", signals=(a_signal(code="BLOCKED_WORD"),)), BAD)
    answer(store, drawn(store, "failed", signals=(a_signal(code="SCORER_FAILED"),)), BAD)
    assert store.checked("site-ada") == Checked(banned=1)
    assert store.checked_risks("site-ada", good=False) == ()


def test_it_says_how_many_still_wait_for_an_answer(store):
    drawn(store, "drawn")
    drawn(store, "held for its risk", coin=0.5)
    answer(store, drawn(store, "answered"), GOOD)
    assert store.checked("site-ada") == Checked(good=1, waiting=1)


def test_it_remembers_after_an_erasure(store):
    case = drawn(store)
    answer(store, case, BAD)
    store.erase_comment(case.id, later(90))
    assert store.checked("site-ada") == Checked(bad=1)


def test_it_begins_anew_from_a_moment_on(store):
    for number, risk in enumerate((0.1, 0.2, 0.3)):
        answer(store, drawn(store, f"key-{number}", risk=risk, at=later(number)), GOOD)
    assert store.checked("site-ada", since=later(1)).good == 2
    assert store.checked_risks("site-ada", good=True, since=later(1)) == (0.2, 0.3)


def test_it_keeps_each_version_of_what_was_learned(store):
    assert store.site_layer("site-ada") is None
    assert store.site("site-ada").layer == 0
    first = SiteLayer("site-ada", 1, later(), reject=Cut(0.97, 0.01, 400, 1))
    second = SiteLayer(
        "site-ada",
        2,
        later(60),
        first.reject,
        Cut(0.4, 0.05, 80, 1),
        later(30),
        b"\x00arrays",
        {"rows": 480, "gain": 0.02},
    )
    assert store.put_site_layer(first)
    assert store.site_layer("site-ada") == first
    assert store.put_site_layer(second)
    assert store.site_layer("site-ada") == second
    assert [site.layer for site in store.sites()] == [0, 2]
    assert store.site_named("Harbour Gazette").layer == 2


def test_it_keeps_what_a_cutoff_spent_after_it_was_dropped(store):
    layer = SiteLayer("site-ada", 1, later(), reject=Cut(None, 0.01, 0, 3))
    assert store.put_site_layer(layer)
    assert store.site_layer("site-ada") == layer


@pytest.mark.parametrize("version", [1, 3])
def test_it_takes_only_the_next_version(store, version):
    assert store.put_site_layer(SiteLayer("site-ada", 1, later()))
    assert not store.put_site_layer(SiteLayer("site-ada", version, later()))
    assert store.site_layer("site-ada").version == 1


def test_it_lets_one_of_many_be_the_next_version(store):
    with ThreadPoolExecutor(8) as threads:
        put = list(threads.map(store.put_site_layer, [SiteLayer("site-ada", 1, later(n)) for n in range(8)]))
    assert sorted(put) == [False] * 7 + [True]
