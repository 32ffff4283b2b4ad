"""What a site knows of an author, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from factories import NOON, a_comment, a_draft, a_new_case, an_author, later
from modbot.domain import Action, AuthorFacts, AuthorNote
from modbot.storage import people

KEY = "author-cal"


def arrived(store, number, name="Cal", at=NOON, **changes):
    comment = a_comment(key=f"key-{number}", name=name, author=an_author(key=KEY), **changes)
    return store.record(a_new_case(comment=comment, at=at))[0]


def a_note(**changes):
    return replace(AuthorNote("site-ada", KEY, "user-ada", "ada", "Sold boats here before.", later(5)), **changes)


def test_it_works(store):
    old = arrived(store, 1, "Cal", NOON - timedelta(days=90))
    store.record_review(a_draft(case_id=old.id, action=Action.REJECT))
    for number, name in ((2, "Calvin"), (3, "Cal"), (4, "")):
        case = arrived(store, number, name, later(number))
        store.record_review(a_draft(case_id=case.id, action=Action.REJECT if number == 2 else Action.PUBLISH))
    arrived(store, 5, "Ben's Cal", site_id="site-ben")

    facts = store.author_facts("site-ada", KEY, NOON - timedelta(days=30))

    assert facts == AuthorFacts(old.received_at, ("Cal", "Calvin"), published=2, rejected=1)
    assert store.author_facts("site-ada", "nobody", NOON) == AuthorFacts(None, (), 0, 0)


def test_it_looks_at_the_newest_comments_of_a_busy_author(store, monkeypatch):
    monkeypatch.setattr(people, "NEWEST", 2)
    first = arrived(store, 1, "First", later(0))
    for number in (2, 3):
        arrived(store, number, "Later", later(number))
    assert store.author_facts("site-ada", KEY, NOON) == AuthorFacts(first.received_at, ("Later",), 0, 0)


def test_it_keeps_notes_by_author_and_site(store):
    store.add_author_note(a_note())
    store.add_author_note(a_note(body="Apologised.", by="user-dora", by_name="dora"))
    store.add_author_note(a_note(site_id="site-ben"))
    assert [note.body for note in store.author_notes("site-ada", KEY)] == ["Sold boats here before.", "Apologised."]
    assert store.author_notes("site-ada", KEY)[0] == a_note()
    assert store.author_notes("site-ada", "nobody") == ()


def test_it_forgets_the_notes_when_a_comment_of_theirs_is_erased(store):
    case, other = arrived(store, 1), a_note(site_id="site-ben")
    store.add_author_note(a_note())
    store.add_author_note(other)
    store.erase_comment(case.id, later(9))
    assert store.author_notes("site-ada", KEY) == ()
    assert store.author_notes("site-ben", KEY) == (other,)


@pytest.mark.parametrize("number", [people.NOTES + 3])
def test_it_reads_the_newest_notes(store, number):
    for n in range(number):
        store.add_author_note(a_note(body=f"Note {n}"))
    read = store.author_notes("site-ada", KEY)
    assert (len(read), read[-1].body) == (people.NOTES, f"Note {number - 1}")


def test_it_tells_from_which_of_some_authors_anything_came(store):
    for number in (1, 2):
        arrived(store, number)
    assert store.authors_among(["nobody", KEY]) == (KEY,)
    assert store.authors_among([]) == ()
