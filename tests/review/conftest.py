"""A house with a tiny model, the cast with passwords, and cases that arrive."""

from __future__ import annotations

import pytest

from factories import a_user
from modbot.domain import Role, User
from review.desk import HASH, Arrivals, Person, open_tiny_house


@pytest.fixture
def house(settings, clock):
    house = open_tiny_house(settings, clock)
    yield house
    house.close()


@pytest.fixture
def people(house, ada, ben, cal) -> dict[str, User]:
    """The cast, and Dora, who runs everything."""
    dora = a_user(id="user-dora", name="dora", role=Role.ADMIN, site_ids=None)
    return {user.name: house.store.add_user(user, HASH) or user for user in (ada, ben, cal, dora)}


@pytest.fixture
def visitor(app, people) -> Person:
    return Person(app.test_client())


@pytest.fixture
def at_the_desk(app, people):
    """Log somebody in by name, each at a browser of their own."""

    def log_in(name: str) -> Person:
        person = Person(app.test_client())
        assert person.log_in(name).status_code == 303
        return person

    return log_in


@pytest.fixture
def arrive(house, ada_site) -> Arrivals:
    return Arrivals(house.store, ada_site.id)
