"""What the review page asks of the house is what the house has."""

from __future__ import annotations

from modbot import app
from modbot.review import blueprint


def test_it_works():
    wanted = {name for name in vars(blueprint.House) if not name.startswith("_")}

    assert wanted >= {"settings", "store", "moderator", "clock"}
    assert wanted <= set(app.House.__slots__)
