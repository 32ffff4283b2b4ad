"""``modbot evaluate``: figures of the current model on somebody's labels."""

import json

import pytest
from click.testing import CliRunner

from modbot.cli import main
from modbot.scoring import artifacts

pytestmark = pytest.mark.slow

ROWS = ["text,author,spam"] + [f"I liked the harbour picture number {i},Ada {i},0" for i in range(40)]
ROWS += [f"buy cheap pills now http://pills{i}.example best casino bonus,Pills {i},1" for i in range(40)]
OTHERS = ["text,author,spam"] + [f"the bicycle path by gate {i} is closed,Ben {i},0" for i in range(40)]
OTHERS += [f"casino bonus {i} now http://win{i}.example claim your prize,Casino {i},1" for i in range(40)]


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MODBOT_CONFIG", raising=False)
    (tmp_path / "mine.csv").write_text("\n".join(ROWS))
    (tmp_path / "others.csv").write_text("\n".join(OTHERS))
    (tmp_path / "small.json").write_text('{"bits": 12}')
    return lambda *arguments: CliRunner().invoke(main, ["evaluate", *arguments])


@pytest.fixture
def small(run, tmp_path):
    """The folder of a model of our own, so that the shipped one's card stays as it is."""
    made = [
        "train",
        "--without-own-texts",
        "--data",
        "mine.csv",
        "others.csv",
        "--recipe",
        "small.json",
        "--out",
        "made",
    ]
    assert CliRunner().invoke(main, made).exit_code == 0
    (folder,) = artifacts.versions((tmp_path / "made",))
    return folder


def test_it_works(run):
    result = run("--data", "mine.csv")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert "mine" in result.stdout
    assert "good rejected" in result.stdout
    assert "words for groups of people" in result.stdout
    assert "hate and what merely looks like it" in result.stdout
    assert "counter-speech that quotes" in result.stdout


def test_it_shows_figures_for_scripts(run):
    found = json.loads(run("--data", "mine.csv", "--json").stdout)
    spam = found["sources"]["mine"]["spam"]
    assert spam["positive"] >= 1
    assert spam["auc"] > 0.9
    assert spam["auc_interval"][0] <= spam["auc"] <= spam["auc_interval"][1]
    assert spam["good_rejected_count"] == round(spam["good_rejected"] * 40)
    assert set(found["sources"]["mine"]) == {"spam"}
    assert found["leave_one_source_out"] == {}
    assert len(found["identity"]["terms"]) >= 25
    assert found["functional"]["functions"]["threat"]["hateful"] is True


def test_it_shows_how_the_card_says_that_a_source_did_when_it_was_unseen(run, small):
    found = json.loads(run("--data", "mine.csv", "--model", str(small), "--json").stdout)
    card = json.loads((small / "card.json").read_text())
    assert found["leave_one_source_out"] == {"mine": {"spam": card["leave_one_source_out"]["spam"]["mine"]}}
    assert found["identity"] is found["functional"] is None
    assert "from the model's card" in run("--data", "mine.csv", "--model", str(small)).stdout


def test_it_fits_without_each_source_in_turn(run, small):
    data = ("--data", "mine.csv", "others.csv", "--model", str(small), "--leave-one-source-out")
    found = json.loads(run(*data, "--json").stdout)
    card = json.loads((small / "card.json").read_text())
    assert found["leave_one_source_out"]["mine"]["spam"] == card["leave_one_source_out"]["spam"]["mine"]
    assert set(found["leave_one_source_out"]) == {"mine", "others"}
    assert "fitted now on the other files" in run(*data).stdout


def test_it_refuses_to_leave_out_the_only_source(run):
    result = run("--data", "mine.csv", "--leave-one-source-out")
    assert result.exit_code == 1
    assert "modbot: expected two sources or more" in result.stderr


def test_it_writes_a_page_and_the_card(run, small, tmp_path):
    (tmp_path / "mine.csv").rename(tmp_path / "news.csv")
    (tmp_path / "others.csv").rename(tmp_path / "talk.csv")
    data = ("--data", "news.csv", "talk.csv", "--model", str(small))
    result = run(*data, "--learning-curve", "--report", "page.html", "--update-card")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    card = artifacts.load(small).card
    assert set(card["evaluated"]["spam"]) == {"news", "talk"}
    assert card["learning_curve"]["spam"][-1]["part"] == 1.0
    assert (tmp_path / "page.html").read_text() == (small / "report.html").read_text()
    assert '<h2 id="growth">' in (small / "report.html").read_text()


def test_it_leaves_the_card_alone_unless_told(run, small):
    before = (small / "card.json").read_bytes(), (small / "report.html").read_bytes()
    assert run("--data", "mine.csv", "--model", str(small), "--report", "page.html").exit_code == 0
    assert ((small / "card.json").read_bytes(), (small / "report.html").read_bytes()) == before


def test_it_tells_what_the_model_learned_from_and_keeps_it_off_the_card(run, small, tmp_path):
    (tmp_path / "news.csv").write_text("\n".join(ROWS))
    model = ("--model", str(small))
    assert json.loads(run("--data", "mine.csv", "news.csv", *model, "--json").stdout)["learned_from"] == ["mine"]
    assert "the model learned from mine:" in run("--data", "mine.csv", *model).stdout
    assert run("--data", "mine.csv", "news.csv", *model, "--report", "page.html", "--update-card").exit_code == 0
    assert set(artifacts.load(small).card["evaluated"]["spam"]) == {"news"}
    assert "<td>mine (learned from)</td>" in (tmp_path / "page.html").read_text()
    # What the source itself holds back was not learned from.
    (tmp_path / "mine.csv").write_text("\n".join([f"{ROWS[0]},split", *[f"{row},test" for row in ROWS[1:]]]))
    assert json.loads(run("--data", "mine.csv", *model, "--part", "test", "--json").stdout)["learned_from"] == []


def test_it_keeps_what_was_evaluated_before(run, small, tmp_path):
    for name in ("news", "talk"):
        (tmp_path / f"{name}.csv").write_text("\n".join(ROWS))
        assert run("--data", f"{name}.csv", "--model", str(small), "--update-card").exit_code == 0
    assert set(artifacts.load(small).card["evaluated"]["spam"]) == {"news", "talk"}


def test_it_compares_with_the_current_model(run, small):
    found = json.loads(run("--data", "mine.csv", "--model", str(small), "--json").stdout)
    current = json.loads(run("--data", "mine.csv", "--json").stdout)
    assert found["against"]["model"] == current["model"]
    gain = found["against"]["sources"]["mine"]["spam"]
    after, before = (one["sources"]["mine"]["spam"]["brier"] for one in (found, current))
    assert gain["brier"] == pytest.approx(after - before)
    assert gain["brier_interval"][0] <= gain["brier"] <= gain["brier_interval"][1]
    assert "against" not in current
    assert "than that of the current model" in run("--data", "mine.csv", "--model", str(small)).stdout


def test_it_refuses_a_part_that_no_file_has(run):
    result = run("--data", "mine.csv", "--part", "dev")
    assert result.exit_code == 1
    assert "modbot: expected rows of the part dev, got none in mine.csv" in result.stderr


def test_it_requires_data_and_a_place_for_the_page(run):
    assert run().exit_code == 2
    result = run("--data", "mine.csv", "--report", "nowhere/page.html")
    assert result.exit_code == 2
    assert "got nowhere/page.html" in result.stderr
