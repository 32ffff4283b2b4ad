from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from factories import NOON, a_comment, a_draft, a_rule, later
from modbot.adapting import learn
from modbot.domain import (
    Action,
    CaseQuery,
    Cut,
    DecidedBy,
    Door,
    Head,
    Hook,
    Mode,
    Policy,
    ReportKind,
    RuleEffect,
    RuleKind,
    RuleTally,
    SiteLayer,
)
from modbot.errors import BadRequest, CaseNotFound, InvalidComment, KeyReused, StaleReview
from modbot.moderation import Moderator, Submission, judge_again, yardstick_for
from modbot.scoring.rules import VERSION
from modbot.scoring.ruleset import NO_RULES, Ruleset

GOOD = "The night bus now stops at the harbour. My shift ends at eleven, so this saves me a long walk. Thank you!"


def sent(body: str = GOOD, *, key: str = "", payload: bytes | None = None, **fields) -> Submission:
    given = {"name": "Cal", "email": "cal@example.org", "body": body, **fields}
    return Submission(given, repr(given).encode() if payload is None else payload, Door.NATIVE, key)


def moderate(house, site, submission: Submission | None = None, at=None):
    return house.moderator.moderate(site, submission or sent(), at or house.clock())


def ruled(house, site, *rules):
    """The site with these rules."""
    for rule in rules:
        house.store.add_rule(rule)
    return house.store.site(site.id)


def forbidding(house, site, word):
    return ruled(house, site, a_rule(id="", pattern=word))


def breaking(house) -> Moderator:
    """The same house with a model that cannot score."""

    class Broken:
        name = "model"
        version = "broken"
        evidence = house.model.evidence

        def look(self, scene):
            raise MemoryError

    return Moderator(house.store, house.vault, Broken(), house.moderator._around)


def test_it_works(house, ada_site, clock, ada):
    done = moderate(house, ada_site, sent(body="see https://x.example now"))
    assert done.created
    assert done.warnings == ()
    case = house.store.case(done.case.id)
    assert case == done.case
    assert (case.revision, case.decided_by) == (1, DecidedBy.MACHINE)
    assert {Head.SPAM, Head.TOXICITY} <= set(case.verdict.scores)
    assert case.comment.author.email_masked == "c•••@e•••.org"
    reviewed = house.moderator.review(
        a_draft(case_id=case.id, action=Action.REJECT, at=clock.tick(60), reason="spam"), ada
    )
    assert (reviewed.action, reviewed.decided_by, reviewed.revision) == (Action.REJECT, DecidedBy.PERSON, 2)
    assert [review.reviewer_name for review in reviewed.reviews] == ["ada"]


def test_it_keeps_shares_that_sum_to_the_stored_score(house, ada_site):
    case = moderate(house, ada_site, sent(honeypot="x", elapsed_ms=10)).case
    for score in house.store.case(case.id).verdict.heads:
        assert score.bias + sum(term.share for term in score.terms) == pytest.approx(score.margin, abs=1e-6)


def test_it_gives_a_repeat_its_first_case(house, ada_site):
    first = moderate(house, ada_site, sent(key="k-1"))
    second = moderate(house, ada_site, sent(key="k-1"))
    assert not second.created
    assert second.case.id == first.case.id


def test_it_refuses_a_key_with_another_payload(house, ada_site):
    moderate(house, ada_site, sent(key="k-1"))
    with pytest.raises(KeyReused):
        moderate(house, ada_site, sent("another text", key="k-1"))


def test_it_makes_one_case_of_twenty_simultaneous_requests(house, ada_site):
    barrier = threading.Barrier(20)
    found, failed = [], []

    def post():
        barrier.wait()
        try:
            found.append(moderate(house, ada_site, sent(key="race")))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len({done.case.id for done in found}) == 1
    assert sum(done.created for done in found) == 1


def test_it_reports_all_bad_fields_and_stores_nothing(house, ada_site):
    with pytest.raises(InvalidComment) as refusal:
        moderate(house, ada_site, sent("", email="nobody", name=""))
    assert {error.field for error in refusal.value.fields} == {"body", "email", "name"}
    assert house.store.queue_counts(None)["queued"] == 0


