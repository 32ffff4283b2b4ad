"""What teaches, on both engines."""

from __future__ import annotations

import pytest

from factories import a_comment, a_draft, a_new_case, a_verdict, an_author, later
from modbot.domain import Action, DecidedBy, Head, Report, ReportKind
from modbot.storage import labels as labels_module

GOOD = {Head.SPAM: 0.0, Head.TOXICITY: 0.0}
SPAM = {Head.SPAM: 1.0}
ABUSE = {Head.TOXICITY: 1.0}


def reviewed(store, *, key="key-1", site_id="site-ada", scores=None, **draft):
    comment = a_comment(key=key, site_id=site_id)
    verdict = a_verdict(scores=scores or {Head.SPAM: 0.6, Head.TOXICITY: 0.2})
    case, _ = store.record(a_new_case(comment=comment, verdict=verdict))
    return store.record_review(a_draft(case_id=case.id, **draft))


def test_it_works(store):
    comment = a_comment(url="https://cal.example", elapsed_ms=900, author=an_author(disposable=True))
    case, _ = store.record(a_new_case(comment=comment, at=later(1)))
    store.record_review(a_draft(case_id=case.id, decided_by=DecidedBy.SITE))
    (label,) = store.labels()
    assert (label.case_id, label.site_id) == (case.id, "site-ada")
    assert (label.name, label.body, label.page_title) == (comment.name, comment.body, comment.page_title)
    assert (label.email_domain, label.disposable) == ("example.org", True)
    assert (label.url, label.elapsed_ms) == ("https://cal.example", 900)
    assert (label.fingerprint, label.author_key) == (comment.fingerprint, "author-cal")
    assert (label.decided_by, label.received_at, label.reviewed_at) == (DecidedBy.SITE, later(1), later(60))
    assert label.labels == GOOD


@pytest.mark.parametrize(
    ("action", "reason", "labels", "why"),
    [
        (Action.PUBLISH, "", GOOD, "good is good for both heads"),
        (Action.REJECT, "spam", SPAM, "said so; nothing is known of abuse"),
        (Action.REJECT, " Spam ", SPAM, "spelled by people"),
        (Action.REJECT, "abuse", ABUSE, "said so"),
        (Action.REJECT, "toxicity", ABUSE, "said so in the words of the heads"),
        (Action.REJECT, "threat", ABUSE | {Head.THREAT: 1.0}, "said which kind of abuse"),
        (Action.REJECT, "identity_attack", ABUSE | {Head.IDENTITY_ATTACK: 1.0}, "said which kind of abuse"),
        (Action.REJECT, "", SPAM, "no reason: the head that scored higher"),
        (Action.REJECT, "seen it before", SPAM, "a reason of no known kind is none"),
        (Action.REJECT, "other", None, "neither spam nor abuse"),
        (Action.HOLD, "", None, "a reopened case is undecided"),
    ],
)
def test_it_draws_labels_from_reviews(store, action, reason, labels, why):
    reviewed(store, action=action, reason=reason)
    assert [label.labels for label in store.labels()] == ([] if labels is None else [labels]), why


def test_it_takes_a_rejection_without_reason_for_abuse_where_that_scored_higher(store):
    reviewed(store, action=Action.REJECT, scores={Head.SPAM: 0.2, Head.TOXICITY: 0.6})
    assert [label.labels for label in store.labels()] == [ABUSE]


def test_it_takes_the_latest_review(store):
    case = reviewed(store)
    store.record_review(a_draft(case_id=case.id, action=Action.REJECT, reason="spam", seen_revision=2))
    assert [label.labels for label in store.labels()] == [SPAM]


def test_it_learns_nothing_from_what_was_taken_back(store):
    case = reviewed(store)
    store.record_review(a_draft(case_id=case.id, seen_revision=2, undo=True))
    assert list(store.labels()) == []


def test_it_takes_a_colleagues_answer_again_once_a_later_one_was_taken_back(store):
    case = reviewed(store, reviewer="user-ben", action=Action.REJECT, reason="spam")
    store.record_review(a_draft(case_id=case.id, seen_revision=2))
    store.record_review(a_draft(case_id=case.id, seen_revision=3, undo=True))
    assert [label.labels for label in store.labels()] == [SPAM]


def test_it_gives_the_text_that_the_reviewer_saw(store):
    case = reviewed(store)
    new = a_new_case(comment=a_comment(body="Something else."), seen_revision=2, action=Action.PUBLISH)
    store.revise(case.id, new)
    assert [label.body for label in store.labels()] == [a_comment().body]
    store.record_review(a_draft(case_id=case.id, seen_revision=3))
    assert [label.body for label in store.labels()] == ["Something else."]


def test_it_learns_nothing_from_verdicts_reports_and_erased_texts(store):
    store.record(a_new_case(comment=a_comment(key="machine"), action=Action.REJECT))
    flagged, _ = store.record(a_new_case(comment=a_comment(key="flagged"), action=Action.PUBLISH))
    store.record_report(Report(flagged.id, ReportKind.FLAG, later(5)))
    erased = reviewed(store, key="erased")
    store.erase_comment(erased.id, later(90))
    assert list(store.labels()) == []


def test_it_narrows_to_sites(store):
    reviewed(store)
    ben = reviewed(store, site_id="site-ben")
    assert [label.case_id for label in store.labels(("site-ben",))] == [ben.id]
    assert len(list(store.labels(("site-ada", "site-ben")))) == 2
    assert list(store.labels(())) == []


def test_it_reads_on_across_pages(store, monkeypatch):
    monkeypatch.setattr(labels_module, "PAGE", 2)
    made = [reviewed(store, key=f"k{n}").id for n in range(5)]
    assert sorted(label.case_id for label in store.labels()) == sorted(made)


def test_it_remembers_which_model_is_live(store):
    assert store.live_model() is None
    store.set_live_model("2026-03-14", "ada", later())
    store.set_live_model("2026-03-15", "ada", later())
    assert store.live_model() == "2026-03-15"
    store.set_live_model("2026-03-14", "ada", later(5))
    assert store.live_model() == "2026-03-14"
