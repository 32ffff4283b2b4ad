from __future__ import annotations

import pytest

from modbot.imports.wordpress import is_comment, label_of, nothing_for_zero, utc


@pytest.mark.parametrize(
    ("status", "meta", "label"),
    [
        ("approve", {}, "good"),
        ("hold", {}, ""),
        ("spam", {"akismet_result": True}, ""),
        ("spam", {"akismet_result": "false"}, "spam"),
        ("trash", {"akismet_user_result": "true"}, "spam"),
        ("1", {"akismet_user_result": ["true"]}, "good"),
    ],
)
def test_it_works(status, meta, label):
    assert label_of(status, meta) == label


def test_it_tells_comments_from_what_plugins_keep():
    assert [is_comment(kind) for kind in ("", "comment", "pingback", "review")] == [True, True, False, False]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2024-05-01 08:00:00", "2024-05-01T08:00:00Z"),
        ("2024-05-01T08:00:00Z", "2024-05-01T08:00:00Z"),
        ("2024-05-01T08:00:00-03:00", "2024-05-01T08:00:00-03:00"),
        ("0000-00-00 00:00:00", ""),
        ("", ""),
    ],
)
def test_it_reads_moments_as_utc(said, meant):
    assert utc(said) == meant


def test_it_reads_zero_as_none():
    assert [nothing_for_zero(said) for said in ("0", "", " 4 ", "40")] == ["", "", "4", "40"]
