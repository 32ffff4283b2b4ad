"""The page of the sites from nouns, without HTTP."""

from __future__ import annotations

from factories import NOON, a_site, later
from modbot.domain import Action, DecidedBy, DeliveryRow, DeliveryState, Event, Hook, Mode, Policy
from modbot.review.pages.frame import Frame
from modbot.review.pages.sites import SiteFacts, sites_page

FRAME = Frame("sites", None, (), "/static", "/admin/sites")


def a_delivery(state=DeliveryState.GIVEN_UP, **changes):
    base = {"id": "d1", "case_id": "c1", "event": Event.COMMENT_DECIDED, "state": state, "attempts": 2}
    return DeliveryRow(**base | {"not_before": NOON, "last_reason": "timeout", "created_at": NOON} | changes)


def test_it_works():
    site = a_site(hook=Hook("https://gazette.example/hook"), policy=Policy(mode=Mode.BORROWED))

    (shown,) = sites_page(FRAME, [SiteFacts(site, [a_delivery()], ["Rejecting: 3 checked."])], later(60)).sites

    assert (shown.mode, shown.hook_state, shown.hook_tone) == ("Borrowed", "On", "done")
    assert shown.deliveries[0].reason == "the site did not answer in time"
    assert shown.deliveries[0].attempts == "2 tries"
    assert shown.evidence == ("Rejecting: 3 checked.",)


def test_it_says_of_each_message_which_decision_it_tells():
    told = a_delivery(action=Action.REJECT, decided_by=DecidedBy.PERSON)

    (shown,) = sites_page(FRAME, [SiteFacts(a_site(), [told])], NOON).sites[0].deliveries

    assert (shown.decision, shown.case_href) == ("Rejected by a moderator", "/cases/c1")


def test_it_says_why_a_hook_is_off():
    hook = Hook("https://gazette.example/hook", on=False, off_reason="Ten failures in a row.")

    (shown,) = sites_page(FRAME, [SiteFacts(a_site(hook=hook))], NOON).sites

    assert (shown.hook_state, shown.hook_tone, shown.hook_reason) == (
        "Switched off",
        "problem",
        "Ten failures in a row.",
    )
    assert sites_page(FRAME, [SiteFacts(a_site())], NOON).sites[0].hook_state == "No webhook"


def test_it_sends_again_only_what_is_finished():
    rows = [a_delivery(state) for state in DeliveryState]

    (shown,) = sites_page(FRAME, [SiteFacts(a_site(), rows)], NOON).sites

    assert {row.state for row in shown.deliveries if row.can_resend} == {"Delivered", "Given up"}
