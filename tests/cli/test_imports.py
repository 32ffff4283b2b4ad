from __future__ import annotations

import json

import pytest

from modbot.cli.imports import NAMES
from modbot.imports import FORMATS

HEAD = "id,created_at,author_name,author_email,content,label\n"
GOOD = "5,2024-05-01T08:00:00Z,Ann,ann@example.org,The night bus stops at the harbour now.,ham\n"
BAD = "6,2024-05-01T09:00:00Z,Seller,,Cheap pills at http://pills.example/buy now,spam\n"


@pytest.fixture
def site(run, founded) -> str:
    return json.loads(run("site", "add", "My blog", "--url", "https://blog.example", "--json").output)["id"]


@pytest.fixture
def table(founded):
    path = founded / "old.csv"
    path.write_text(HEAD + GOOD + BAD + "7,,Bob,,Held there,\n", encoding="utf-8")
    return str(path)


def test_it_works(run, site, table):
    told = run("import", "csv", table, "--site", "My blog").output
    assert "3 comments read: 3 new, 0 known, 0 without a text." in told
    assert "published there" in told
    assert "The most surprising, the surest mistake first:" in told
    assert "Cheap pills at http://pills.example/buy now" in told
    assert "3 comments read: 0 new, 3 known, 0 without a text." in run("import", "csv", table, "--site", site).output


def test_it_says_the_same_as_json(run, site, table):
    told = json.loads(run("import", "csv", table, "--site", site, "--json").output)
    assert (told["read"], told["new"], told["known"], told["empty"]) == (3, 3, 0, 0)
    assert told["labels"] == {"good": 1, "spam": 1, "none": 1}
    assert sum(outcome["comments"] for outcome in told["machine"]) == 3
    assert len(told["surprising"]) == 2


def test_a_dry_run_counts_and_writes_nothing(run, site, table, store):
    told = run("import", "csv", table, "--site", site, "--dry-run").output
    assert "1 published there" in told
    assert "1 spam there" in told
    assert "1 without a label" in told
    assert json.loads(run("import", "csv", table, "--site", site, "--json").output)["new"] == 3


def test_it_reads_every_format_there_is():
    assert set(NAMES) == set(FORMATS)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("csv", "old.csv", "--site", "nowhere"), 1, "no site is named nowhere"),
        (("wordpress", "old.csv", "--site", "My blog"), 1, "old.csv: cannot be read as XML"),
        (("csv", "missing.csv", "--site", "My blog"), 2, "missing.csv"),
        (("blogger", "old.csv", "--site", "My blog"), 2, "blogger"),
        (("csv", "old.csv"), 2, "--site"),
    ],
)
def test_it_refuses_what_makes_no_sense(run, site, table, arguments, code, said):
    assert said in run("import", *arguments, code=code).output


def test_it_says_when_there_is_nothing(run, site, founded):
    (founded / "empty.xml").write_text("<rss/>", encoding="utf-8")
    told = run("import", "wordpress", "empty.xml", "--site", site).output
    assert "empty.xml has no comments that could be read as wordpress." in told
