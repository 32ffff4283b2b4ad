"""A list as a table for a spreadsheet."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from modbot.domain import Deed
from modbot.review import export
from review.desk import SPAM


def table(answer):
    return list(csv.DictReader(StringIO(answer.text)))


def test_it_works(at_the_desk, house, arrive):
    spam, other = arrive(name="Lucky", page_url="https://gazette.example/a,b"), arrive("Another")
    ada = at_the_desk("ada")
    ada.decide(spam, "rejection")
    answer = ada.get("/queue.csv?state=all")

    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].endswith('comments-2026-03-14.csv"')
    rows = {row["case"]: row for row in table(answer)}
    assert set(rows) == {spam.id, other.id}
    told = rows[spam.id]
    assert (told["state"], told["decided by"], told["band"], told["reason"]) == (
        "reject",
        "person",
        "probably bad",
        "SPAM_WORDS",
    )
    assert told["page"] == "https://gazette.example/a,b"
    # What waits is not told before somebody has judged it.
    assert (rows[other.id]["state"], rows[other.id]["queued"]) == ("", "yes")
    for secret in (SPAM, "Lucky", "c•••", "author-1"):
        assert secret not in answer.text
    (entry,) = house.store.audit_log(None, deed=Deed.EXPORTED)
    assert (entry.actor_name, entry.details) == ("ada", {"rows": "2"})


def test_it_gives_the_list_that_is_asked_for_to_its_end(at_the_desk, arrive, monkeypatch):
    monkeypatch.setattr(export, "AT_ONCE", 2)
    cases = [arrive(f"Comment number {number}") for number in range(5)]
    ada = at_the_desk("ada")
    ada.decide(cases[0], "approval")
    assert [row["case"] for row in table(ada.get("/queue.csv?order=oldest"))] == [case.id for case in cases[1:]]
    assert len(table(at_the_desk("ben").get("/queue.csv?state=all"))) == 0


@pytest.mark.parametrize("page_url", ["=cmd|' /C calc'!A0", "+1", "-1", "@sum(1)"])
def test_it_holds_nothing_that_a_spreadsheet_would_run(at_the_desk, arrive, page_url):
    arrive(page_url=page_url)
    (row,) = table(at_the_desk("ada").get("/queue.csv"))
    assert not row["page"].startswith(("=", "+", "-", "@"))