def test_it_names_unknown_fields_in_a_warning(house, ada_site):
    assert "colour" in moderate(house, ada_site, sent(colour="red")).warnings[0]


def test_it_holds_a_case_when_a_scorer_fails(house, ada_site):
    case = breaking(house).moderate(ada_site, sent(), house.clock()).case
    assert case.action is Action.HOLD
    assert case.verdict.reasons[0].code == "SCORER_FAILED"
    assert house.store.case(case.id).queued


def test_it_holds_everything_on_a_hold_only_site(house, ben_site):
    assert ben_site.policy.mode is Mode.HOLD_ONLY
    actions = {moderate(house, ben_site, sent(body)).case.action for body in (GOOD, "BUY CHEAP PILLS http://p.example")}
    assert actions == {Action.HOLD}


def test_it_rejects_what_the_owner_forbids(house, ada_site):
    site = forbidding(house, ada_site, "harbour")
    case = moderate(house, site).case
    assert (case.action, case.verdict.reasons[0].code) == (Action.REJECT, "BLOCKED_WORD")


def test_it_publishes_the_trusted_and_keeps_for_people_what_the_owner_wants_them_to_see(house, ada_site):
    trust = a_rule(id="", kind=RuleKind.EMAIL_DOMAIN, pattern="example.org", effect=RuleEffect.TRUST)
    hold = a_rule(id="", pattern="harbour", effect=RuleEffect.HOLD)
    site = ruled(house, ada_site, trust)
    assert moderate(house, site).case.action is Action.PUBLISH
    site = ruled(house, site, hold)
    case = moderate(house, site, sent(key="again")).case
    assert (case.action, case.verdict.reasons[0].code) == (Action.HOLD, "HELD_BY_RULE")


def test_it_names_the_rule_set_of_a_verdict_so_that_it_can_be_judged_anew(house, ada_site, clock):
    first = house.store.add_rule(a_rule(id="", pattern="harbour"))
    before = moderate(house, house.store.site(ada_site.id)).case
    house.store.end_rule(first.id, "dora", clock.tick(5))
    after = moderate(house, house.store.site(ada_site.id), sent(key="again")).case
    assert (before.verdict.rules, after.verdict.rules) == (f"{VERSION}.r1", f"{VERSION}.r2")
    assert (before.action, after.action) == (Action.REJECT, Action.HOLD)
    assert [rule.id for rule in house.store.rules_in_force(ada_site.id, NOON, version=1)] == [first.id]
    assert house.store.rule_tallies([first.id], NOON)[first.id] == RuleTally(hits=1)


def test_it_lets_a_rule_run_out(house, ada_site, clock):
    site = ruled(house, ada_site, a_rule(id="", pattern="harbour", until=later(60)))
    found = [
        [signal.code for signal in house.moderator.judge(site, a_comment(), at).signals if signal.rule_id]
        for at in (later(59), later(60), later(59))
    ]
    assert found == [["BLOCKED_WORD"], [], ["BLOCKED_WORD"]]


def test_it_asks_for_rules_once_for_each_version(house, ada_site, monkeypatch):
    asked = []
    real = house.store.rules_in_force
    monkeypatch.setattr(house.store, "rules_in_force", lambda *args: asked.append(args) or real(*args))
    moderate(house, ada_site)
    site = forbidding(house, ada_site, "harbour")
    for key in ("a", "b", "c"):
        moderate(house, site, sent(key=key))
    assert len(asked) == 1


def test_it_puts_audited_outcomes_before_a_person_unmarked(house, ada_site):
    house.store.change_site(replace(ada_site, policy=replace(ada_site.policy, audit_rate=1.0)), NOON)
    site = forbidding(house, ada_site, "harbour")
    case = moderate(house, site).case
    assert case.action is Action.REJECT
    assert case.verdict.audited
    assert case.queued


def test_it_keeps_rejected_what_a_person_rejected_whatever_is_edited(house, ada_site, ada, clock):
    case = moderate(house, ada_site).case
    house.moderator.review(a_draft(case_id=case.id, action=Action.REJECT, seen_revision=1, at=clock.tick(5)), ada)
    edited = house.moderator.edit(ada_site, case.id, sent("Now with other words."), clock.tick(5)).case
    assert (edited.action, edited.decided_by, edited.revision) == (Action.REJECT, DecidedBy.PERSON, 3)
    assert edited.comment.body == "Now with other words."


