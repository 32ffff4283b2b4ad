"""What holds for person keys, on both engines."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from factories import later
from modbot.storage import open_key_store


def test_it_works(key_store):
    assert key_store.person_key("cal", b"wrapped", later()) == b"wrapped"
    assert key_store.wrapped_key("cal") == b"wrapped"
    assert key_store.erasures() == ()


def test_it_keeps_the_first_key(key_store):
    key_store.person_key("cal", b"first", later())
    assert key_store.person_key("cal", b"second", later(1)) == b"first"


def test_it_makes_no_key_for_somebody_who_is_only_asked_about(key_store):
    assert key_store.wrapped_key("cal") is None
    assert key_store.wrapped_key("cal") is None


def test_it_gives_many_simultaneous_askers_the_same_key(key_store):
    start = threading.Barrier(8)

    def ask(n):
        start.wait()
        return key_store.person_key("cal", b"key-%d" % n, later())

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1


def test_it_destroys_a_key_and_remembers_that_it_did(key_store):
    key_store.person_key("cal", b"wrapped", later())
    assert key_store.erase_person("cal", later(10))
    assert not key_store.erase_person("nobody", later(11))
    assert key_store.wrapped_key("cal") is None
    assert key_store.erasures() == (("cal", later(10)), ("nobody", later(11)))


def test_it_keeps_keys_when_it_is_opened_again(key_store, empty_url):
    key_store.person_key("cal", b"wrapped", later())
    key_store.close()
    again = open_key_store(empty_url)
    assert again.wrapped_key("cal") == b"wrapped"
    again.close()


def test_it_wraps_every_key_anew(key_store):
    from modbot.storage import keys

    for number in range(keys.BATCH + 3):
        key_store.person_key(f"person-{number:04}", b"old", later())

    assert key_store.rewrap(lambda wrapped: wrapped + b", anew") == keys.BATCH + 3
    assert {key_store.wrapped_key(f"person-{number:04}") for number in (0, 499, 500, 502)} == {b"old, anew"}
    assert key_store.wrapped_key("nobody") is None


def test_it_remembers_which_comments_were_erased(key_store):
    key_store.note_erased(["c2", "c1"], later(0))
    key_store.note_erased(["c1", "c3", "c3"], later(9))
    key_store.note_erased([], later(10))

    assert key_store.erased_cases() == ("c1", "c2", "c3")
