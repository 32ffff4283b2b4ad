"""Features: words with their places, hashed the same way every time."""

import numpy as np

from factories import a_comment
from modbot.domain import Span
from modbot.scoring.features import (
    char_scale,
    field_salt,
    field_text_scale,
    first_field_bucket,
    hash_tokens,
    key_bucket,
    key_buckets,
    neighbours,
    pair_buckets,
    read,
    words_of,
)

NO_SALT = np.zeros(1, dtype=np.uint32)


def test_it_works():
    comment = a_comment(body="Good bus, good harbour")
    reading = read(comment)
    assert reading.words == ("good", "bus", ",", "harbour")
    assert reading.spans([0]) == {0: (Span(0, 4), Span(10, 14))}
    assert reading.pairs == ((0, 1), (1, 2), (2, 0), (0, 3))


def test_it_reads_the_same_words_in_bulk(odd_comments):
    for comment in odd_comments:
        one, many = read(comment), words_of(comment)
        assert (one.words, one.pairs, one.keys, one.texts) == (many.words, many.pairs, many.keys, many.texts)


def test_it_shows_each_word_where_it_stands_in_the_original(odd_comments):
    for comment in odd_comments:
        reading = read(comment)
        for spans in reading.spans(range(len(reading.words))).values():
            assert spans
            assert all(0 <= span.start < span.end <= len(comment.body) for span in spans)


def test_it_counts_every_gram_of_two_to_five_characters_once():
    # With its two edges "bus" has five characters: 4 + 3 + 2 + 1 grams; "a" has three: 2 + 1.
    hashed = hash_tokens(["bus", "a"], np.zeros(2, dtype=np.uint32), 18)
    assert hashed.counts.tolist() == [10, 3]
    assert hashed.grams.size == 13
    alone = hash_tokens(["a"], NO_SALT, 18)
    assert hashed.grams[10:].tolist() == alone.grams.tolist()
    assert len(set(hashed.grams.tolist())) == 13


def test_it_shares_grams_between_words_that_share_letters():
    viagra, viagro = (set(hash_tokens([w], NO_SALT, 18).grams.tolist()) for w in ("viagra", "viagro"))
    assert len(viagra & viagro) > len(viagra) / 2


def test_it_keeps_words_and_fields_in_different_buckets():
    first = first_field_bucket(12)
    hashed = hash_tokens(["harbour", "harbour"], np.array([0, field_salt(0)], dtype=np.uint32), 12)
    words, fields = hashed.grams[: hashed.counts[0]], hashed.grams[hashed.counts[0] :]
    assert words.max() < first <= fields.min()
    assert first <= key_bucket("links=0", 12) < 2**12
    assert hashed.whole[0] < first <= hashed.whole[1]


def test_it_hashes_a_token_alone_as_in_company():
    tokens = ["a", "bus", "harbour", "\ud800", "\U0001f600", "x" * 100, "y" * 300]
    salts = np.array([0, 0, field_salt(1), 0, field_salt(2), 0, 0], dtype=np.uint32)
    together = hash_tokens(tokens, salts, 18)
    alone = [hash_tokens([token], salts[i : i + 1], 18) for i, token in enumerate(tokens)]
    for part in ("grams", "counts", "whole", "hashes"):
        assert getattr(together, part).tolist() == [x for one in alone for x in getattr(one, part).tolist()]


def test_it_minds_the_order_of_a_pair():
    hashed = hash_tokens(["not", "good"], np.zeros(2, dtype=np.uint32), 18)
    left, right = hashed.hashes[:1], hashed.hashes[1:]
    assert pair_buckets(left, right, 18).tolist() != pair_buckets(right, left, 18).tolist()


def test_it_spreads_words_over_all_buckets():
    words = [f"word{i}x" for i in range(20_000)]
    hashed = hash_tokens(words, np.zeros(len(words), dtype=np.uint32), 12)
    counts = np.bincount(hashed.whole, minlength=first_field_bucket(12))
    # Poisson with mean 5.6: a bucket with more than 25 of them would be a fault of the hash.
    assert counts[: first_field_bucket(12)].max() <= 25


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


def test_it_finds_the_buckets_of_many_keys(odd_comments):
    for comment in odd_comments:
        keys = read(comment).keys
        for bits in (12, 18):
            assert key_buckets(keys, bits) == [key_bucket(key, bits) for _, key in keys]


def test_it_shows_words_between_wider_spaces_where_they_stand():
    reading = read(a_comment(body=" good  bus\n\ngood, "))
    assert list(reading.spans(range(3)).values()) == [(Span(1, 5), Span(12, 16)), (Span(7, 10),), (Span(16, 17),)]
