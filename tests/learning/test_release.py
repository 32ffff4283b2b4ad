"""Release: written and named after its numbers."""

import numpy as np
import pytest

from modbot.errors import ModelError
from modbot.learning import release
from modbot.scoring import artifacts, current

pytestmark = pytest.mark.slow


def test_it_works(trained, tmp_path):
    model = release.named(trained)
    folder = release.release(model, tmp_path)
    current.promote(tmp_path, model.version)
    assert artifacts.current((tmp_path,)) == model.version == folder.name
    again = artifacts.load(artifacts.find((tmp_path,)))
    assert np.array_equal(again.weights, trained.weights)
    assert again.card["recipe"] == trained.card["recipe"]


def test_it_names_equal_numbers_equally(trained):
    assert release.named(trained).version == release.named(release.named(trained)).version
    assert len(release.named(trained).version) == 10


def test_it_writes_new_facts_onto_the_card_and_the_page(trained, tmp_path):
    folder = release.release(release.named(trained), tmp_path)
    before = (folder / "report.html").read_text(encoding="utf-8")
    assert all(f"<td>{source}</td>" in before for source in ("harbour", "market", "quay"))
    fact = {"spam": {"elsewhere": trained.card["held_back"]["spam"]["harbour"]}}
    release.update(folder, {"evaluated": fact})
    again = artifacts.load(folder)
    assert again.card["evaluated"] == fact
    assert again.card["held_back"] == trained.card["held_back"]
    assert "<td>elsewhere</td>" in (folder / "report.html").read_text(encoding="utf-8")
    assert {path.name for path in folder.iterdir()} == {"card.json", "report.html", "weights.npz"}


def test_it_refuses_to_write_where_it_cannot_and_leaves_the_card_as_it_was(trained, tmp_path):
    folder = release.release(release.named(trained), tmp_path)
    before = (folder / "card.json").read_bytes()
    # A folder stands where the new card would be written first: root may write anywhere, but not over that.
    (folder / ".card.json.new").mkdir()
    with pytest.raises(ModelError, match="expected to write to"):
        release.update(folder, {"evaluated": {}})
    assert (folder / "card.json").read_bytes() == before
