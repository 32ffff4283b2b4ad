"""What holds for outgoing messages, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from factories import a_comment, a_draft, a_new_case, a_site, later
from modbot.domain import Action, Attempt, DeliveryState, Door, Event, Hook


def recorded(store, key="key-1", **changes):
    return store.record(a_new_case(comment=a_comment(key=key), **changes))[0]


def claim(store, at, limit=10, lease_s=60):
    return store.claim_deliveries(at, limit, lease_s)


def success(at):
    return Attempt(delivered=True, permanent=False, reason="", status=204, at=at)


def failure(at, *, permanent=False):
    return Attempt(delivered=False, permanent=permanent, reason="timeout", status=None, at=at)


def test_it_works(store):
    case = recorded(store)
    (delivery,) = claim(store, later(1))
    assert delivery.case_id == case.id
    assert (delivery.event, delivery.attempts) == (Event.COMMENT_DECIDED, 0)
    assert delivery.lease
    assert store.record_attempt(delivery, failure(later(2)), later(7))
    assert claim(store, later(6)) == ()
    (again,) = claim(store, later(7))
    assert (again.id, again.attempts) == (delivery.id, 1)
    assert store.record_attempt(again, success(later(8)), None)
    assert store.pending_deliveries() == 0
    (row,) = store.deliveries("site-ada")
    assert (row.id, row.state, row.attempts, row.created_at) == (delivery.id, DeliveryState.DONE, 2, later())


def test_it_gives_a_message_to_one_claimer_only(store):
    recorded(store)
    assert len(claim(store, later(1))) == 1
    assert claim(store, later(1)) == ()
    assert store.deliveries("site-ada")[0].state is DeliveryState.SENDING


def test_it_gives_each_message_to_one_of_many_simultaneous_claimers(store):
    for n in range(30):
        recorded(store, key=f"k{n}")
    with ThreadPoolExecutor(6) as pool:
        claims = list(pool.map(lambda _: [d.id for d in claim(store, later(1), limit=5)], range(6)))
    taken = [one for some in claims for one in some]
    assert len(taken) == len(set(taken)) == 30


def test_it_takes_up_a_message_whose_lease_ran_out(store):
    recorded(store)
    (lost,) = claim(store, later(1), lease_s=60)
    assert claim(store, later(60.9)) == ()
    (found,) = claim(store, later(61))
    assert found.id == lost.id
    assert found.lease != lost.lease


def test_it_lets_nobody_finish_who_lost_the_lease(store):
    recorded(store)
    (lost,) = claim(store, later(1))
    (found,) = claim(store, later(100))
    assert not store.record_attempt(lost, success(later(101)), None)
    assert store.record_attempt(found, failure(later(102)), later(200))
    assert not store.record_attempt(found, success(later(103)), None)
    (row,) = store.deliveries("site-ada")
    assert (row.state, row.attempts, row.last_reason) == (DeliveryState.PENDING, 1, "timeout")


def test_it_gives_up_when_there_is_no_next_time(store):
    recorded(store)
    (delivery,) = claim(store, later(1))
    store.record_attempt(delivery, failure(later(2)), None)
    assert store.deliveries("site-ada")[0].state is DeliveryState.GIVEN_UP
    assert store.pending_deliveries() == 0
    assert claim(store, later(days=30)) == ()


def test_it_leaves_the_messages_of_a_hook_that_is_off(store):
    recorded(store)
    store.switch_hook("site-ada", False, "10 failures", later())
    assert claim(store, later(1)) == ()
    assert store.pending_deliveries() == 1
    store.switch_hook("site-ada", True, "", later(2))
    assert len(claim(store, later(3))) == 1


def test_it_gives_the_oldest_first_and_no_more_than_asked(store):
    for n in range(5):
        recorded(store, key=f"k{n}", at=later(n))
    first = claim(store, later(10), limit=2)
    second = claim(store, later(10), limit=3)
    assert [d.at for d in (*first, *second)] == [later(n) for n in range(5)]


def test_it_gives_every_waiting_site_its_share(store):
    store.add_site(a_site(id="site-x", name="X", hook=Hook("https://x.example")), [])
    for n in range(9):
        recorded(store, key=f"k{n}", at=later(n))
    store.record(a_new_case(comment=a_comment(site_id="site-x"), at=later(50)))
    assert {d.site_id for d in claim(store, later(60), limit=4)} == {"site-ada", "site-x"}


def test_it_takes_no_more_than_the_limit_however_many_sites_wait_and_forgets_none(store):
    for n in range(6):
        store.add_site(a_site(id=f"site-{n}", name=f"{n}", hook=Hook("https://x.example")), [])
        store.record(a_new_case(comment=a_comment(site_id=f"site-{n}", key=""), at=later(n)))
    claims = [claim(store, later(60), limit=2) for _ in range(4)]
    assert [len(one) for one in claims] == [2, 2, 2, 0]
    assert len({delivery.id for one in claims for delivery in one}) == 6


def test_it_counts_failures_until_something_arrives(store):
    recorded(store)
    assert store.failing_since("site-ada") == (0, None)
    for n in (1, 2, 3):
        (delivery,) = claim(store, later(n * 100))
        store.record_attempt(delivery, failure(later(n * 100)), later(n * 100 + 1))
    assert store.failing_since("site-ada") == (3, later(100))
    (delivery,) = claim(store, later(1_000))
    store.record_attempt(delivery, success(later(1_000)), None)
    assert store.failing_since("site-ada") == (0, None)
    assert store.failing_since("nobody") == (0, None)


def test_it_forgets_failures_when_a_hook_is_switched_on(store):
    recorded(store)
    (delivery,) = claim(store, later(1))
    store.record_attempt(delivery, failure(later(1)), later(2))
    store.switch_hook("site-ada", True, "", later(3))
    assert store.failing_since("site-ada") == (0, None)


def test_it_sends_a_message_again_under_its_id(store):
    recorded(store)
    (delivery,) = claim(store, later(1))
    assert not store.resend(delivery.id, later(2))
    store.record_attempt(delivery, failure(later(2)), None)
    assert store.resend(delivery.id, later(3))
    (again,) = claim(store, later(3))
    assert (again.id, again.attempts) == (delivery.id, 0)
    assert not store.resend("msg_none", later(4))


def test_it_lists_messages_by_page_newest_first(store):
    for n in range(5):
        recorded(store, key=f"k{n}", at=later(n))
    first = store.deliveries("site-ada", limit=3)
    rest = store.deliveries("site-ada", limit=3, cursor=first[-1].id)
    assert [row.created_at for row in (*first, *rest)] == [later(n) for n in (4, 3, 2, 1, 0)]
    assert store.deliveries("site-ben") == ()


@pytest.mark.parametrize("action", list(Action))
def test_it_says_what_was_decided(store, action):
    recorded(store, action=action)
    assert claim(store, later(1))[0].action is action


@pytest.mark.parametrize("door", Door)
def test_nobody_hears_of_what_was_only_scored(store, door):
    case = store.record(a_new_case(comment=a_comment(key="scored", door=door)))[0]
    store.record_review(a_draft(case_id=case.id, action=Action.REJECT))

    assert (claim(store, later(100)) == ()) is door.is_advisory
