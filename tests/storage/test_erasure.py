"""What is left of a comment that was erased, on both engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from factories import a_comment, a_draft, a_new_case, a_verdict, an_author, later
from modbot.domain import Action, CaseQuery, Head, HeadScore, Reason, Report, ReportKind, Signal, Span, Term
from modbot.errors import CaseNotFound

# Words that nobody would write elsewhere, one for each place.
NAME, BODY, EDIT, IP, AGENT, SITE, APPEAL = (
    "Quillowby",
    "zanzibarrier",
    "mirrowlume",
    "198.51.100.77",
    "Owlbrowser",
    "fernwicket",
    "thistlemere",
)
CANARIES = (NAME, BODY, EDIT, IP, AGENT, SITE, APPEAL, "q•••@", "sealed-canary")


def a_personal_comment(body: str):
    return a_comment(
        name=NAME,
        body=body,
        url=f"https://{SITE}.example",
        ip=IP,
        user_agent=AGENT,
        referrer=f"https://{SITE}.example/from",
        author=an_author(email_masked="q•••@e•••.org"),
        sealed_email=b"sealed-canary",
    )


def a_quoting_verdict(word: str):
    terms = (Term(word, 1.5, (Span(0, 5),)), Term("HONEYPOT", 5.0, (), "rule"))
    return a_verdict(
        heads=(HeadScore(Head.SPAM, -1.0, terms),),
        reasons=(Reason("SPAM_WORDS", f"Words typical of spam: “{word}”.", Head.SPAM, 1.5, (Span(0, 5),)),),
        signals=(Signal("BLOCKED_WORD", 1.0, f"Forbidden here: {word}.", "rule", (Span(0, 5),)),),
    )


@pytest.fixture
def case(store):
    first, _ = store.record(a_new_case(comment=a_personal_comment(BODY), verdict=a_quoting_verdict(BODY)))
    edit = a_new_case(comment=a_personal_comment(EDIT), verdict=a_quoting_verdict(EDIT), seen_revision=1)
    revised = store.revise(first.id, edit)
    return store.record_report(Report(revised.id, ReportKind.APPEAL, later(2), f"I meant {APPEAL}."))


def test_it_works(store, case):
    store.record_review(a_draft(case_id=case.id, seen_revision=2, action=Action.REJECT))
    erased = store.erase_comment(case.id, later(90))
    assert erased == store.case(case.id)
    assert erased.erased
    assert (erased.action, erased.revision, erased.queued) == (Action.REJECT, 3, False)
    assert len(erased.reviews) == 1
    assert erased.updated_at == later(90)
    told = repr(erased) + repr(erased.comment.sealed_email)
    assert not [canary for canary in CANARIES if canary in told]


def test_it_keeps_codes_and_sums_of_the_verdict(store, case):
    verdict = store.erase_comment(case.id, later(90)).verdict
    assert verdict.heads[0].margin == case.verdict.heads[0].margin
    assert [reason.code for reason in verdict.reasons] == ["SPAM_WORDS"]
    assert [term.label for term in verdict.heads[0].terms] == ["", "HONEYPOT"]
    assert verdict.scores == case.verdict.scores


def test_it_keeps_the_counts_behind_later_verdicts(store, case):
    store.record_review(a_draft(case_id=case.id, seen_revision=2, action=Action.REJECT))
    store.erase_comment(case.id, later(90))
    history = store.history("site-ada", "author-cal", "f" * 32)
    assert (history.rejected, history.same_text_rejected) == (1, 1)


def test_it_finds_nothing_of_it_any_more(store, case):
    assert len(store.cases(CaseQuery(text=EDIT)).rows) == 1
    store.erase_comment(case.id, later(90))
    for word in (NAME, BODY, EDIT):
        assert store.cases(CaseQuery(text=word)).rows == ()
    (row,) = store.cases(CaseQuery()).rows
    assert (row.name, row.body, row.email_masked) == ("", "", "")


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_it_leaves_no_trace_in_the_file(store, case, url):
    path = Path(url.removeprefix("sqlite:///"))
    store.close()
    before = path.read_bytes().lower()
    assert all(canary.lower().encode() in before for canary in CANARIES)
    store.erase_comment(case.id, later(90))
    after = b"".join(file.read_bytes() for file in path.parent.glob("modbot.db*")).lower()
    assert [canary for canary in CANARIES if canary.lower().encode() in after] == []


def test_it_changes_nothing_the_second_time(store, case):
    first = store.erase_comment(case.id, later(90))
    assert store.erase_comment(case.id, later(99)) == first


def test_it_leaves_the_comments_of_others(store, case):
    other, _ = store.record(a_new_case(comment=a_comment(key="other")))
    store.erase_comment(case.id, later(90))
    assert store.case(other.id) == other


def test_it_queues_an_erased_case_for_nobody(store, case):
    store.erase_comment(case.id, later(90))
    assert not store.record_report(Report(case.id, ReportKind.FLAG, later(91))).queued


@pytest.mark.parametrize("undo", [False, True])
def test_it_lets_nobody_decide_what_was_erased(store, case, undo):
    store.record_review(a_draft(case_id=case.id, seen_revision=2, action=Action.REJECT))
    erased = store.erase_comment(case.id, later(90))
    with pytest.raises(CaseNotFound, match="erased"):
        store.record_review(a_draft(case_id=case.id, seen_revision=3, undo=undo))
    assert store.case(case.id) == erased


def test_it_keeps_no_words_of_a_complaint_that_comes_afterwards(store, case):
    store.erase_comment(case.id, later(90))
    reported = store.record_report(Report(case.id, ReportKind.FLAG, later(91), f"They wrote {BODY}!"))
    assert [(report.kind, report.reason) for report in reported.reports] == [
        (ReportKind.APPEAL, ""),
        (ReportKind.FLAG, ""),
    ]


def test_it_refuses_to_edit_what_was_erased(store, case):
    store.erase_comment(case.id, later(90))
    with pytest.raises(CaseNotFound, match="erased"):
        store.revise(case.id, a_new_case(seen_revision=2))


def test_it_refuses_to_erase_nothing(store):
    with pytest.raises(CaseNotFound):
        store.erase_comment("c0", later())
