"""Second factors at rest, on both engines: what is used is used up."""

from __future__ import annotations

import threading

import pytest

from factories import a_user, later
from modbot.domain import SecondFactor, SecretKind


@pytest.fixture
def factor(store):
    store.add_user(a_user(), "hash")
    store.put_second_factor("user-ada", b"sealed", 100, ["one", "two"], later(0))
    return store


def test_it_works(factor):
    assert factor.second_factor("user-ada") == SecondFactor(b"sealed", 100, 2)
    factor.put_second_factor("user-ada", b"other", 200, ["three"], later(9))
    assert factor.second_factor("user-ada") == SecondFactor(b"other", 200, 1)
    assert factor.drop_second_factor("user-ada")
    assert factor.second_factor("user-ada") is None
    assert not factor.drop_second_factor("user-ada")


def test_a_step_is_used_once_and_never_backwards(factor):
    assert [factor.use_step("user-ada", step) for step in (100, 99, 101, 101, 103, 102)] == [
        False,
        False,
        True,
        False,
        True,
        False,
    ]
    assert not factor.use_step("user-ben", 500)


def test_a_recovery_code_is_used_once(factor):
    assert factor.use_recovery_code("user-ada", "two")
    assert not factor.use_recovery_code("user-ada", "two")
    assert not factor.use_recovery_code("user-ada", "")
    assert not factor.use_recovery_code("user-ben", "one")
    assert factor.second_factor("user-ada").codes_left == 1


def test_two_at_once_use_it_once(factor):
    done, ready = [], threading.Barrier(8)

    def use():
        ready.wait()
        done.append(factor.use_step("user-ada", 300))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False] * 7 + [True]


def test_every_credential_is_sealed_anew(factor):
    assert factor.reseal(lambda sealed: sealed + b", anew") == 2

    assert factor.second_factor("user-ada").sealed == b"sealed, anew"
    assert factor.secrets("site-ada", SecretKind.WEBHOOK, later(0)) == (b"old, anew",)
