"""``modbot train``: a model in a folder, from labelled files alone."""

import csv
import json

import pytest
from click.testing import CliRunner

from learning_cases import written
from modbot.cli import main
from modbot.domain import Head
from modbot.scoring import artifacts

pytestmark = pytest.mark.slow

SHIPPED = artifacts.find(artifacts.model_dirs()).name


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MODBOT_CONFIG", raising=False)
    (tmp_path / "small.json").write_text('{"bits": 12}')
    examples = written()
    for source in ("harbour", "market"):
        with (tmp_path / f"{source}.csv").open("w", newline="") as stream:
            out = csv.writer(stream)
            out.writerow(["id", "text", "author", "email", "url", "spam", "toxicity", "split"])
            for one in (one for one in examples if one.source == source):
                labels = [one.labels.get(head, "") for head in (Head.SPAM, Head.TOXICITY)]
                out.writerow(
                    [one.comment.key, one.comment.body, one.comment.name, "", one.comment.url, *labels, one.part]
                )
    return tmp_path


def live():
    (row,) = [row for row in json.loads(run("model", "list", "--json").stdout) if row["live"]]
    return row["version"]


def run(*arguments):
    return CliRunner().invoke(main, list(arguments))


def test_it_works(here):
    result = run("train", "--data", "harbour.csv", "market.csv", "--recipe", "small.json", "--out", "made", "--json")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    card = json.loads(result.stdout)
    model = artifacts.load(artifacts.find((here / "made",), card["version"]))
    assert model.version == card["version"]
    assert card["rows"].keys() >= {"harbour", "market", "honest_comments", "adverts"}
    listed = run("model", "show", card["version"])
    assert listed.exit_code == 1  # the folder `made` is none of those that are looked through


def test_it_leaves_its_own_texts_out_where_it_is_told_to(here):
    alone = ("--without-own-texts", "--recipe", "small.json", "--out", "made", "--json")
    result = run("train", "--data", "harbour.csv", "market.csv", *alone)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["rows"].keys() == {"harbour", "market"}


def test_it_makes_nothing_live(here):
    assert run("train", "--data", "harbour.csv", "market.csv", "--recipe", "small.json").exit_code == 0
    (made,) = artifacts.versions((here / "models",))
    assert not (here / "models" / "comments" / "CURRENT").exists()
    assert live() == SHIPPED
    assert run("model", "promote", made.name).exit_code == 0
    assert live() == made.name
    assert run("model", "rollback").exit_code == 0
    assert live() == SHIPPED


def test_it_refuses_to_learn_from_nothing(here):
    assert run("train").exit_code == 2


@pytest.mark.parametrize("name", ["train", "evaluate"])
def test_it_says_which_cell_is_no_label(here, name):
    (here / "bad.csv").write_text("text,spam\nhello,0\nbuy pills,maybe\n")
    result = run(name, "--data", "bad.csv")
    assert result.exit_code == 1
    assert "modbot: bad.csv, row 2 below the header, column `spam`: expected 1" in result.stderr


@pytest.mark.usefixtures("founded", "here")
def test_it_says_that_reviews_are_too_few():
    result = run("train", "--from-reviews")
    assert result.exit_code == 1
    assert "modbot: no head has 10 training rows of each answer; label more comments or add --data." in result.stderr


def test_it_refuses_a_file_of_another_kind(here):
    (here / "x.csv").write_text("a,b\n1,2\n")
    result = run("train", "--data", "x.csv", "--out", "made")
    assert result.exit_code == 1
    assert "no known layout" in result.stderr
