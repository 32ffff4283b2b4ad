"""What the review page asks of the house is what the house has."""

from __future__ import annotations

import pytest

from modbot import app
from modbot.review import blueprint


def test_it_works():
    wanted = {name for name in vars(blueprint.House) if not name.startswith("_")}

    assert wanted >= {"settings", "store", "moderator", "clock"}
    assert wanted <= set(app.House.__slots__)


@pytest.mark.parametrize("path", ["/queue?q=%00", "/queue?reason=a%00b", "/queue?cursor=q%00", "/cases/%00"])
def test_it_refuses_null_characters_before_any_database_sees_them(at_the_desk, path):
    assert at_the_desk("ada").get(path).status_code == 400


def test_it_refuses_null_characters_at_the_log_in(visitor):
    assert visitor.post("/login", name="a\x00da", password="x").status_code == 400
