"""Which model is current: promoted, rolled back."""

from __future__ import annotations

import pytest

from modbot.errors import ModelMissing
from modbot.scoring import artifacts, current


def test_it_finds_the_way_back(tmp_path):
    current.promote(tmp_path, "one")
    current.promote(tmp_path, "two")
    assert current.history(tmp_path) == ["two", "one"]
    assert current.roll_back(tmp_path) == "one"
    assert artifacts.current((tmp_path,)) == "one"


def test_it_remembers_what_was_live_elsewhere(tmp_path):
    current.promote(tmp_path, "mine", before="shipped")
    assert current.roll_back(tmp_path) == "shipped"


def test_it_goes_back_to_the_shipped_one_at_last(tmp_path):
    current.promote(tmp_path, "mine")
    assert current.roll_back(tmp_path, "shipped") == "shipped"
    with pytest.raises(ModelMissing):
        current.roll_back(tmp_path, "shipped")


def test_it_refuses_to_go_back_to_nothing(tmp_path):
    current.promote(tmp_path, "one")
    with pytest.raises(ModelMissing):
        current.roll_back(tmp_path)
