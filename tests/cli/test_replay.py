"""``modbot replay``: a labelled, dated file as one site's life."""

from __future__ import annotations

import json

import pytest

ROWS = ["text,author,created_at,spam"]
ROWS += [f"The tide table on page {n} is late again,Ada {n},2024-03-{n + 1:02}T10:00:00Z,0" for n in range(12)]
ROWS += [f"buy cheap pills now http://pills{n}.example casino,Pills {n},2024-04-{n + 1:02},1" for n in range(12)]


@pytest.fixture
def history(tmp_path):
    path = tmp_path / "harbour.csv"
    path.write_text("\n".join(ROWS))
    return str(path)


def test_it_works(run, history):
    shown = run("replay", "--history", history).stdout
    assert "harbour" in shown
    assert "2024-03-01 to 2024-04-12" in shown
    assert "good rejected" in shown
    assert "share" not in run("replay", "--history", history).stderr


def test_it_tells_programs(run, history):
    told = json.loads(run("replay", "--history", history, "--mode", "hold-only", "--json").stdout)
    whole = told["histories"]["harbour"]
    assert (whole["comments"], whole["bad"], whole["share_read"]) == (24, 12, 1.0)
    assert (whole["share_good_rejected"], whole["share_bad_published"]) == (0.0, 0.0)
    assert len(whole["periods"]) == 10
    assert told["all"]["comments"] == 24


def test_it_adds_up_several_sites(run, history, tmp_path):
    (tmp_path / "market.csv").write_text("\n".join(ROWS[:7]))
    shown = run("replay", history, str(tmp_path / "market.csv"), "--mode", "hold-only").stdout
    assert "all together" in shown
    assert f"{30:>9,}" in shown


def test_it_requires_a_history_with_dates(run, tmp_path):
    (tmp_path / "undated.csv").write_text("text,spam\nhello,0\n")
    assert "created_at" in run("replay", "--history", str(tmp_path / "undated.csv"), code=1).stderr


def test_it_requires_one_thing_to_replay(run, history):
    for args in ((), ("--history", history, "--site", "harbour"), (history, "--site", "harbour")):
        assert "give either --history FILE or --site SITE" in run("replay", *args, code=2).stderr


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--mode", "own"), "--mode own needs a site's own evidence"),
        (("--since", "2024-01-01"), "--since goes with --site only"),
        (("--limit", "7"), "--limit goes with --site only"),
        (("--show-text",), "--show-text goes with --site only"),
    ],
)
def test_it_refuses_what_a_history_has_not(run, history, args, message):
    assert message in run("replay", "--history", history, *args, code=2).stderr
