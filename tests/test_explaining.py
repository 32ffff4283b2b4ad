"""A verdict in sentences, and edits that were judged before they were told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories import NOON, a_comment, a_score, a_signal, a_verdict
from modbot.domain import Action, Author, Comment, Head, Mode, Policy, Span, Term
from modbot.explaining import edit_told, smallest_edit, telling
from modbot.moderation import judge_of
from modbot.policy import WEIGHTS
from modbot.scoring import artifacts

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


def test_it_tells_a_word_from_the_website():
    comment, _, edit = asked("my website is gone", judge_by(set(), limit=2, website=2), url="https://pills.example")
    assert (edit.words, edit.spans, edit.website) == ((), (), True)
    comment, _, edit = asked("my website is gone", judge_by({"website"}), url="https://pills.example")
    assert (edit.words, edit.website) == (("website",), False)
    assert comment.body[edit.spans[0].start : edit.spans[0].end] == "website"


def test_it_cuts_spans_that_overlap_only_once():
    def both(comment):
        """Holds what has either; the two told words overlap, so only one stretch is left to cut."""
        told = tuple(
            Term(word, 1.0, (Span(at, at + len(word)),))
            for word in ("v i a g r a", "a g r a pills")
            if (at := comment.body.find(word)) >= 0
        )
        held = "v i" in comment.body or "pills" in comment.body
        return a_verdict(action=Action.HOLD if held else Action.PUBLISH, heads=(a_score(Head.SPAM, terms=told),))

    comment, _, edit = asked("get v i a g r a pills here", both)
    assert set(edit.words) == {"v i a g r a", "a g r a pills"}
    assert [comment.body[span.start : span.end] for span in edit.spans] == ["v i a g r a pills"]


def test_it_leaves_out_no_part_of_a_told_word():
    tried = []

    def stubborn(comment):
        tried.append(comment.body)
        link = "http://pills.example/buy"
        at = comment.body.find(link)
        terms = (Term(link, -1.0, (Span(at, at + len(link)),)),) if at >= 0 else ()
        return a_verdict(action=Action.HOLD, heads=(a_score(Head.SPAM, terms=terms),))

    assert asked("see http://pills.example/buy today", stubborn)[2] is None
    assert "see  today" in tried
    assert all("http://pills.example/buy" in body or "example" not in body for body in tried)


def test_it_leaves_out_untold_places_of_a_told_word_too():
    def judge(comment):
        at = comment.body.find("casino")
        terms = (Term("casino", 1.0, (Span(at, at + 6),)),) if at >= 0 else ()
        return a_verdict(action=Action.HOLD if terms else Action.PUBLISH, heads=(a_score(Head.SPAM, terms=terms),))

    assert len(asked("casino or no Casino", judge)[2].spans) == 2


@pytest.mark.parametrize(("words", "most"), [(10, 96), (200, 60), (4_000, 6)])
def test_it_judges_a_long_text_less_often(words, most):
    body = " ".join(f"word{number}" for number in range(words))
    judged = []

    def stubborn(comment):
        judged.append(len(comment.body))
        terms = tuple(Term(word, 1.0, spans_of(comment.body, word)) for word in body.split()[:30])
        return a_verdict(action=Action.HOLD, heads=(a_score(Head.SPAM, terms=terms),))

    assert asked(body, stubborn)[2] is None
    assert 6 <= len(judged) - 1 <= most


def test_it_looks_for_no_edit_where_people_decide_everything():
    judge = judge_by({"casino"})
    comment = a_comment(body="thanks for the casino tip")
    asked_again = []
    edit = smallest_edit(comment, judge(comment), lambda one: asked_again.append(one) or judge(one), Mode.HOLD_ONLY)
    assert (edit, asked_again) == (None, [])
    assert (
        edit_told(edit, Mode.HOLD_ONLY)
        == "People decide every comment on this site, so no edit would change the verdict."
    )


def test_it_says_when_no_small_edit_was_found():
    assert edit_told(None, Mode.BORROWED) == "No small edit was found that would change the verdict."
    edit = asked("thanks for the casino tip", judge_by({"casino"}))[2]
    assert edit_told(edit, Mode.OWN) == edit.sentence


def test_it_leaves_out_no_punctuation():
    judge = judge_by({"!!!"})
    assert asked("thanks !!! harbour", judge)[2] is None
    assert asked("thanks 🐒 harbour", judge_by({"🐒"}))[2].words == ("🐒",)


def test_it_quotes_only_the_beginning_of_a_long_word():
    link = "http://pills.example/" + "a" * 300
    edit = asked(f"see {link} today", judge_by({link}))[2]
    assert edit.words == (link,)
    assert edit.sentence == f"Without “{link[:60]}…” it would be published."


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
    verdict = house.moderator.judge(ada_site, comment, NOON)
    edit = smallest_edit(comment, verdict, lambda one: house.moderator.judge(ada_site, one, NOON))
    assert edit is None or edit.action is not verdict.action


@pytest.fixture(scope="module")
def shipped():
    """The model that comes along, and how it judges on a site in mode borrowed."""
    model = artifacts.load(artifacts.find(artifacts.model_dirs()))
    return model, judge_of(model, Policy(mode=Mode.BORROWED))


PIECES = st.sampled_from(
    [
        "v i a g r a",
        "f.r.e.e",
        "http://pills.example/buy-now",
        "[url=http://a.example]pills[/url]",
        '<a href="http://b.example">casino</a>',
        "well-known",
        "c4s1n0",
        "id\u200biot",
        "\u202egnp.exe",
        "kill yourself",
        "thanks",
        "the bus",
        "İstanbul",
        "ﬁne",
        "😀😀😀",
        "казино",
        "z\u0351\u036b\u0343a\u0329l\u0326g\u0358o",
        "\n\n",
        "BUY NOW!!!",
        "a" * 200,
    ]
)


@settings(deadline=None, max_examples=30)
@given(st.lists(PIECES | st.text(max_size=12), min_size=1, max_size=14), st.sampled_from(["", "http://c.example"]))
def test_it_tells_the_truth_about_odd_texts(shipped, pieces, url):
    model, judge = shipped
    body = " ".join(pieces)
    comment = Comment("", "", "", "Cal", body, Author(key=""), url=url)
    verdict = judge(comment)
    rules = dict.fromkeys(model.heads, 0.0)
    for signal in verdict.signals:
        if signal.code in WEIGHTS:
            head, weight = WEIGHTS[signal.code]
            rules[head] += weight * signal.strength
    for score, margin in zip(verdict.heads, model.margins([comment])[0], strict=True):
        assert score.bias + sum(term.share for term in score.terms) == pytest.approx(
            margin + rules[score.head], abs=1e-6
        )
        assert all(0 <= span.start < span.end <= len(body) for term in score.terms for span in term.spans)
        telling(score, verdict.signals)
    edit = smallest_edit(comment, verdict, judge)
    if edit is None:
        return
    ends = [0, *(end for span in edit.spans for end in (span.start, span.end)), len(body)]
    assert ends == sorted(ends)
    assert edit.sentence
    left = "".join(char for at, char in enumerate(body) if not any(one.start <= at < one.end for one in edit.spans))
    again = judge(replace(comment, body=left, url="" if edit.website else url))
    assert again.action is edit.action is not verdict.action
