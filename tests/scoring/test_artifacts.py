"""Models on disk: what is loaded is what was saved, or nothing is."""

import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest

import modbot
from modbot.errors import ModelMismatch, ModelMissing
from modbot.scoring import artifacts


def test_it_works(model, tmp_path, odd_comments):
    folder = artifacts.save(model, tmp_path, "<p>report</p>")
    again = artifacts.load(folder)
    assert (again.version, again.heads, again.card["seed"]) == ("tiny", model.heads, 3)
    assert np.array_equal(again.weights, model.weights)
    assert np.array_equal(again.evidence.good, model.evidence.good)
    assert np.array_equal(again.vocabulary.hashes, model.vocabulary.hashes)
    assert np.array_equal(again.vocabulary.rows, model.vocabulary.rows)
    assert np.array_equal(again.margins(odd_comments), model.margins(odd_comments))
    assert sorted(path.name for path in folder.iterdir()) == ["card.json", "report.html", "weights.npz"]


def test_it_writes_the_same_bytes_for_the_same_arrays(model, tmp_path):
    one, two = (artifacts.save(model, tmp_path / name) / "weights.npz" for name in ("a", "b"))
    assert one.read_bytes() == two.read_bytes()


def test_it_loads_models_of_before_there_were_words_in_them(model, tmp_path, odd_comments):
    older = replace(model, vocabulary=None)
    again = artifacts.load(artifacts.save(older, tmp_path))
    assert again.vocabulary is None
    assert np.array_equal(again.margins(odd_comments), older.margins(odd_comments))


def test_it_holds_nothing_that_could_run(model, tmp_path):
    folder = artifacts.save(model, tmp_path)
    with zipfile.ZipFile(folder / "weights.npz") as archive:
        assert all(name.endswith(".npy") for name in archive.namelist())
    with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype.kind in "fiu" for name in arrays.files)


def test_it_refuses_changed_arrays(model, tmp_path):
    folder = artifacts.save(model, tmp_path)
    with (folder / "weights.npz").open("ab") as stream:
        stream.write(b"!")
    with pytest.raises(ModelMismatch, match="SHA-256"):
        artifacts.load(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": 0}, "features version"),
        ({"examples": [{"name": "", "body": "hello", "margins": [9.0, 9.0, 9.0]}]}, "stored examples"),
    ],
)
def test_it_refuses_a_card_that_does_not_fit(model, tmp_path, change, message):
    card = artifacts.save(model, tmp_path) / "card.json"
    card.write_text(json.dumps({**json.loads(card.read_text()), **change}))
    with pytest.raises(ModelMismatch, match=message):
        artifacts.load(card.parent)


def test_it_refuses_a_card_that_is_no_json(model, tmp_path):
    card = artifacts.save(model, tmp_path) / "card.json"
    card.write_text("{")
    with pytest.raises(ModelMismatch):
        artifacts.load(card.parent)


def test_it_names_the_places_looked_at(tmp_path):
    with pytest.raises(ModelMissing, match=r"first/comments.*second/comments"):
        artifacts.find((tmp_path / "first", tmp_path / "second"), "nine")


def test_it_finds_the_first_of_a_name_and_the_current_one(model, tmp_path):
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    artifacts.save(model, theirs)
    (theirs / "comments" / "CURRENT").write_text("tiny\n")
    assert artifacts.find((mine, theirs)) == theirs / "comments" / "tiny"
    artifacts.save(model, mine)
    assert artifacts.find((mine, theirs)) == mine / "comments" / "tiny"
    assert artifacts.versions((mine, theirs)) == (mine / "comments" / "tiny",)


def test_it_looks_in_the_setting_first_and_in_the_repository_last(tmp_path):
    dirs = artifacts.model_dirs(tmp_path / "set", tmp_path / "config")
    assert dirs[:2] == (tmp_path / "set", tmp_path / "config" / "models")
    assert [path.name for path in dirs[2:]] == ["models", "models"]


def test_it_loads_the_shipped_model():
    shipped = artifacts.load(artifacts.find(artifacts.model_dirs()))
    assert {"spam", "toxicity"} <= {head.value for head in shipped.heads}
    assert shipped.card["leave_one_source_out"]["spam"]
    assert modbot.__version__
