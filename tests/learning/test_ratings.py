"""Ratings: the words that come with modbot, and how they are made of the published lists."""

import pytest

from modbot.learning.ratings import FILE, PROFANITY, RATINGS, VADER, collected, ratings
from modbot.learning.swaps import TERMS
from modbot.text import normalise


@pytest.fixture
def packages(tmp_path):
    for name in PROFANITY:
        (tmp_path / name / "data").mkdir(parents=True)
    cuss = tmp_path / "cuss"
    (cuss / "index.js").write_text("export const cuss = {\n  quack: 2,\n  pot: 0,\n  'duck face': 2,\n  gay: 2\n}\n")
    (cuss / "fr.js").write_text("export const cuss = {\n  'con': 2,\n  zutte: 2,\n  'pâté': 2\n}\n", encoding="utf-8")
    naughty = tmp_path / "naughty-words"
    (naughty / "package.json").write_text('{"name": "naughty-words"}')
    (naughty / "en.json").write_text('["quack", "Honk", "fu"]')
    (naughty / "de.json").write_text('["Gans", "quack", "ab", "schnatter"]')
    (naughty / "zh.json").write_text('["鸭子"]', encoding="utf-8")
    (tmp_path / "profane-words" / "words.json").write_text('["honk"]')
    (tmp_path / "washyourmouthoutwithsoap" / "data" / "_en.json").write_text('["quack", "gays"]')
    return tmp_path


def test_it_works():
    words = ratings()
    assert 12_000 < len(words) < 13_000
    assert {len(said) for said in words.values()} == {len(RATINGS)}
    assert min(map(min, words.values())) == 0.0
    assert max(map(max, words.values())) <= 2.0
    assert list(words) == sorted(words)


def test_a_word_sounds_good_or_bad_but_not_both():
    sounds = {word: said[len(PROFANITY) :] for word, said in ratings().items()}
    assert sounds["wonderful"] == (1.35, 0.0)
    assert sounds["murder"] == (0.0, 1.85)
    assert not any(good and bad for good, bad in sounds.values())


def test_its_words_are_written_as_they_stand_in_normalised_text():
    assert [word for word in ratings() if normalise(word).text != word] == []


def test_it_holds_no_word_that_groups_use_of_themselves():
    assert ratings().keys().isdisjoint(TERMS)


def test_it_gathers_the_published_lists(packages):
    lexicon = packages / "vader_lexicon.txt"
    lexicon.write_text(":)\t2.0\t1.1\t[2]\nHonk\t-1.5\t0.8\t[-1]\nneat\t2.0\t0.9\t[2]\nso-so\t-0.1\t0.9\t[0]\n")
    cuss, naughty, profane, soap = PROFANITY
    assert collected(packages, lexicon, {"con", "gans"}) == {
        "fu": {naughty: "1"},
        "honk": {naughty: "1", profane: "1", VADER: "-1.5"},
        "neat": {VADER: "2.0"},
        "pate": {cuss: "1"},
        "quack": {cuss: "1", naughty: "1", soap: "1"},
        "schnatter": {naughty: "1"},
        "zutte": {cuss: "1"},
    }


def test_it_is_read_with_its_columns_in_their_order():
    first = FILE.read_text(encoding="utf-8").splitlines()[0]
    assert first == ",".join(("word", *PROFANITY, VADER))


def test_the_lists_are_named_in_the_notice(pytestconfig):
    notice = (pytestconfig.rootpath / "models" / "NOTICE").read_text(encoding="utf-8")
    assert [name for name in (*PROFANITY, "VADER") if name not in notice] == []