def test_it_keeps_for_a_person_what_a_person_put_back_whatever_is_edited(house, ada_site, ada, clock):
    case = moderate(house, ada_site).case
    for seen, action in enumerate((Action.REJECT, Action.HOLD), start=1):
        draft = a_draft(case_id=case.id, action=action, seen_revision=seen, at=clock.tick(5))
        house.moderator.review(draft, ada)
    edited = house.moderator.edit(ada_site, case.id, sent(GOOD + " Thanks."), clock.tick(5)).case
    assert (edited.action, edited.decided_by, edited.queued) == (Action.HOLD, DecidedBy.PERSON, True)


@pytest.mark.parametrize(("blocked", "action"), [("", Action.HOLD), ("pills", Action.REJECT)])
def test_it_lets_nobody_swap_a_published_text_for_a_bad_one(
    house, ada_site, ben_site, ada, ben, clock, blocked, action
):
    site, person = (forbidding(house, ada_site, blocked), ada) if blocked else (ben_site, ben)
    case = moderate(house, site).case
    house.moderator.review(a_draft(case_id=case.id, action=Action.PUBLISH, at=clock.tick(5)), person)
    edited = house.moderator.edit(site, case.id, sent("Buy pills."), clock.tick(5)).case
    assert (edited.action, edited.decided_by) == (action, DecidedBy.MACHINE)


def test_it_assesses_an_edit_as_a_new_revision(house, ada_site, clock):
    case = moderate(house, ada_site).case
    site = forbidding(house, ada_site, "pills")
    edited = house.moderator.edit(site, case.id, sent("pills"), clock.tick(5)).case
    assert (edited.revision, edited.action, edited.decided_by) == (2, Action.REJECT, DecidedBy.MACHINE)


def test_it_leaves_an_edited_comment_where_it_stands(house, ada_site, clock):
    page = "https://gazette.example/night-bus"
    case = moderate(house, ada_site, sent(page_url=page, parent_id="p-1")).case
    edited = house.moderator.edit(ada_site, case.id, sent("Now shorter."), clock.tick(5)).case
    assert (edited.comment.page_url, edited.comment.parent_id) == (page, "p-1")
    moved = house.moderator.edit(ada_site, case.id, sent("Moved.", page_url="https://gazette.example/b"), clock.tick(5))
    assert moved.case.comment.page_url == "https://gazette.example/b"


def test_it_does_not_take_an_edit_for_its_own_repeat(house, ada_site, clock):
    case = moderate(house, ada_site).case
    edited = house.moderator.edit(ada_site, case.id, sent(page_title="New title"), clock.tick(5)).case
    assert "REPEATED_TEXT" not in {signal.code for signal in edited.verdict.signals}


@pytest.mark.parametrize("decision", [Action.PUBLISH, Action.REJECT])
def test_it_judges_an_edit_without_what_was_decided_about_the_case_itself(house, ada_site, ada, clock, decision):
    case = moderate(house, ada_site).case
    house.moderator.review(a_draft(case_id=case.id, action=decision, at=clock.tick(5)), ada)
    edited = house.moderator.edit(ada_site, case.id, sent(page_title="New title"), clock.tick(5)).case
    assert {signal.code for signal in edited.verdict.signals} == {signal.code for signal in case.verdict.signals}


def test_it_notices_the_same_text_from_somebody_else(house, ada_site):
    moderate(house, ada_site)
    case = moderate(house, ada_site, sent(name="Dee", email="dee@example.net")).case
    assert "REPEATED_TEXT" in {signal.code for signal in case.verdict.signals}


ADVERT = (
    "Homeowners in Saltmere can now get a solar grant of up to 8,400! I {did} in 3 minutes and my bill is almost zero. "
    "Check if you qualify before Friday, it takes only a moment: https://{did}.example/apply"
)


def advertise(house, site, did: str):
    return moderate(house, site, sent(ADVERT.format(did=did), name=did, email=f"{did}@example.org")).case


