"""The queue page from nouns, without HTTP."""

from __future__ import annotations

from dataclasses import replace

import pytest

from factories import NOON, a_case, a_comment, a_site, a_user, a_verdict, later
from modbot.domain import Action, CasePage, DecidedBy, Head, HeadScore, History, Note, Reason, Role, Span, Term
from modbot.review.pages.case import CaseFacts, case_page
from modbot.review.pages.filters import SKIPPED, Filters
from modbot.review.pages.frame import Frame
from modbot.review.pages.queue import (
    QueueFacts,
    question_of,
    queue_page,
    row_of,
    row_view,
    telling,
)

FRAME = Frame("queue", None, (), "/static", "/queue")
ROW = row_of(a_case())


def _place(body, word):
    return Span(body.index(word), body.index(word) + len(word))


def facts(*rows, **changes):
    base = QueueFacts(
        user=a_user(),
        sites=(a_site(),),
        counts={"queued": 5, "held": 4},
        reason_codes=("NEW_AUTHOR",),
        stretch=CasePage(rows, ""),
        now=later(120),
    )
    return replace(base, **changes)


def test_it_works():
    second = replace(ROW, id="c2")

    page = queue_page(FRAME, Filters(), facts(ROW, second))

    assert [row.id for row in page.rows] == [ROW.id, "c2"]
    assert [row.next_id for row in page.rows] == ["c2", ""]
    assert page.rows[0].received.words == "2 min ago"
    assert page.rows[0].site == ""
    assert page.empty is None
    assert next((tab.words, tab.current, tab.count) for tab in page.tabs) == ("Waiting", True, 5)


def test_it_names_the_site_only_where_there_are_several():
    page = queue_page(FRAME, Filters(), facts(ROW, sites=(a_site(), a_site(id="b", name="Boats"))))

    assert page.rows[0].site == "Harbour Gazette"


def test_it_shows_what_speaks_against_a_comment_before_what_speaks_for_it():
    reasons = [
        Reason(code, code, Head.SPAM, share) for code, share in (("A", -3), ("B", -2), ("C", 1), ("D", 0.5), ("E", 0.2))
    ]

    assert [reason.code for reason in telling(reasons)] == ["C", "D", "A"]
    assert [reason.code for reason in telling(reasons[2:])] == ["C", "D", "E"]
    assert [reason.code for reason in telling(reasons[:2])] == ["A"]


def test_it_shows_a_spot_check_like_any_other_case_that_waits():
    drawn = replace(ROW, action=Action.PUBLISH)

    assert row_view(drawn, a_user(), NOON).state == row_view(ROW, a_user(), NOON).state == ""
    assert row_view(replace(drawn, reports=1), a_user(), NOON).state == "Published by the machine"
    assert row_view(replace(drawn, queued=False), a_user(), NOON).state == "Published by the machine"


@pytest.mark.parametrize(
    ("filters", "href"),
    [
        (Filters(), "/queue"),
        (
            Filters(state="rejected", site="s", reason="R", text="a b&c"),
            "/queue?state=rejected&site=s&reason=R&q=a+b%26c",
        ),
        (Filters(cursor="q1"), "/queue?cursor=q1"),
        (Filters(order="oldest", view="one"), "/queue?order=oldest&view=one"),
    ],
)
def test_it_has_a_stable_address_for_each_view(filters, href):
    assert filters.href() == href


def test_it_asks_only_for_sites_that_the_person_may_see():
    assert Filters().query(("a", "b"), NOON).site_ids == ("a", "b")
    assert Filters(site="a").query(("a", "b"), NOON).site_ids == ("a",)
    assert Filters().query(None, NOON).site_ids is None


@pytest.mark.parametrize(
    ("state", "action", "queued", "order"),
    [
        ("waiting", None, True, "worst"),
        ("asked", None, True, "worst"),
        ("published", Action.PUBLISH, None, "newest"),
        ("rejected", Action.REJECT, None, "newest"),
        ("all", None, None, "newest"),
    ],
)
def test_it_asks_for_the_state_that_was_chosen(state, action, queued, order):
    query = Filters(state=state).query(None, NOON)

    assert (query.action, query.queued, query.order) == (action, queued, order)


@pytest.mark.parametrize(
    ("filters", "title"),
    [
        (Filters(), "All clear"),
        (Filters(text="x"), "Nothing matches"),
        (Filters(state="rejected"), "Nothing here yet"),
        (Filters(cursor="q1"), "Nothing matches"),
    ],
)
def test_it_says_why_it_is_empty(filters, title):
    assert queue_page(FRAME, filters, facts()).empty[0] == title


