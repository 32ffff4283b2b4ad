"""Errors as pages."""

from __future__ import annotations

import pytest

from modbot.errors import StoreUnavailable


def test_it_works(at_the_desk):
    answer = at_the_desk("ada").get("/cases/none")

    assert answer.status_code == 404
    assert "Nothing here" in answer.text
    assert "404 · <code>case_not_found</code>" in answer.text


def test_it_refuses_the_wrong_method_in_the_same_look(at_the_desk):
    answer = at_the_desk("ada").get("/logout")

    assert answer.status_code == 405
    assert "That did not work" in answer.text


@pytest.mark.parametrize("path", ["/nowhere", "/queue/nowhere"])
def test_it_answers_unknown_addresses_in_the_same_look(at_the_desk, path):
    answer = at_the_desk("ada").get(path)

    assert answer.status_code == 404
    assert "Nothing here" in answer.text


def test_it_says_when_the_database_is_away(app, at_the_desk, house, monkeypatch):
    ada = at_the_desk("ada")

    def away(*_):
        raise StoreUnavailable("the database file is locked")

    monkeypatch.setattr(type(house.store), "cases", away)
    answer = ada.get("/queue")

    assert answer.status_code == 503
    assert "The database does not answer" in answer.text