def reason(case, code: str):
    return next((reason for reason in case.verdict.reasons if reason.code == code), None)


def test_it_gathers_mutated_copies_and_tells_how_many_came_before(house, ada_site):
    cases = [advertise(house, ada_site, did) for did in ("applied", "asked", "enrolled")]
    assert reason(cases[0], "CAMPAIGN") is None
    assert reason(cases[2], "CAMPAIGN").sentence == "2 similar comments came before."
    assert {case.id for case in house.store.in_campaign(house.store.campaign_of(cases[0].id))} == {
        case.id for case in cases[:3]
    }


def test_it_believes_what_people_decided_about_similar_comments(house, ada_site, ada, clock):
    first, second = advertise(house, ada_site, "applied"), advertise(house, ada_site, "asked")
    house.moderator.review(a_draft(case_id=first.id, action=Action.REJECT, at=clock.tick(60)), ada)
    third = advertise(house, ada_site, "enrolled")
    told = reason(third, "CAMPAIGN_REJECTED")
    assert told.sentence == "2 similar comments came before; people rejected 1 of them."
    assert told.share == pytest.approx(2.0)
    assert third.verdict.scores[Head.SPAM] > second.verdict.scores[Head.SPAM]


def test_it_publishes_no_spam_for_resembling_what_a_person_published(house, ada_site, ada, clock):
    alone = advertise(house, ada_site, "applied")
    house.moderator.review(a_draft(case_id=alone.id, at=clock.tick(60)), ada)
    copy = advertise(house, ada_site, "asked")
    assert reason(copy, "CAMPAIGN_PUBLISHED").share == pytest.approx(-0.25)
    assert copy.action is alone.action is not Action.PUBLISH


def test_it_does_not_take_an_edit_for_a_copy_of_itself(house, ada_site, clock):
    case = advertise(house, ada_site, "applied")
    edited = house.moderator.edit(ada_site, case.id, sent(case.comment.body + " Hurry!"), clock.tick(5)).case
    assert not [signal for signal in edited.verdict.signals if signal.code.startswith("CAMPAIGN")]
    copy = advertise(house, ada_site, "asked")
    again = house.moderator.edit(ada_site, case.id, sent(case.comment.body + " Really!"), clock.tick(5)).case
    assert reason(again, "CAMPAIGN").sentence == "A similar comment came before."
    assert [one.id for one in house.store.in_campaign(house.store.campaign_of(copy.id))] == [copy.id, case.id]


def test_it_refuses_a_stale_decision(house, ada_site, ada, clock):
    case = moderate(house, ada_site).case
    house.moderator.review(a_draft(case_id=case.id, at=clock.tick(5)), ada)
    with pytest.raises(StaleReview) as refusal:
        house.moderator.review(a_draft(case_id=case.id, action=Action.REJECT, at=clock.tick(5)), ada)
    assert refusal.value.revision == 2


def test_it_undoes_the_last_decision(house, ada_site, ada, clock):
    site = replace(ada_site, policy=Policy(audit_rate=0.0))
    case = moderate(house, site).case
    house.moderator.review(a_draft(case_id=case.id, at=clock.tick(5)), ada)
    undone = house.moderator.review(a_draft(case_id=case.id, seen_revision=2, at=clock.tick(5), undo=True), ada)
    assert (undone.action, undone.queued, undone.revision) == (Action.HOLD, True, 3)
    assert undone.decided_by is DecidedBy.MACHINE


def test_it_refuses_what_ben_and_cal_try(house, ada_site, ben, cal):
    case = moderate(house, ada_site).case
    for person in (ben, cal):
        with pytest.raises(CaseNotFound):
            house.moderator.review(a_draft(case_id=case.id, at=later(9)), person)
    assert house.store.case(case.id).revision == 1


