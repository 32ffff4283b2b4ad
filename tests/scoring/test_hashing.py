"""Hashing: every gram counted once, fields apart from words, alone as in company."""

import numpy as np

from modbot.scoring.features import field_salt, read
from modbot.scoring.hashing import first_field_bucket, hash_tokens, key_bucket, key_buckets, pair_buckets

NO_SALT = np.zeros(1, dtype=np.uint32)


def test_it_works():
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


def test_it_finds_the_buckets_of_many_keys(odd_comments):
    for comment in odd_comments:
        keys = read(comment).keys
        for bits in (12, 18):
            assert key_buckets(keys, bits) == [key_bucket(key, bits) for _, key in keys]
