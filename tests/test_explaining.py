"""A verdict in sentences, and edits that were judged before they were told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories import a_comment, a_score, a_signal, a_verdict
from modbot.domain import Action, Head, Span, Term
from modbot.explaining import smallest_edit, telling

WORDS = ("casino", "bonus", "harbour", "thanks", "ok", "pills", "the", "bus")


def judge_by(bad, limit=1, website=0):
    """A judge that holds a comment with more than so many bad words, a website counting as so many."""

    def judge(comment):
        words = comment.body.split()
        pulls = [
            Term(word, 1.0 + len(word) / 10, spans_of(comment.body, word))
            for word in dict.fromkeys(words)
            if word in bad
        ]
        pulls += [Term(word, -1.0, spans_of(comment.body, word)) for word in dict.fromkeys(words) if word not in bad]
        if website and comment.url:
            pulls.append(Term("website", float(website), (), "field"))
        weight = sum(word in bad for word in set(words)) + website * bool(comment.url)
        action = Action.HOLD if weight >= limit else Action.PUBLISH
        return a_verdict(action=action, heads=(a_score(Head.SPAM, terms=tuple(pulls)),))

    return judge


def spans_of(body, word):
    found, at = [], 0
    for piece in body.split(" "):
        if piece == word:
            found.append(Span(at, at + len(piece)))
        at += len(piece) + 1
    return tuple(found)


def asked(body, judge, url=""):
    comment = a_comment(body=body, url=url)
    verdict = judge(comment)
    return comment, verdict, smallest_edit(comment, verdict, judge)


def test_it_works():
    comment, verdict, edit = asked("thanks for the casino tip", judge_by({"casino"}))
    assert verdict.action is Action.HOLD
    assert (edit.words, edit.action, edit.website) == (("casino",), Action.PUBLISH, False)
    assert comment.body[edit.spans[0].start : edit.spans[0].end] == "casino"
    assert edit.sentence == "Without “casino” it would be published."


def test_it_leaves_a_word_out_wherever_it_stands():
    _, _, edit = asked("casino or no casino", judge_by({"casino"}))
    assert len(edit.spans) == 2


def test_it_finds_the_website():
    _, _, edit = asked("thanks for the tip", judge_by(set(), limit=2, website=2), url="https://pills.example")
    assert (edit.words, edit.website) == ((), True)
    assert edit.sentence == "Without its website it would be published."


def test_it_takes_two_or_more_where_one_does_not_do():
    _, _, edit = asked("casino and bonus", judge_by({"casino", "bonus"}))
    assert set(edit.words) == {"casino", "bonus"}
    assert "“casino” and “bonus”" in edit.sentence
    _, _, edit = asked("casino and bonus and pills and the bus", judge_by({"casino", "bonus", "pills"}))
    assert set(edit.words) == {"casino", "bonus", "pills"}


def test_it_puts_back_what_is_not_needed():
    _, _, edit = asked("casino bonus pills harbour", judge_by({"casino", "bonus", "pills", "harbour"}, limit=2))
    assert len(edit.words) == 3


def test_it_is_none_where_no_small_edit_does():
    stubborn = lambda comment: a_verdict(action=Action.REJECT, heads=(a_score(Head.SPAM, 3.0),))  # noqa: E731
    assert asked("harbour and bus", stubborn)[2] is None
    assert asked("casino", judge_by({"casino"}))[2] is None, "nothing would be left to judge"


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), st.sets(st.sampled_from(WORDS), max_size=4))
def test_it_tells_only_edits_that_hold(words, bad):
    judge = judge_by(bad)
    comment, verdict, edit = asked(" ".join(words), judge)
    if edit is None:
        return
    left = "".join(c for i, c in enumerate(comment.body) if not any(s.start <= i < s.end for s in edit.spans))
    again = judge(replace(comment, body=left)).action
    assert again is edit.action
    assert again is not verdict.action
    if len(edit.words) > 1:
        alone = [" ".join(one for one in words if one != word) for word in set(words)]
        assert not any(body.strip() and judge(replace(comment, body=body)).action is again for body in alone)


def test_it_tells_three_reasons_for_and_against():
    terms = (
        Term("casino", 2.0, (Span(0, 6),)),
        Term("bonus", 0.9, (Span(7, 12),)),
        Term("website", 0.3, (), "field"),
        Term("HONEYPOT", 0.2, (), "rule"),
        Term("lighthouse", -1.6, (Span(13, 23),), "site"),
        Term("what people here decided so far", -0.7, (), "site"),
        Term("!!!", 3.0, (Span(24, 27),)),
        Term("everything else", -9.0, (), "rest"),
    )
    told = telling(
        a_score(Head.SPAM, terms=terms), (a_signal(code="HONEYPOT", detail="The hidden field was filled in."),)
    )
    assert told.speaks_for == (
        "Strongly for spam: the word “casino”.",
        "For spam: the word “bonus”.",
        "A little for spam: what is given as website.",
    )
    assert told.speaks_against == (
        "Strongly against spam: what people here decided about “lighthouse”.",
        "Against spam: what people here decided so far.",
    )


@pytest.mark.parametrize("body", ["Buy cheap pills http://a.example now", "You are an idiot", "ok", "😀", "<b>x</b>"])
def test_it_judges_with_the_real_thing(house, ada_site, body):
    comment = a_comment(body=body, site_id=ada_site.id)
    verdict = house.moderator.judge(ada_site, comment)
    edit = smallest_edit(comment, verdict, lambda one: house.moderator.judge(ada_site, one))
    assert edit is None or edit.action is not verdict.action
