"""Sites: what they list, and sending a message again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from factories import NOON, a_user
from modbot.domain import Attempt, DeliveryState, Hook, Role
from review.desk import HASH


@pytest.fixture
def given_up(house, ada_site, arrive, clock):
    """A message that its site never took."""
    house.store.change_site(replace(ada_site, hook=Hook("https://gazette.example/hook")), NOON)
    arrive()
    (delivery,) = house.store.claim_deliveries(clock(), 10, 60)
    attempt = Attempt(delivered=False, permanent=True, reason="timeout", status=None, at=clock())
    assert house.store.record_attempt(delivery, attempt, None)
    return delivery


def test_it_works(at_the_desk, given_up, ada_site):
    page = at_the_desk("dora").get("/admin/sites").text

    for shown in (
        ada_site.name,
        "Borrowed",
        "https://gazette.example/hook",
        "Given up",
        "did not answer in time",
        "Held</a>",
        "0 checked good comments support no promise",
    ):
        assert shown in page, shown


def test_it_sends_a_message_again(at_the_desk, given_up, house, ada_site):
    path = f"/admin/sites/{ada_site.id}/deliveries/{given_up.id}/resending"
    dora = at_the_desk("dora")

    assert at_the_desk("ada").post(path).status_code == 404
    assert dora.post(f"/admin/sites/{ada_site.id}/deliveries/unknown/resending").status_code == 404
    assert dora.post(path).location == "/admin/sites"

    (row,) = house.store.deliveries(ada_site.id)
    assert row.state is DeliveryState.PENDING
    assert house.wake.is_set()


def test_it_shows_an_administrator_of_one_site_nothing_of_others(house, visitor, ada_site, ben_site, given_up):
    house.store.add_user(a_user(id="user-eve", name="eve", role=Role.ADMIN, site_ids=frozenset({ben_site.id})), HASH)
    visitor.log_in("eve")

    assert ada_site.name not in visitor.get("/admin/sites").text
    path = f"/admin/sites/{ada_site.id}/deliveries/{given_up.id}/resending"
    assert visitor.post(path).status_code == 404