def test_it_decides_many_at_once_and_takes_them_back_as_one(house, ada_site, ada, ben, cal, clock):
    cases = [moderate(house, ada_site, sent(body=f"Number {number}: {GOOD}")).case for number in range(3)]
    drafts = [a_draft(case_id=case.id, at=clock(), action=Action.REJECT, reviewer="forged") for case in cases]
    for stranger in (ben, cal):
        with pytest.raises(StaleReview, match="3 of 3"):
            house.moderator.review_all(drafts, stranger)
    batch = house.moderator.review_all(drafts, ada)
    done = house.store.case(cases[0].id)
    assert (done.action, done.reviews[0].reviewer, done.reviews[0].batch) == (Action.REJECT, ada.id, batch)
    back = a_draft(undo=True, at=clock())
    with pytest.raises(StaleReview):
        house.moderator.take_back_all(batch, back, ben)
    assert house.moderator.take_back_all(batch, back, ada) == (3, 0)
    assert [house.store.case(case.id).action for case in cases] == [case.action for case in cases]


def test_it_refuses_another_sites_case(house, ada_site, ben_site):
    case = moderate(house, ada_site).case
    with pytest.raises(CaseNotFound):
        house.moderator.edit(ben_site, case.id, sent("mine now"), later(9))
    with pytest.raises(CaseNotFound):
        house.moderator.erase(ben_site, case.id, later(9))
    with pytest.raises(CaseNotFound):
        house.moderator.report(ben_site, case.id, ReportKind.FLAG, "", later(9))
    with pytest.raises(CaseNotFound):
        house.moderator.site_review(ben_site, a_draft(case_id=case.id))


def test_it_counts_the_sites_own_moderators(house, ada_site):
    case = moderate(house, ada_site).case
    decided = house.moderator.site_review(ada_site, a_draft(case_id=case.id, action=Action.REJECT, seen_revision=0))
    assert (decided.action, decided.decided_by) == (Action.REJECT, DecidedBy.SITE)
    with pytest.raises(BadRequest):
        house.moderator.site_review(ada_site, a_draft(case_id=case.id, action=Action.HOLD, seen_revision=0))


def test_it_raises_a_reported_case_and_changes_nothing_else(house, ada_site):
    case = moderate(house, ada_site).case
    reported = house.moderator.report(ada_site, case.id, ReportKind.APPEAL, "It was a joke.", later(9))
    assert reported.queued
    assert (reported.action, reported.revision) == (case.action, case.revision)
    assert [report.kind for report in reported.reports] == [ReportKind.APPEAL]


def test_it_forgets_the_text_and_keeps_the_decision(house, ada_site):
    case = moderate(house, ada_site).case
    erased = house.moderator.erase(ada_site, case.id, later(9))
    assert erased.erased
    assert erased.action is case.action
    assert "harbour" not in repr(house.store.case(case.id))


def test_it_wakes_the_deliveries_when_something_was_decided(house, ada_site):
    site = house.store.change_site(replace(ada_site, hook=Hook("https://gazette.example/hook")), house.clock())
    house.wake.clear()
    moderate(house, site)
    assert house.wake.is_set()
    assert house.store.pending_deliveries() == 1


def test_it_looks_up_the_mail_domain_only_where_a_site_asks(house, ada_site):
    asked = []
    around = replace(house.moderator._around, has_mx=lambda domain: asked.append(domain) or False)
    moderator = Moderator(house.store, house.vault, house.model, around)
    moderator.moderate(ada_site, sent(), house.clock())
    assert asked == []
    site = replace(ada_site, limits=replace(ada_site.limits, check_mx=True))
    case = moderator.moderate(site, sent("another text"), house.clock()).case
    assert asked == ["example.org"]
    assert "MX_MISSING" in {signal.code for signal in case.verdict.signals}


def test_it_borrows_cutoffs_only_in_mode_borrowed(house, ada_site):
    borrowed = yardstick_for(house.model, ada_site.policy)
    assert borrowed.reject_from is not None
    own = yardstick_for(house.model, Policy(mode=Mode.OWN))
    assert (own.reject_from, own.publish_below) == (None, None)


def test_it_says_where_the_cut_offs_of_a_site_are_today(house, ada_site):
    borrowed = yardstick_for(house.model, ada_site.policy)
    now = house.moderator.yardstick(ada_site)
    assert (now.reject_from, now.publish_below) == (borrowed.reject_from, borrowed.publish_below)
    own = house.moderator.yardstick(replace(ada_site, policy=Policy(mode=Mode.OWN)))
    assert (own.reject_from, own.publish_below) == (None, None)


