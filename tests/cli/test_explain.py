"""``modbot explain --text``: every share, and their sum."""

import json

import pytest
from click.testing import CliRunner

from factories import a_comment, a_new_case, a_site, later
from modbot.cli import main


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MODBOT_CONFIG", raising=False)
    return lambda *arguments: CliRunner().invoke(main, ["explain", *arguments])


def test_it_works(run):
    result = run("--text", "You stupid idiot, thanks for nothing", "--name", "Cal")
    assert result.exit_code == 0, result.output
    assert "toxicity:" in result.stdout
    assert "idiot" in result.stdout
    assert "sum, log-odds" in result.stdout


@pytest.mark.parametrize("every", [[], ["--all"]])
def test_it_shows_shares_that_add_up(run, every):
    told = json.loads(run("--json", *every, "--text", "Buy now at http://x.example, friend").stdout)
    for head in told["heads"]:
        assert head["bias"] + sum(term["share"] for term in head["terms"]) == pytest.approx(head["margin"], abs=1e-6)


def test_it_tells_verdict_reasons_and_the_smallest_edit(run):
    text = "Thanks for the timetable, you stupid worthless idiot"
    lines = run("--text", text).stdout.splitlines()
    assert lines[0].split(":")[0] in {"Held", "Rejected", "Published"}
    assert any("or abuse: the word “idiot”." in line for line in lines)
    told = json.loads(run("--json", "--text", text).stdout)
    assert {"action", "band", "risk", "heads", "telling", "smallest_edit"} <= set(told)
    assert 0 < len(told["telling"]["toxicity"]["for"]) <= 3
    edit = told["smallest_edit"]
    assert edit is None or edit["action"] != told["action"]


def test_it_tells_the_same_sum_with_every_word(run):
    text = "See " + " ".join(f"http://a{n}.example/x" for n in range(6))
    few, every = (json.loads(run("--json", *flags, "--text", text).stdout) for flags in ([], ["--all"]))
    assert any(term["label"] == "MANY_LINKS" for term in every["heads"][0]["terms"])
    for one, other in zip(few["heads"], every["heads"], strict=True):
        assert one["margin"] == pytest.approx(other["margin"], abs=1e-6)


@pytest.mark.parametrize("text", ["", " \n"])
def test_it_refuses_to_explain_no_text(run, text):
    refused = run("--text", text)
    assert refused.exit_code == 2
    assert "--text is empty" in refused.stderr


@pytest.mark.usefixtures("founded")
def test_it_says_that_a_text_was_erased(run, store):
    site = store.add_site(a_site(), ())
    case, _ = store.record(a_new_case(comment=a_comment(site_id=site.id)))
    store.erase_comment(case.id, later(9))
    told = run(case.id)
    assert told.exit_code == 0, told.output
    lines = told.stdout.splitlines()
    assert lines[0].startswith("The text of this comment was erased")
    assert lines[1] == "decision: hold (by machine)"
    assert [line.partition(":")[0] for line in lines[2:]] == ["spam", "toxicity"]
    assert json.loads(run(case.id, "--json").stdout)["erased"]


@pytest.mark.usefixtures("founded")
def test_it_says_that_people_decide_everything_where_they_do(run, store):
    site = store.add_site(a_site(), ())
    case, _ = store.record(a_new_case(comment=a_comment(site_id=site.id)))
    assert "People decide every comment on this site" in run(case.id).stdout
    assert json.loads(run(case.id, "--json").stdout)["smallest_edit"] is None


@pytest.mark.parametrize("arguments", [[], ["an-id", "--text", "both"]])
def test_it_requires_one_thing_to_explain(run, arguments):
    assert run(*arguments).exit_code == 2
