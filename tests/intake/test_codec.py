from __future__ import annotations

from datetime import UTC, datetime

import pytest

from modbot.domain import Action, Head
from modbot.intake.codec import canonical, from_json, to_json


def test_it_works(standing):
    said = {"at": datetime(2026, 5, 4, 12, tzinfo=UTC), "action": Action.HOLD, "scores": {Head.SPAM: 0.5}}
    assert to_json(said) == b'{"at":"2026-05-04T12:00:00Z","action":"hold","scores":{"spam":0.5}}'
    provider = standing.client.application.json
    assert provider.loads(provider.dumps({"a": "ü"})) == {"a": "ü"}


@pytest.mark.parametrize("body", [b"[" * 100_000, b"NaN", b'"\\ud800"', b'"\xff"', b"", b"{", b"{} {}"])
def test_it_refuses_everything_else_with_one_error(body):
    with pytest.raises(ValueError, match=r"."):
        from_json(body)


def test_it_gives_the_same_bytes_for_the_same_content():
    assert canonical({"b": 1, "a": {"d": 1, "c": 2}}) == canonical({"a": {"c": 2, "d": 1}, "b": 1})
    assert canonical({"a": 1}) != canonical({"a": "1"})