def test_it_holds_on_the_side_where_own_evidence_does_not_keep_the_wish(house, ada_site):
    layer = SiteLayer(ada_site.id, 3, later(), reject=Cut(0.9, 0.01, 400, 1), publish=Cut(0.4, 0.05, 80, 1))
    for wishes, expected in (
        ((0.01, 0.05), (0.9, 0.4)),
        ((0.001, 0.05), (None, 0.4)),
        ((0.02, 0.01), (0.9, None)),
    ):
        site = replace(ada_site, policy=Policy(1, Mode.OWN, *wishes))
        own = yardstick_for(house.model, site.policy, layer)
        assert (own.reject_from, own.publish_below, own.version) == (*expected, "own3")


def test_it_decides_nothing_by_cutoffs_that_were_made_with_another_model(house, ada_site):
    layer = SiteLayer(ada_site.id, 3, later(), reject=Cut(0.9, 0.01, 400, 1), publish=Cut(0.4, 0.05, 80, 1))
    policy = Policy(mode=Mode.OWN)
    for model, expected in ((house.model.version, 0.9), ("another", None)):
        own = yardstick_for(house.model, policy, replace(layer, facts={"model": model}))
        assert own.reject_from == expected


def test_it_decides_by_the_newest_own_cutoffs_without_a_restart(house, ada_site, clock):
    store = house.store
    store.change_site(replace(ada_site, policy=replace(ada_site.policy, mode=Mode.OWN)), clock())

    def decided(number):
        case = moderate(house, store.site(ada_site.id), sent(f"{GOOD} Number {number}.")).case
        return case.action, case.verdict.policy

    assert decided(1) == (Action.HOLD, "p2")
    store.put_site_layer(SiteLayer(ada_site.id, 1, clock(), publish=Cut(1.0, 0.05, 80, 1)))
    assert decided(2) == (Action.PUBLISH, "p2.own1")
    assert decided(3) == (Action.PUBLISH, "p2.own1")
    store.put_site_layer(SiteLayer(ada_site.id, 2, clock(), reject=Cut(0.0, 0.01, 400, 1)))
    assert decided(4) == (Action.REJECT, "p2.own2")


def test_it_asks_only_once_for_what_was_learned(house, ada_site, monkeypatch, clock):
    house.store.put_site_layer(SiteLayer(ada_site.id, 1, clock()))
    site, asked = house.store.site(ada_site.id), []
    read = house.store.site_layer
    monkeypatch.setattr(house.store, "site_layer", lambda site_id: asked.append(site_id) or read(site_id))
    for number in range(3):
        moderate(house, site, sent(f"{GOOD} Number {number}."))
    assert asked == [site.id]


def test_it_lets_a_site_go_from_hold_only_to_its_own_cutoffs(house, ben_site, ben, clock):
    """A whole young life: people answer everything, the answers become cut-offs, the machine decides by them."""
    store = house.store
    wishes = Policy(max_good_rejected=0.3, max_bad_published=0.3)
    site = store.change_site(replace(ben_site, policy=wishes), clock())
    for number in range(22):
        bad = number % 2 == 1
        body = f"BUY CHEAP PILLS at http://pills.example/{number} NOW!!!" if bad else f"{GOOD} Trip number {number}."
        case = moderate(house, site, sent(body, name=f"Cal {number}", email=f"cal{number}@example.org")).case
        action = Action.REJECT if bad else Action.PUBLISH
        house.moderator.review(a_draft(case_id=case.id, action=action, at=clock.tick(5)), ben)
    assert (store.checked(site.id).good, store.checked(site.id).bad) == (11, 11)
    own = store.change_site(replace(site, policy=replace(wishes, mode=Mode.OWN, audit_rate=1e-9)), clock())
    assert learn(store, own, clock()).version == 1
    now = store.site(site.id)
    # Calmer than each of the trips: which of two that are nearly alike ranks higher is a matter of the model.
    fine = moderate(house, now, sent(f"{GOOD} Thank you for that!", name="Cal 30", email="cal30@example.org")).case
    pills = moderate(house, now, sent("BUY CHEAP PILLS and CASINO BONUS http://x.example http://y.example NOW!!!")).case
    assert fine.verdict.policy == pills.verdict.policy == f"p{own.policy.version}.own1"
    assert (fine.action, pills.action) == (Action.PUBLISH, Action.REJECT)


