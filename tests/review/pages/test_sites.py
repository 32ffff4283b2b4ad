"""The pages of the sites from nouns, without HTTP."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from factories import NOON, a_site, later
from modbot.domain import Action, DecidedBy, DeliveryRow, DeliveryState, Event, Hook, Mode, Policy
from modbot.review.pages import sites
from modbot.review.pages.frame import Frame
from modbot.review.pages.sites import SiteFacts, caution_words, site_page, sites_page

FRAME = Frame("sites", None, (), "/static", "/admin/sites")


def a_delivery(state=DeliveryState.GIVEN_UP, **changes):
    base = {"id": "d1", "case_id": "c1", "event": Event.COMMENT_DECIDED, "state": state, "attempts": 2}
    return DeliveryRow(**base | {"not_before": NOON, "last_reason": "timeout", "created_at": NOON} | changes)


def shown(site, deliveries=(), forecast=None, evidence=()):
    return site_page(FRAME, SiteFacts(site, deliveries, evidence, forecast or {}, "<form>", "curl", later(60)))


def test_it_works():
    site = a_site(hook=Hook("https://gazette.example/hook"), policy=Policy(mode=Mode.BORROWED))
    page = shown(site, [a_delivery()], {0.01: {Action.HOLD: 3, Action.REJECT: 1}}, ["Rejecting: 3 checked."])

    assert (page.hook_state, page.hook_tone) == ("On", "done")
    assert page.deliveries[0].reason == "the site did not answer in time"
    assert page.deliveries[0].attempts == "2 tries"
    assert page.evidence == ("Rejecting: 3 checked.",)
    assert [mode.chosen for mode in page.modes] == [False, True, False]
    (step,) = page.caution
    assert (step.value, step.chosen, step.forecast) == ("0.01", True, "0 published, 3 held for people, 1 rejected")
    assert page.judged == 4


def test_it_keeps_a_share_that_was_set_elsewhere():
    page = shown(a_site(policy=Policy(max_bad_published=0.03, audit_rate=0.5)))
    assert [(one.value, one.words) for one in page.shares if one.chosen] == [("0.03", "3 %")]
    assert [(one.value, one.words) for one in page.rates if one.chosen] == [("0.5", "50 %")]


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.05, "Bold: at most 50 in 1,000 good comments rejected by machine"),
        (0.001, "As careful as can be: at most 1 in 1,000 good comments rejected by machine"),
        (0.003, "At most 3 in 1,000 good comments rejected by machine"),
    ],
)
def test_it_says_a_promise_as_a_count(share, said):
    assert caution_words(share) == said


def test_it_says_of_each_message_which_decision_it_tells():
    (told,) = shown(a_site(), [a_delivery(action=Action.REJECT, decided_by=DecidedBy.PERSON)]).deliveries
    assert (told.decision, told.case_href) == ("Rejected by a moderator", "/cases/c1")


def test_it_says_why_a_hook_is_off():
    hook = Hook("https://gazette.example/hook", on=False, off_reason="Ten failures in a row.")
    page = shown(a_site(hook=hook))
    assert (page.hook_state, page.hook_tone, page.hook_reason) == ("Switched off", "problem", "Ten failures in a row.")
    assert [row.hook_tone for row in sites_page(FRAME, [a_site(hook=hook), a_site()], may_add=True).sites] == [
        "problem",
        "noted",
    ]


def test_it_sends_again_only_what_is_finished():
    page = shown(a_site(), [a_delivery(state) for state in DeliveryState])
    assert {row.state for row in page.deliveries if row.can_resend} == {"Delivered", "Given up"}


def test_it_says_in_words_why_a_message_did_not_arrive():
    """Every reason that the operator's table names."""
    told = (Path(__file__).parents[3] / "docs" / "operations.md").read_text()
    rows = told.partition("| reason on the delivery |")[2].partition("\n\n")[0].splitlines()[2:]
    names = [name for row in rows for name in re.findall(r"`([a-z_]+…?)`", row.split("|")[1])]

    assert len(names) > 15
    assert [name for name in names if name not in sites.REASON_WORDS and not name.startswith(sites.ANSWERED)] == []
    assert sites._why("status_502") == "the site answered 502"
    assert sites._why("of_a_version_to_come") == "of a version to come"
