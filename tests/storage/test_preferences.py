"""What holds for people's choices, on both engines."""

from __future__ import annotations

import pytest

from factories import a_user


@pytest.fixture
def ada(store):
    return store.add_user(a_user(), "hash").id


def test_it_works(store, ada):
    assert store.preferences(ada) == {}

    store.prefer(ada, "keys", {"publish": "y"})
    store.prefer(ada, "masking", value=True)

    assert store.preferences(ada) == {"keys": {"publish": "y"}, "masking": True}


def test_it_replaces_and_forgets(store, ada):
    store.prefer(ada, "keys", {"publish": "y"})
    store.prefer(ada, "keys", {"publish": "z"})
    assert store.preferences(ada) == {"keys": {"publish": "z"}}

    store.prefer(ada, "keys")
    assert store.preferences(ada) == {}


def test_it_keeps_each_person_s_choices_apart(store, ada):
    ben = store.add_user(a_user(id="user-ben", name="ben"), "hash").id
    store.prefer(ada, "keys", {"publish": "y"})

    assert store.preferences(ben) == {}
