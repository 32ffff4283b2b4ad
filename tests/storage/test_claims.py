"""What holds for soft claims, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from factories import a_comment, a_draft, a_new_case, a_user, later
from modbot.domain import Action, Claim


@pytest.fixture
def case(store):
    for name in ("ada", "dora"):
        store.add_user(a_user(id=f"user-{name}", name=name), "hash")
    return store.record(a_new_case())[0]


def a_claim(case, name="ada", minutes=3):
    return Claim(case.id, f"user-{name}", name, later(60 * minutes))


def test_it_works(store, case):
    store.claim(a_claim(case), later(0))
    assert store.claims(later(179)) == (a_claim(case),)
    assert store.claims(later(180)) == ()

    store.claim(a_claim(case, minutes=5), later(120))
    assert store.claims(later(180)) == (a_claim(case, minutes=5),)


def test_it_leaves_a_case_to_whoever_came_first_until_their_time_is_up(store, case):
    store.claim(a_claim(case), later(0))
    store.claim(a_claim(case, "dora", minutes=4), later(60))
    assert [claim.user_name for claim in store.claims(later(61))] == ["ada"]

    store.claim(a_claim(case, "dora", minutes=6), later(180))
    assert [claim.user_name for claim in store.claims(later(181))] == ["dora"]


def test_it_is_released_by_its_holder_alone(store, case):
    other = store.record(a_new_case(comment=a_comment(key="other")))[0]
    for one in (case, other):
        store.claim(a_claim(one), later(0))

    store.release("user-dora")
    store.release("user-dora", case.id)
    assert len(store.claims(later(1))) == 2
    store.release("user-ada", case.id)
    assert [claim.case_id for claim in store.claims(later(1))] == [other.id]
    store.release("user-ada")
    assert store.claims(later(1)) == ()


def test_it_ends_with_the_decision_whoever_makes_it(store, case):
    store.claim(a_claim(case), later(0))
    store.record_review(a_draft(case_id=case.id, action=Action.PUBLISH, reviewer="user-dora"))
    assert store.claims(later(1)) == ()


def test_it_gives_a_case_that_many_want_at_once_to_one_of_them(store, case):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.claim(a_claim(case, ("ada", "dora")[n % 2]), later(0)), range(32)))
    assert len(store.claims(later(1))) == 1
