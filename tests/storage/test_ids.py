from __future__ import annotations

from factories import later
from modbot.storage.ids import first_id, moment_of, new_id


def test_it_works():
    made = new_id("c", later())
    assert made.startswith("c")
    assert made.isalnum()
    assert made == made.lower()
    assert "." not in new_id("msg_", later())


def test_it_sorts_by_time():
    moments = [later(0.001 * n) for n in range(200)]
    ids = [new_id("c", at) for at in moments]
    assert ids == sorted(ids)


def test_it_tells_the_ids_before_a_moment_from_those_after():
    assert new_id("c", later(0.999)) < first_id("c", later(1)) < new_id("c", later(1))


def test_it_keeps_ids_of_one_moment_apart():
    assert len({new_id("c", later()) for _ in range(1_000)}) == 1_000


def test_it_tells_the_moment_of_an_id():
    assert moment_of(new_id("c", later(0.123456))) == later(0.123)
