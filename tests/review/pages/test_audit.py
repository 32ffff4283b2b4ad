"""The words of the audit log."""

from __future__ import annotations

from modbot.domain import Deed
from modbot.review.pages.audit import DEED_WORDS


def test_it_works():
    assert set(DEED_WORDS) == set(Deed)
    assert len(set(DEED_WORDS.values())) == len(Deed)
