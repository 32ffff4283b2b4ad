"""Figures in the shapes that Akismet's clients expect."""

from __future__ import annotations

import pytest

from intake.akismet.conftest import KEY

TRAP = {"honeypot_field_name": "trap", "trap": "filled in"}


@pytest.fixture
def busy(ask, good):
    """Three checks, one of them spam; then the site calls one published comment spam and the spam none."""
    spam = good | {"comment_content": "Best casino", "comment_author_email": "eve@example.org"}
    ask("comment-check", **good)
    ask("comment-check", **good | {"comment_content": "The tram is late."})
    ask("comment-check", **spam, **TRAP)
    ask("submit-spam", **good)
    ask("submit-ham", **spam)


@pytest.mark.parametrize(
    ("stretch", "part"), [("", "2026-03"), ("60-days", "2026-03-14"), ("all", "2026"), ("never", "2026-03")]
)
def test_it_works(ask, busy, stretch, part):
    told = ask("get-stats", **{"from": stretch}).json

    assert {name: told[name] for name in ("spam", "ham", "missed_spam", "false_positives")} == {
        "spam": 1,
        "ham": 2,
        "missed_spam": 1,
        "false_positives": 1,
    }
    assert (told["accuracy"], told["time_saved"]) == ("33.33", 20)
    assert list(told["breakdown"]) == [part]
    assert told["breakdown"][part]["spam"] == 1


def test_it_counts_nothing_for_a_new_site(ask):
    told = ask("get-key-stats", version="1.2").json

    assert (told["spam"], told["accuracy"], told["breakdown"]) == (0, "100.00", {})


def test_it_has_no_limit(ask, busy):
    assert ask("usage-limit", "1.2").json == {"limit": "none", "usage": 3, "percentage": "0.00", "throttled": False}
    assert ask("usage-limit", "1.2", extended="true").json["upgrade"] is False


def test_it_lists_the_site_of_the_key(ask, busy):
    told = ask("key-sites", "1.2").json

    assert list(told) == ["2026-03", "limit", "offset", "total"]
    (row,) = told["2026-03"]
    assert row == {
        "site": "gazette.example",
        "api_calls": "3",
        "spam": "1",
        "ham": "2",
        "missed_spam": "1",
        "false_positives": "1",
        "is_revoked": False,
    }


@pytest.mark.parametrize(
    ("asked", "total", "rows"),
    [
        ({"filter": "gazette"}, 1, 1),
        ({"filter": "other"}, 0, 0),
        ({"offset": "1"}, 1, 0),
        ({"limit": "0"}, 1, 0),
        ({"limit": "x"}, 1, 1),
    ],
)
def test_it_filters_and_pages(ask, asked, total, rows):
    told = ask("key-sites", "1.2", **asked).json

    assert (told["total"], len(told["2026-03"])) == (total, rows)


def test_it_counts_the_month_that_is_asked_for(ask, busy):
    assert ask("key-sites", "1.2", month="2026-01").json["2026-01"][0]["api_calls"] == "0"


def test_it_writes_a_table(ask, busy):
    answer = ask("key-sites", "1.2", format="csv")

    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.text.splitlines() == [
        f"Active sites for {KEY} during 2026-03 (limit:500, offset: 0, total: 1)",
        "Site,Total API Calls,Spam,Ham,Missed Spam,False Positives,Is Revoked",
        "gazette.example,3,1,2,1,1,false",
    ]