def test_it_links_the_next_stretch_and_the_first():
    page = queue_page(FRAME, Filters(text="bus", cursor="q9"), facts(ROW, stretch=CasePage((ROW,), "q5")))

    assert page.next_href == "/queue?q=bus&cursor=q5"
    assert page.first_href == "/queue?q=bus"
    assert page.clear_href == "/queue"


def test_it_marks_only_what_speaks_against_a_comment():
    reasons = (
        Reason("SPAM_WORDS", "Words.", Head.SPAM, 2.0, (Span(0, 3),)),
        Reason("TOXICITY_WORDS", "Words.", Head.TOXICITY, -2.0, (Span(4, 9),)),
    )

    row = row_view(replace(ROW, heads=(), reasons=reasons), a_user(), NOON)

    assert row.text.words_for == ("The",)
    assert row.text.words_against == ()
    assert [line.tone for line in row.reasons] == ["for", "against"]


def test_it_marks_the_words_that_the_case_s_page_marks():
    body = "every coward licks boots, thank you"
    shares = {"every": 0.6, "coward": 2.4, "licks": 1.0, "boots": -0.3, "thank": -1.5}
    terms = tuple(Term(word, share, (_place(body, word),)) for word, share in shares.items())
    heads = (HeadScore(Head.TOXICITY, 0.0, terms), HeadScore(Head.SPAM, 0.0, (Term("boots", 3.0, (Span(19, 24),)),)))
    reasons = (Reason("TOXICITY_WORDS", "Words.", Head.TOXICITY, 2.5, (_place(body, "boots"),)),)
    verdict = a_verdict(heads=heads, reasons=reasons, scores={Head.SPAM: 0.2, Head.TOXICITY: 0.9})
    case = a_case(comment=a_comment(body=body), verdict=verdict)
    history = History()
    shown = CaseFacts(a_user(), case, a_site(), history, (), None, "", "/queue", NOON)

    row, page = row_view(row_of(case), a_user(), NOON), case_page(FRAME, shown)

    assert row.text.words_for == page.text.words_for == ("coward", "every", "licks")
    assert (row.text.words_against, page.text.words_against) == ((), ("thank",))


def test_it_offers_no_decision_to_a_viewer():
    assert row_view(ROW, a_user(), NOON).may_review
    assert not row_view(ROW, a_user(role=Role.VIEWER), NOON).may_review


def test_it_says_through_whom_a_case_was_decided():
    done = replace(ROW, action=Action.REJECT, decided_by=DecidedBy.SITE)

    assert row_view(done, a_user(), NOON).state == "Rejected by the site"
    assert row_view(replace(ROW, decided_by=DecidedBy.PERSON), a_user(), NOON).state == "Held"


def test_it_folds_long_texts_and_stays_bounded():
    row = row_view(replace(ROW, body="word " * 4_000), a_user(), NOON)

    assert sum(len(piece.text) for piece in row.text.pieces) <= 420
    assert row.text.folded_chars + row.text.left_out_chars > 19_000
    assert sum(len(piece.text) for piece in row.text.folded) < 2_000


def test_it_puts_what_was_skipped_at_the_end_of_what_waits():
    assert Filters().query(None, NOON, ("c1",)).besides == ("c1",)
    assert Filters(cursor=SKIPPED).query(None, NOON, ("c1",)).among == ("c1",)
    assert Filters(cursor=SKIPPED).query(None, NOON, ("c1",)).cursor == ""
    assert Filters(state="published").query(None, NOON, ("c1",)).besides == ()


def test_it_offers_orders_only_for_what_waits():
    assert [order.value for order in queue_page(FRAME, Filters(), facts(ROW)).orders] == ["worst", "oldest", "unsure"]
    assert queue_page(FRAME, Filters(state="published"), facts(ROW)).orders == ()
    assert queue_page(FRAME, Filters(text="bus"), facts(ROW)).orders == ()


def test_it_says_who_asks_what_last():
    notes = (
        Note("c1", "u1", "Ada", "Really?", NOON, asks=True),
        Note("c1", "u2", "Ben", "No.", NOON),
        Note("c1", "u1", "Ada", "word " * 60, NOON, asks=True),
    )

    assert question_of(notes).startswith("Ada asks: word word")
    assert question_of(notes).endswith("…")
    assert question_of(notes[1:2]) == ""
