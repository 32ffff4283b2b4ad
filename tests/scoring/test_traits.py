"""What a site's layer sees of a comment."""

from __future__ import annotations

import numpy as np

from modbot.domain import Author, Comment
from modbot.scoring.features import FIELD_VALUE, read, word_scale
from modbot.scoring.fields import FIELDS, WEBSITE
from modbot.scoring.traits import TRAIT_BITS, traits_of


def said(body: str, **more) -> Comment:
    return Comment(site_id="", key="", fingerprint="", name="", body=body, author=Author(""), **more)


def test_it_works():
    comment = said("velvet curtains velvet rope", url="https://curtains.example/velvet")
    traits, reading = traits_of(comment), read(comment)
    # Three words, three pairs, the website's host and path as text, and every field's keys.
    count = 3 + 3 + len(reading.texts) + len(reading.keys)
    assert traits.buckets.size == traits.values.size == traits.owners.size == traits.partners.size == count
    assert 0 <= traits.buckets.min() <= traits.buckets.max() < 1 << TRAIT_BITS
    assert set(traits.values.tolist()) >= {FIELD_VALUE, word_scale(6)}


def test_it_gives_a_pair_half_to_either_word():
    traits = traits_of(said("velvet curtains"))
    pairs = traits.owners != traits.partners
    assert (traits.owners[pairs].tolist(), traits.partners[pairs].tolist()) == ([0], [1])


def test_it_knows_a_fields_text_from_a_word():
    texts = traits_of(said("velvet", url="https://velvet.example/velvet"))
    fields = texts.owners >= 1
    assert WEBSITE in (texts.owners[fields] - 1).tolist()
    assert texts.owners.max() < 1 + len(FIELDS)


def test_it_takes_a_reading_for_the_comment():
    comment = said("Velvet curtains", url="https://curtains.example/velvet")
    one, two = traits_of(comment), traits_of(read(comment))
    assert np.array_equal(one.buckets, two.buckets)
    assert np.array_equal(one.values, two.values)


def test_it_sees_something_in_an_empty_body():
    assert traits_of(said("")).buckets.size > 0