def test_it_judges_an_edited_text_as_if_it_had_come_like_that(house, ada_site, ada, clock):
    """What people rejected about the old text says nothing of the new one."""
    body = "Win a thousand harbour tickets today if you only write to our friendly office before the evening comes."
    first = moderate(house, ada_site, sent(body, key="one")).case
    house.moderator.review(a_draft(case_id=first.id, action=Action.REJECT, at=clock.tick(60), reason="spam"), ada)
    second = moderate(house, ada_site, sent(body, key="two", email="bo@example.org")).case
    other = replace(second.comment, body="The ferry was late again on Monday.")
    codes = {signal.code for signal in house.moderator.judge(ada_site, other, NOON, second.id).signals}
    assert codes.isdisjoint({"TEXT_REJECTED_BEFORE", "REPEATED_TEXT", "CAMPAIGN", "CAMPAIGN_REJECTED"})
    same = {signal.code for signal in house.moderator.judge(ada_site, second.comment, NOON, second.id).signals}
    assert "TEXT_REJECTED_BEFORE" in same


def test_it_judges_a_stored_case_anew_by_what_was_known_when_it_came(house, ada_site, ada, clock):
    """What came later, and what people decided about it, changes nothing; the verdict comes out as it was."""
    body = "Win a thousand harbour tickets today if you only write to our friendly office before the evening comes."
    first, second = (moderate(house, ada_site, sent(body, key=key)).case for key in ("one", "two"))
    for case in (first, second):
        house.moderator.review(a_draft(case_id=case.id, action=Action.REJECT, at=clock.tick(60), reason="spam"), ada)
    third = moderate(house, ada_site, sent(body, key="three")).case
    codes = {case.id: {signal.code for signal in case.verdict.signals} for case in (first, third)}
    assert "TEXT_REJECTED_BEFORE" in codes[third.id] - codes[first.id]
    judge = judge_again(house.model, NO_RULES, None, ada_site.policy)
    for case in (first, second, third):
        (again,) = judge(house.store.case(case.id))
        assert (again.action, again.band, again.policy) == (case.verdict.action, case.verdict.band, case.verdict.policy)
        assert again.risk == pytest.approx(case.verdict.risk, abs=1e-12)
        assert set(again.signals) == set(case.verdict.signals)


def test_it_judges_a_stored_case_anew_under_several_policies_and_todays_rules(house, ada_site):
    case = moderate(house, ada_site).case
    wishes = (replace(ada_site.policy, mode=Mode.HOLD_ONLY), ada_site.policy)
    held, free = judge_again(house.model, NO_RULES, None, *wishes)(case)
    assert (held.action, free.action) == (Action.HOLD, case.verdict.action)
    assert held.risk == free.risk == pytest.approx(case.verdict.risk, abs=1e-12)
    forbidden = Ruleset([a_rule(pattern="harbour")], 4)
    (banned,) = judge_again(house.model, forbidden, None, ada_site.policy)(case)
    assert banned.rules == f"{VERSION}.r4"
    assert (banned.action, banned.reasons[0].code) == (Action.REJECT, "BLOCKED_WORD")


def test_it_says_what_it_would_say_and_keeps_nothing(house, ada_site, clock):
    verdict = house.moderator.preview(ada_site, sent(), clock())

    assert verdict.action is moderate(house, ada_site).case.verdict.action
    assert len(house.store.cases(CaseQuery(limit=9)).rows) == 1


def test_it_recalls_the_case_of_a_text_the_authors_own_first(house, ada_site, ben_site, clock):
    assert house.moderator.recall(ada_site, sent()) is None
    own = moderate(house, ada_site, sent()).case
    clock.tick(1)
    others = moderate(house, ada_site, sent(email="eve@example.org", name="Eve")).case

    assert house.moderator.recall(ada_site, sent()).id == own.id
    assert house.moderator.recall(ada_site, sent(email="zoe@example.org", name="Zoe")).id == others.id
    assert house.moderator.recall(ben_site, sent()) is None
