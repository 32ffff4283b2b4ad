from __future__ import annotations

import pytest

from modbot.domain import Action, ReportKind
from modbot.errors import InvalidComment
from modbot.intake.query import LIST_DEFAULT, case_query, complaint_from, decision_from


def errors_of(read, *fields):
    with pytest.raises(InvalidComment) as caught:
        read(*fields)
    return [(error.field, error.code) for error in caught.value.fields]


def test_it_works():
    query = case_query({"action": "hold", "page_url": "https://a.example/", "cursor": "c01", "limit": "7"}, "s1")
    assert (query.site_ids, query.action, query.page_url) == (("s1",), Action.HOLD, "https://a.example/")
    assert (query.cursor, query.limit) == ("c01", 7)
    decision = decision_from({"action": "reject", "reason": " spam ", "revision": 3})
    assert (decision.action, decision.reason, decision.revision) == (Action.REJECT, "spam", 3)
    assert complaint_from({"kind": "appeal"}).kind is ReportKind.APPEAL


def test_it_asks_for_one_sites_newest_when_nothing_is_said():
    query = case_query({}, "s1")
    assert (query.site_ids, query.action, query.limit, query.order) == (("s1",), None, LIST_DEFAULT, "newest")


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"action": "good"}, ("action", "not_a_choice")),
        ({"page_url": "gazette"}, ("page_url", "not_a_web_address")),
        ({"page_url": ""}, ("page_url", "not_a_web_address")),
        ({"page_url": "https://a.example/\x00"}, ("page_url", "control_characters")),
        ({"cursor": "' or 1"}, ("cursor", "not_a_cursor")),
        ({"limit": "101"}, ("limit", "out_of_range")),
        ({"limit": ""}, ("limit", "out_of_range")),
        ({"limit": "٣"}, ("limit", "out_of_range")),
        ({"ada@example.org": "1"}, ("(another name)", "unknown_filter")),
    ],
)
def test_it_refuses_a_filter(asked, error):
    assert error in errors_of(case_query, asked, "s1")


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({}, [("action", "required")]),
        ({"action": "hold", "reason": 5, "revision": 0}, [("action", "not_a_choice"), ("reason", "wrong_type"), ("revision", "out_of_range")]),
        ({"action": "publish", "reason": "x" * 501}, [("reason", "too_long")]),
        ({"action": "publish", "revision": True}, [("revision", "out_of_range")]),
        ({"action": ["publish"]}, [("action", "not_a_choice")]),
        ({"action": "publish", "reason": "\ud800"}, [("reason", "control_characters")]),
    ],
)  # fmt: skip
def test_it_refuses_a_decision(fields, errors):
    assert errors_of(decision_from, fields) == errors


def test_it_takes_whole_numbers_however_they_are_written():
    assert [decision_from({"action": "publish", "revision": n}).revision for n in (3, 3.0, "3", None)] == [3, 3, 3, 0]


def test_it_warns_of_fields_that_it_leaves_out():
    assert decision_from({"action": "publish", "note": 1}).warnings == (
        "1 unknown field(s) left out; this call reads action, reason, revision",
    )
    assert complaint_from({"colour": 1, "reason": "rude"}).warnings
    assert not complaint_from({"reason": "rude"}).warnings
