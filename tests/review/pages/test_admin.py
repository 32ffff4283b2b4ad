"""The administrator's pages from nouns, without HTTP."""

from __future__ import annotations

from factories import NOON, a_site, a_user, later
from modbot.domain import Action, DecidedBy, DeliveryRow, DeliveryState, Event, Hook, Mode, Policy, Role
from modbot.review.pages.admin import SiteFacts, model_view, sites_page, users_page
from modbot.review.pages.frame import Frame

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


def test_it_names_the_sites_of_each_person():
    users = (
        a_user(),
        a_user(id="b", name="ben", site_ids=frozenset({"site-ada", "unknown"}), role=Role.VIEWER, disabled=True),
        a_user(id="c", name="cal", site_ids=frozenset()),
    )

    shown = users_page(FRAME, users, [a_site()], users[0]).users

    assert [(user.sites, user.is_me, user.disabled) for user in shown] == [
        ("All sites", True, False),
        ("Harbour Gazette", False, True),
        ("None", False, False),
    ]


def test_it_shows_a_card():
    card = {
        "heads": ["spam"],
        "rows": {"blog": {"train": 1_200}, "chat": {"train": 34, "test": 9}},
        "held_back": {"spam": {"blog": {"auc": 0.9}, "chat": {"auc": 0.8}, "forum": {"auc": None}}},
        "leave_one_source_out": {"spam": {"blog": {"auc": 0.71}}},
    }

    shown = model_view(card, "v1", live=True)

    assert shown.rows == "1,234 comments from 2 sources"
    assert shown.metrics == (("Spam", "AUC 0.85 on comments held back, 0.71 on sources never seen"),)


def test_it_shows_a_card_that_says_nothing():
    assert model_view({}, "v1", live=False).heads == "unknown"
    assert model_view({"heads": ["spam"], "held_back": {}}, "v1", live=False).metrics == (("Spam", "not measured"),)
