"""What holds for campaigns that are looked at as one, on both engines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from factories import a_comment, a_draft, a_new_case, later
from modbot.domain import Action, CaseQuery
from modbot.text import sketch

ADVERT = (
    "Win big tonight at the harbour casino, best bonus for new players, sign up at casino.example and get free spins"
)


@pytest.fixture
def group(store):
    """Four copies of one advert, oldest first."""

    def posted(number):
        body = f"{ADVERT} {number}"
        comment = a_comment(key=f"key-{number}", body=body, fingerprint=f"f{number}", sketch=sketch(body))
        nearest = store.history("site-ada", "x", "new", comment.sketch).nearest
        return store.record(replace(a_new_case(comment=comment, at=later(number)), joins=nearest))[0]

    return [posted(number) for number in range(4)]


def test_it_works(store, group):
    alone = store.record(a_new_case(comment=a_comment(key="alone")))[0]
    campaign = store.campaign_of(group[0].id)
    assert {store.campaign_of(case.id) for case in group} == {campaign}
    assert store.campaign_of(alone.id) == store.campaign_of("c0") == ""

    store.record_review(a_draft(case_id=group[2].id, action=Action.REJECT))

    newest_first = [case.id for case in reversed(group)]
    assert [case.id for case in store.in_campaign(campaign)] == newest_first
    assert [case.id for case in store.in_campaign(campaign, 2)] == newest_first[:2]
    assert store.waiting_in([campaign, "g0"], 10) == {campaign: {group[3].id: 1, group[1].id: 1, group[0].id: 1}}
    assert list(store.waiting_in([campaign], 2)[campaign]) == [group[3].id, group[1].id]
    assert store.waiting_in([], 10) == {}
    assert {row.id: row.campaign for row in store.cases(CaseQuery()).rows} == {
        **{case.id: campaign for case in group},
        alone.id: "",
    }


def test_it_leaves_a_campaign_out_of_a_list_or_lists_nothing_else(store, group):
    alone = store.record(a_new_case(comment=a_comment(key="alone")))[0]
    campaign = store.campaign_of(group[0].id)

    def listed(**query):
        return {row.id for row in store.cases(CaseQuery(queued=True, order="worst", **query)).rows}

    assert listed(besides=(campaign,)) == {alone.id}
    assert listed(besides=(campaign, alone.id)) == set()
    assert listed(besides=(group[0].id,)) == {alone.id, *(case.id for case in group[1:])}
    assert listed(among=(campaign,)) == {case.id for case in group}
    assert listed(among=(alone.id,)) == {alone.id}
