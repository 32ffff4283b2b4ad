"""Models: listed, compared, promoted after they were verified, and the way back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from factories import NOON, a_user
from modbot.domain import Deed, Role
from modbot.scoring import artifacts, current
from review.desk import HASH, tiny_model


@pytest.fixture
def shelf(app, house, tmp_path):
    """A folder of two real models; the first one is live."""
    place = tmp_path / "models"
    for version in ("aaa", "bbb"):
        card = {"held_back": {"spam": {"blog": {"auc": 0.91}}}}
        artifacts.save(replace(tiny_model(), version=version, card=card), place, "<!doctype html><title>Report</title>")
    current.promote(place, "aaa")
    app.extensions["modbot"] = replace(house, model_dirs=(place,))
    return place


def test_it_works(at_the_desk, house, shelf):
    dora = at_the_desk("dora")
    page = dora.get("/admin/models").text
    assert page.index("aaa") < page.index("Live") < page.index("bbb")
    assert "/admin/models/bbb/promotion" in page

    assert dora.post("/admin/models/bbb/promotion").location == "/admin/models"
    assert house.store.live_model() == artifacts.current((shelf,)) == "bbb"
    assert dora.post("/admin/models/rollback").location == "/admin/models"
    assert house.store.live_model() == artifacts.current((shelf,)) == "aaa"
    told = [(entry.deed, entry.subject) for entry in house.store.audit_log(None)][:2]
    assert told == [(Deed.MODEL_ROLLED_BACK, "aaa"), (Deed.MODEL_PROMOTED, "bbb")]


def test_it_sets_two_side_by_side(at_the_desk, shelf):
    dora = at_the_desk("dora")
    page = dora.get("/admin/models?one=aaa&other=bbb").text
    assert "blog (held back)" in page
    assert page.count("0.910") == 2
    assert "side by side" not in dora.get("/admin/models?one=aaa&other=zzz").text


def test_it_promotes_nothing_that_was_tampered_with(at_the_desk, house, shelf):
    weights = shelf / "comments" / "bbb" / "weights.npz"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    answer = at_the_desk("dora").post("/admin/models/bbb/promotion")
    assert answer.status_code == 422
    assert "notice--problem" in answer.text
    assert house.store.live_model() is None
    assert artifacts.current((shelf,)) == "aaa"


def test_it_shows_a_report_that_may_do_nothing(at_the_desk, shelf):
    dora = at_the_desk("dora")
    answer = dora.get("/admin/models/bbb/report")
    assert answer.text.startswith("<!doctype html>")
    assert answer.headers["Content-Security-Policy"].endswith("sandbox")
    assert "script" not in answer.headers["Content-Security-Policy"]
    for path in ("zzz", "..", "%2e%2e"):
        assert dora.get(f"/admin/models/{path}/report").status_code == 404


def test_it_is_changed_by_administrators_of_all_sites(app, at_the_desk, house, shelf, visitor, ben_site):
    house.store.add_user(a_user(id="user-eve", name="eve", role=Role.ADMIN, site_ids=frozenset({ben_site.id})), HASH)
    visitor.log_in("eve")
    page = visitor.get("/admin/models")
    assert page.status_code == 200
    assert "promotion" not in page.text
    assert visitor.post("/admin/models/bbb/promotion").status_code == 403
    assert visitor.post("/admin/models/rollback").status_code == 403
    for path in ("bbb/promotion", "rollback"):
        assert at_the_desk("ada").post(f"/admin/models/{path}").status_code == 404
    assert at_the_desk("ada").get("/admin/models/bbb/report").status_code == 404
    assert house.store.live_model() is None


def test_it_lists_a_card_of_another_version(app, at_the_desk, house, tmp_path):
    folder = tmp_path / "comments" / "2026-01"
    folder.mkdir(parents=True)
    (folder / "card.json").write_text(json.dumps({"heads": ["spam", "toxicity"]}))
    app.extensions["modbot"] = replace(house, model_dirs=(tmp_path,))
    house.store.set_live_model("2026-01", "dora", NOON)
    assert at_the_desk("dora").get("/admin/models").text.count("Live") == 1


def test_it_says_how_to_begin(at_the_desk):
    assert "modbot train" in at_the_desk("dora").get("/admin/models").text
