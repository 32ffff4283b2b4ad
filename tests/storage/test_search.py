"""Full-text search, on both engines: what moderators type finds what people wrote."""

from __future__ import annotations

import pytest

from factories import a_comment, a_new_case, later
from modbot.domain import CaseQuery
from modbot.storage.search import words_in


@pytest.fixture
def find(store):
    def find(text, **query):
        return [row.body for row in store.cases(CaseQuery(text=text, **query)).rows]

    return find


def write(store, body, at_s=0, **comment):
    comment = a_comment(**({"body": body, "key": "", "page_title": "Timetable"} | comment))
    return store.record(a_new_case(comment=comment, at=later(at_s)))[0]


def test_it_works(store, find):
    write(store, "The ferry leaves at noon.")
    write(store, "The bus leaves at one.", 1)
    assert find("ferry") == ["The ferry leaves at noon."]
    assert find("leaves bus") == ["The bus leaves at one."]
    assert find("leaves") == ["The bus leaves at one.", "The ferry leaves at noon."]
    assert find("tram") == []


def test_it_looks_at_name_body_and_page_title(store, find):
    write(store, "one", name="Morwenna")
    write(store, "two", page_title="Lighthouse reopened")
    assert find("morwenna") == ["one"]
    assert find("LIGHTHOUSE") == ["two"]


def test_it_matches_beginnings_of_words(store, find):
    write(store, "Congratulations on the harbourside café.")
    assert len(find("congrat harb")) == 1
    assert find("gratulations") == []


@pytest.mark.parametrize(
    "typed",
    [
        '"ferry',
        "ferry AND",
        "OR ferry",
        "ferry*)(",
        "ferry.example",
        "-ferry",
        "ferry:*&!",
        "body:ferry",
        "ferry' --",
        "\\ferry",
    ],
)
def test_it_takes_whatever_people_type(store, find, typed):
    write(store, "The ferry and body example.com or ferry.example")
    assert len(find(typed)) == 1


@pytest.mark.parametrize("typed", ["!?", "  ", '"', "***", "—"])
def test_it_finds_nothing_by_marks_and_everything_by_nothing(store, find, typed):
    write(store, "The ferry leaves at noon.")
    assert len(find(typed)) == (0 if typed.strip() else 1)


def test_it_finds_links_by_their_parts(store, find):
    write(store, "Buy at https://cheap-watches.example/offer_now today")
    assert len(find("watches")) == 1
    assert len(find("cheap-watches.example")) == 1
    assert len(find("offer_now")) == 1


@pytest.mark.parametrize("word", ["Здравствуйте", "Grüße", "naïve", "東京", "مرحبا"])
def test_it_finds_words_of_other_languages(store, find, word):
    write(store, f"{word} everybody")
    assert len(find(word.lower())) == 1


def test_it_finds_the_present_text_of_an_edited_comment(store, find):
    case = write(store, "The ferry leaves at noon.")
    new = a_new_case(comment=a_comment(body="The tram leaves at noon."), seen_revision=1)
    store.revise(case.id, new)
    assert find("ferry") == []
    assert find("tram") == ["The tram leaves at noon."]


def test_it_stays_within_the_sites_and_filters_asked_for(store, find):
    write(store, "ada's ferry")
    write(store, "ben's ferry", 1, site_id="site-ben")
    assert find("ferry", site_ids=("site-ben",)) == ["ben's ferry"]
    assert find("ferry", site_ids=("site-ada", "site-ben"), order="queue", queued=True) == [
        "ben's ferry",
        "ada's ferry",
    ]
    assert find("ferry", queued=False) == []
    assert find("ferry", reason="NEW_AUTHOR", site_ids=("site-ada",)) == ["ada's ferry"]


def test_it_cuts_questions_into_words():
    assert words_in("don't_stop, 3 times!") == ("don", "t", "stop", "3", "times")
    assert len(words_in("word " * 100)) == 12


@pytest.mark.parametrize("cursor", ["9" * 19, "9" * 5_000, "-1", "x"])
def test_it_starts_anew_at_a_cursor_that_was_never_given(store, find, cursor):
    write(store, "The ferry leaves at noon.")
    assert find("ferry", cursor=cursor) == ["The ferry leaves at noon."]
    assert find("ferry", cursor=f"q{cursor}", order="queue") == ["The ferry leaves at noon."]
