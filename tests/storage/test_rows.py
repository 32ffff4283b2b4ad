"""Nouns become rows and come back the same."""

from __future__ import annotations

from types import SimpleNamespace

import orjson

from factories import a_comment, a_new_case, a_score, a_signal, a_verdict, an_author, later
from modbot.domain import Head, HeadScore, Reason, Span, Term
from modbot.storage.rows import (
    ERASED_COMMENT,
    comment_from,
    comment_row,
    signal_rows,
    verdict_from,
    verdict_row,
    without_words,
)


def through_json(row):
    """As the database keeps it: JSON columns go through text."""
    kept = {name: orjson.loads(orjson.dumps(row[name])) for name in ("scores", "reasons", "explanation")}
    return SimpleNamespace(**{**row, **kept, "verdict_action": row["action"]})


def a_rich_verdict():
    terms = (
        Term("night bus", 0.1 + 0.2, (Span(0, 5), Span(10, 15))),
        Term("x", -1e-17),
        Term("has a website", 2.0, (), "field"),
        Term("HONEYPOT", 5.0, (Span(1, 2),), "rule"),
    )
    reasons = (Reason("SPAM_WORDS", "Words.", Head.SPAM, 0.3, (Span(0, 5),)), Reason("X", "Y.", Head.TOXICITY, -1.0))
    return a_verdict(
        heads=(HeadScore(Head.SPAM, -1 / 3, terms), a_score(Head.TOXICITY), HeadScore(Head.THREAT, 0.0, ())),
        reasons=reasons,
        signals=(a_signal(spans=(Span(3, 4),)), a_signal(code="MANY_LINKS")),
    )


def test_it_works():
    verdict = a_rich_verdict()
    assert verdict_from(through_json(verdict_row("c1", 1, a_new_case(verdict=verdict)))) == verdict


def test_it_brings_every_field_of_a_comment_back():
    comment = a_comment(
        sealed_email=b"sealed",
        url="u",
        parent_id="p",
        ip="i",
        user_agent="a",
        referrer="r",
        user_id="7",
        user_role="editor",
        language="en",
        created_at=later(),
        honeypot="h",
        elapsed_ms=1,
        author=an_author(disposable=True, mx_missing=True),
    )
    row = comment_row("c1", 1, a_new_case(comment=comment))
    back = comment_from(SimpleNamespace(**row), comment.site_id, comment.key)
    assert back == comment
    assert back.sealed_email == b"sealed"


def test_it_writes_one_row_for_each_code():
    words = Reason("SPAM_WORDS", "Words.", Head.SPAM, 1.0)
    verdict = a_verdict(
        signals=(a_signal(strength=0.25), a_signal(strength=0.75)),
        reasons=(words, words, Reason("NEW_AUTHOR", "New.", Head.SPAM, 0.5)),
    )
    rows = {row["code"]: (row["strength"], row["share"]) for row in signal_rows("c1", 1, a_new_case(verdict=verdict))}
    assert rows == {"NEW_AUTHOR": (0.75, 0.5), "SPAM_WORDS": (None, 2.0)}


def test_it_keeps_explanations_short():
    # Two telling heads of forty words and five short ones, as the model gives at most.
    def head(name, size):
        return HeadScore(name, -1.0, tuple(Term(f"word{n}", 1 / (n + 3), (Span(n, n + 5),)) for n in range(size)))

    verdict = a_verdict(heads=tuple(head(name, 40 if n < 2 else 8) for n, name in enumerate(Head)))
    row = verdict_row("c1", 1, a_new_case(verdict=verdict))
    assert len(orjson.dumps(row["explanation"])) < 6_000


def test_it_clears_words_and_keeps_the_sum():
    verdict = a_rich_verdict()
    row = through_json(verdict_row("c1", 1, a_new_case(verdict=verdict)))
    cleared = without_words(row.reasons, row.explanation)
    told = orjson.dumps(cleared).decode()
    for word in ("night bus", "has a website", "Words.", "Nothing by this author"):
        assert word not in told
    row.reasons, row.explanation = cleared["reasons"], cleared["explanation"]
    back = verdict_from(row)
    assert [score.margin for score in back.heads] == [score.margin for score in verdict.heads]
    assert [term.label for term in back.heads[0].terms] == ["", "", "", "HONEYPOT"]
    assert [reason.code for reason in back.reasons] == ["SPAM_WORDS", "X"]


def test_it_erases_fields_that_there_are():
    assert set(ERASED_COMMENT) < set(comment_row("c1", 1, a_new_case()))
