"""Features: words with their places, and how loud each of them speaks."""

import numpy as np

from factories import a_comment
from modbot.domain import Span
from modbot.scoring.features import char_scale, field_text_scale, neighbours, read, words_of


def test_it_works():
    comment = a_comment(body="Good bus, good harbour")
    reading = read(comment)
    assert reading.words == ("good", "bus", ",", "harbour")
    assert reading.spans([0, 3]) == [(Span(0, 4), Span(10, 14)), (Span(15, 22),)]
    assert reading.pairs == ((0, 1), (1, 2), (2, 0), (0, 3))


def test_it_reads_the_same_words_in_bulk(odd_comments):
    for comment in odd_comments:
        one, many = read(comment), words_of(comment)
        assert (one.words, one.pairs, one.keys, one.texts) == (many.words, many.pairs, many.keys, many.texts)


def test_it_shows_each_word_where_it_stands_in_the_original(odd_comments):
    for comment in odd_comments:
        reading = read(comment)
        for spans in reading.spans([*range(len(reading.words))]):
            assert spans
            assert all(0 <= span.start < span.end <= len(comment.body) for span in spans)


def test_it_finds_neighbours_in_many_bodies_as_in_each(odd_comments):
    readings = [words_of(comment) for comment in odd_comments]
    words = np.array([len(reading.words) for reading in readings])
    order = np.array([at for reading in readings for at in reading.order])
    left, right, counts = neighbours(order, np.array([len(reading.order) for reading in readings]), words)
    assert counts.tolist() == [len(reading.pairs) for reading in readings]
    starts = np.cumsum(words) - words
    expected = {(a + at, b + at) for at, reading in zip(starts, readings, strict=True) for a, b in reading.pairs}
    assert set(zip(left.tolist(), right.tolist(), strict=True)) == expected


def test_it_lets_short_texts_speak_with_a_low_voice():
    assert char_scale(0) < 0.2
    assert char_scale(100) > char_scale(1_000) > char_scale(100_000) > 0


def test_it_lets_a_name_whisper_where_it_links_to_nothing():
    linked, bare = (read(a_comment(name="Cheap Watches", url=url)) for url in ("http://shop.example", ""))
    assert linked.website
    assert not bare.website
    assert not read(a_comment(name="", url="")).website
    assert field_text_scale(40, website=False) == field_text_scale(40, website=True) / 4


def test_it_shows_words_between_wider_spaces_where_they_stand():
    reading = read(a_comment(body=" good  bus\n\ngood, "))
    assert reading.spans([0, 1, 2]) == [(Span(1, 5), Span(12, 16)), (Span(7, 10),), (Span(16, 17),)]
