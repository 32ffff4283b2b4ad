"""Passwords: hashed, compared, made, and refused when anybody would guess them."""

from __future__ import annotations

import pytest
from argon2 import extract_parameters

from modbot.review import passwords
from modbot.review.passwords import hash_password, new_password, verify_password, weakness


def test_it_works():
    first, second = hash_password("a password"), hash_password("a password")

    assert first.startswith("$argon2id$")
    assert first != second
    assert verify_password(first, "a password")
    assert not verify_password(first, "another")
    assert not verify_password("not a hash", "a password")
    assert not verify_password(first, "x" * 100_000)


def test_it_makes_guessing_dear(monkeypatch, dear_hasher):
    """At least what OWASP's cheat sheet on password storage asks of Argon2id."""
    monkeypatch.setattr(passwords, "_hasher", dear_hasher)
    cost = extract_parameters(hash_password("a password"))

    assert (cost.type.name, cost.memory_cost >= 19 * 1024, cost.time_cost >= 2) == ("ID", True, True)


def test_it_makes_passwords_that_can_be_read_aloud():
    made = {new_password() for _ in range(50)}

    assert len(made) == 50
    assert all(len(one) == 19 and not set(one) & set("lo01") for one in made)


def test_what_it_makes_is_never_easy():
    assert [weakness(new_password()) for _ in range(5)] == [""] * 5


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("short", "it needs at least 10"),
        ("x" * 1_001, "longer than 1,000"),
        ("password123", "easy to guess"),
        ("qwertyuiop12", "easy to guess"),
        ("1234567890123", "easy to guess"),
        ("aaaaaaaaaaaaaaaa", "easy to guess"),
        ("modbot-moderator", "easy to guess"),
        ("QuillOwlby2026", "easy to guess"),
        ("P@ssw0rd2024!", "easy to guess"),
    ],
)
def test_it_refuses_what_anybody_would_try(password, problem):
    assert problem in weakness(password, ["Quill", "Owlby"])


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "дом трамвай хлеб зима",
        "fern wicket 77 lantern",
        "🦉🦀🌲🚋🍞❄️🪁🧭🎻🥁",
        "z" + "q7x" * 300,
    ],
)
def test_it_takes_what_is_long_and_odd_of_any_kind(password):
    assert weakness(password) == ""
