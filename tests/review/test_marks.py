"""Texts cut into pieces: nothing is lost, the telling words are marked, the invisible is seen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modbot.domain import Head, HeadScore, Reason, Span, Term
from modbot.review.marks import HIDDEN, Piece, marked, marked_head, telling_terms


def term(body: str, word: str, share: float) -> Term:
    start = body.index(word)
    return Term(word, share, (Span(start, start + len(word)),))


def show(body: str, *terms: Term, shown: int = 1_000, most: int = 10_000):
    return marked(body, terms, shown=shown, most=most)


def test_it_works():
    body = "Cheap pills here, thank you"

    text = show(body, term(body, "pills", 2.0), term(body, "thank", -1.0), term(body, "here", 0.3))

    assert text.pieces == (
        Piece("Cheap "),
        Piece("pills", "for", strong=True),
        Piece(" here, "),
        Piece("thank", "against"),
        Piece(" you"),
    )
    assert text.words_for == ("pills",)
    assert text.words_against == ("thank",)


def test_it_marks_whole_words_from_parts_of_them():
    body = "casino"

    text = show(body, Term("asi", 1.0, (Span(1, 4),)), Term("ino", 1.0, (Span(3, 6),)))

    assert text.pieces == (Piece("casino", "for", strong=True),)


def test_it_adds_what_pulls_both_ways():
    body = "maybe free"

    text = show(body, term(body, "maybe", 1.0), term(body, "maybe", -1.0), term(body, "free", 1.0))

    assert text.pieces == (Piece("maybe "), Piece("free", "for", strong=True))


def test_it_spreads_a_share_over_every_place_where_it_stands():
    body = "buy buy"

    text = show(body, Term("buy", 1.0, (Span(0, 3), Span(4, 7))))

    assert text.pieces == (Piece("buy buy", "for", strong=True),)


def test_it_marks_the_six_words_that_pull_hardest_each_way():
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight"]
    body = " ".join(words + [word.upper() for word in words])
    hard = [term(body, word, 2.0 - index / 10) for index, word in enumerate(words)]
    soft = [term(body, word.upper(), -1.0 - index / 10) for index, word in enumerate(words)]

    text = show(body, *hard, *soft)

    assert " ".join(text.words_for).split() == words[:6]
    assert " ".join(text.words_against).split() == [word.upper() for word in words[2:]]


def test_it_judges_by_the_whole_text_however_little_is_shown():
    body = "mild words and then filler filler harsh"

    text = show(body, term(body, "mild", 0.4), term(body, "harsh", 4.0), most=20)

    assert text.words_for == ()


def test_it_can_mark_one_direction_only():
    body = "cheap thanks"
    terms = [term(body, "cheap", 0.4), term(body, "thanks", -2.0)]

    assert marked(body, terms, shown=99, most=99, kinds=frozenset({"for"})).words_for == ()
    assert marked(body, terms[:1], shown=99, most=99, kinds=frozenset({"for"})).words_for == ("cheap",)


def test_it_takes_the_words_of_the_likelier_main_head():
    head = marked_head({Head.SPAM: 0.2, Head.TOXICITY: 0.6, Head.INSULT: 0.9})
    heads = (
        HeadScore(Head.SPAM, 0.0, (Term("pills", 2.0),)),
        HeadScore(Head.TOXICITY, 0.0, (Term("fool", 1.0), Term("!!", 1.0))),
    )

    assert head is Head.TOXICITY
    assert [found.label for found in telling_terms(head, heads, ())] == ["fool"]
    assert marked_head({}) is None


def test_it_takes_what_the_rules_found_where_there_is_no_model():
    reason = Reason("BLOCKED_WORD", "Why.", Head.SPAM, 2.0, (Span(0, 4),))

    assert telling_terms(None, (), [reason]) == (Term("BLOCKED_WORD", 2.0, (Span(0, 4),)),)


def test_it_leaves_weak_words_alone():
    body = "a weak word"

    assert show(body, term(body, "weak", 0.05)).pieces == (Piece(body),)


def test_it_shows_invisible_characters():
    text = show("gnp\u202eexe")

    assert text.pieces == (Piece("gnp"), Piece("\u202e", "hidden"), Piece("exe"))
    assert text.pieces[1].label == "forced right-to-left"


def test_it_leaves_joiners_inside_words_alone():
    assert show("می\u200cخواهم 👩\u200d💻").pieces == (Piece("می\u200cخواهم 👩\u200d💻"),)


def test_it_folds_at_a_word_and_says_how_much():
    text = show("word " * 100, shown=52, most=400)

    assert "".join(piece.text for piece in text.pieces) == "word " * 10
    assert text.folded_chars == 350
    assert text.left_out_chars == 100


def test_it_does_not_fold_half_a_line():
    assert show("word " * 12, shown=52).folded == ()


def test_it_survives_spans_beyond_the_text():
    assert show("short", Term("x", 3.0, (Span(2, 99), Span(50, 60), Span(4, 4)))).pieces[-1].text.endswith("t")


@given(
    st.text(alphabet=st.sampled_from("ab \n\u202e\u200b“é漢") | st.characters(), max_size=200),
    st.lists(st.tuples(st.integers(0, 220), st.integers(0, 20), st.floats(-5, 5)), max_size=8),
    st.integers(5, 80),
)
def test_it_loses_no_character(body, spans, shown):
    terms = [Term("t", share, (Span(start, start + length),)) for start, length, share in spans]

    text = marked(body, terms, shown=shown, most=150)

    pieces = text.pieces + text.folded
    assert "".join(piece.text for piece in pieces) == body[:150]
    assert len(body) - len(body[:150]) == text.left_out_chars
    assert sum(len(piece.text) for piece in text.folded) == text.folded_chars
    assert all(set(piece.text) <= set(HIDDEN) for piece in pieces if piece.kind == "hidden")
    assert not any(set(piece.text) & set(HIDDEN) for piece in pieces if piece.kind != "hidden")
