"""Groups of mutated copies: who joins which, and what edits and erasures leave of them, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import func, select

from factories import a_comment, a_draft, a_new_case, later
from modbot.domain import Action
from modbot.storage import campaigns
from modbot.text import likeness, sketch

ADVERT = (
    "Homeowners in Saltmere can now get a solar grant of up to 8,400! I applied in 3 minutes and my bill is almost "
    "zero. Check if you qualify before Friday, it takes a moment."
)
COPIES = (
    ADVERT,
    ADVERT.replace("applied", "signed up"),
    ADVERT.replace("Homeowners", "House owners"),
    "Good evening! " + ADVERT,
    ADVERT.replace("almost", "nearly").replace("Check", "See"),
)
OTHER = "The night bus now stops at the harbour, which saves me the long walk home after the late shift. Thank you!"


def a_post(n: int, body: str, **changes):
    comment = a_comment(key=f"k{n}", body=body, fingerprint=f"f{n}", sketch=sketch(body))
    return a_new_case(comment=comment, at=later(n), **changes)


def posted(store, n: int, body: str, **changes):
    """Record a comment as the moderator does: with the case that the history found."""
    new = a_post(n, body, **changes)
    found = store.history("site-ada", "author-cal", f"f{n}", new.comment.sketch)
    return store.record(replace(new, joins=found.nearest))[0]


def edited(store, case, n: int, body: str):
    new = a_post(n, body, seen_revision=case.revision)
    found = store.history("site-ada", "author-cal", f"f{n}", new.comment.sketch, case.id)
    return store.revise(case.id, replace(new, joins=found.nearest))


def similar(store, case) -> list[str]:
    group = store.campaign_of(case.id)
    return [copy.id for copy in store.in_campaign(group) if copy.id != case.id] if group else []


def rows(store) -> int:
    with store._db.reading() as connection:
        return connection.execute(select(func.count()).select_from(campaigns.filed)).scalar_one()


@pytest.fixture
def group(store):
    return [posted(store, n, body) for n, body in enumerate(COPIES)]


def test_it_works(store, group):
    stranger = posted(store, 9, OTHER)
    newest_first = [case.id for case in reversed(group)]
    for case in group:
        assert similar(store, case) == [other for other in newest_first if other != case.id]
    assert similar(store, stranger) == []


def test_it_groups_no_short_texts(store):
    first, second = posted(store, 0, "Thanks!"), posted(store, 1, "Thanks!!")
    assert similar(store, first) == similar(store, second) == []
    assert rows(store) == 0


def test_it_joins_the_nearest_of_two_groups(store, group):
    bus = [posted(store, n, OTHER.replace("Thank", word)) for n, word in ((10, "Thank"), (11, "Bless"))]
    copy = posted(store, 12, OTHER + " Really.")
    assert set(similar(store, copy)) == {case.id for case in bus}


def test_it_prefers_a_group_to_a_copy_that_is_alone(store, group):
    """Two copies that came at the same moment did not find each other; what comes next joins the group."""
    alone = store.record(a_post(10, COPIES[3]))[0]
    copy = posted(store, 11, COPIES[3])
    assert set(similar(store, copy)) == {case.id for case in group}
    assert similar(store, alone) == []


def test_it_starts_no_group_for_a_repeat_of_a_known_key(store):
    first = posted(store, 0, ADVERT)
    second = posted(store, 1, COPIES[1])
    assert store.record(replace(a_post(1, COPIES[1]), joins=second.id)) == (second, False)
    assert similar(store, first) == [second.id]
    assert rows(store) == 16


def test_it_keeps_sites_apart(store):
    mine = posted(store, 0, ADVERT)
    comment = replace(a_post(1, ADVERT).comment, site_id="site-ben")
    assert store.history("site-ben", "x", "f1", comment.sketch).nearest == ""
    theirs = store.record(a_new_case(comment=comment))[0]
    assert store.history("site-ben", "x", "new", comment.sketch).nearest == theirs.id
    assert store.history("site-ada", "x", "new", comment.sketch).nearest == mine.id


def test_it_tells_sites_apart_that_share_their_numbers(store, monkeypatch):
    monkeypatch.setattr(campaigns, "crc32", lambda _: 7)
    test_it_keeps_sites_apart(store)


def test_it_finds_the_newest_of_very_many(store):
    flood = [posted(store, n, ADVERT) for n in range(3 * campaigns.SEEN_IN_A_BAND)]
    assert store.history("site-ada", "x", "new", sketch(ADVERT)).nearest == flood[-1].id
    assert store.history("site-ada", "x", "new", sketch(ADVERT)).similar == len(flood)


def test_it_loses_no_copy_of_many_that_come_at_once(store, group):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: posted(store, n, COPIES[n % len(COPIES)]), range(10, 42)))
    assert set(similar(store, group[0])) == {case.id for case in [*group[1:], *made]}


# -- edits --------------------------------------------------------------------


def test_it_takes_an_edited_copy_out_of_its_group(store, group):
    store.record_review(a_draft(case_id=group[4].id, action=Action.REJECT))
    edited(store, group[0], 0, OTHER)
    assert similar(store, group[0]) == []
    assert group[0].id not in similar(store, group[1])
    bus = posted(store, 10, OTHER + " Really.")
    assert similar(store, bus) == [group[0].id]
    found = store.history("site-ada", "x", "new", sketch(ADVERT))
    assert (found.similar, found.similar_rejected) == (4, 1)


def test_it_lets_an_edited_comment_join_a_group(store, group):
    stranger = posted(store, 10, OTHER)
    edited(store, stranger, 10, ADVERT + " Hurry!")
    assert set(similar(store, stranger)) == {case.id for case in group}
    edited(store, store.case(stranger.id), 10, "Sorry.")
    assert similar(store, stranger) == []
    assert rows(store) == 8 * len(group)


def test_it_keeps_an_edited_copy_that_is_still_one(store, group):
    edited(store, group[2], 2, ADVERT.replace("Friday", "Sunday"))
    assert set(similar(store, group[2])) == {case.id for case in group} - {group[2].id}


def test_it_lets_copies_that_are_edited_at_the_same_moment_join_each_other(store):
    pair = [posted(store, n, body) for n, body in enumerate((ADVERT, COPIES[1]))]
    for n in range(10, 30):
        together, seen = Barrier(2), [store.case(case.id) for case in pair]

        def edit(case, other, n=n, together=together):
            new = a_post(n, ADVERT + f" Part {n}.", seen_revision=case.revision, joins=other.id)
            together.wait()
            return store.revise(case.id, new)

        with ThreadPoolExecutor(2) as pool:
            made = list(pool.map(edit, seen, reversed(seen)))
        assert [case.revision for case in made] == [case.revision + 1 for case in seen]
        assert similar(store, pair[0]) == [pair[1].id]


def test_it_joins_nothing_that_was_edited_or_erased_since_the_look(store):
    first, second = posted(store, 0, ADVERT), posted(store, 1, OTHER)
    late = [replace(a_post(n, body), joins=case.id) for n, body, case in ((2, ADVERT, first), (3, OTHER, second))]
    edited(store, first, 0, "Something else entirely.")
    store.erase_comment(second.id, later(60))
    made = [store.record(new)[0] for new in late]
    assert [similar(store, case) for case in made] == [[], []]
    assert likeness(sketch(ADVERT), sketch(OTHER)) < 0.1


# -- erasure ------------------------------------------------------------------


def test_it_forgets_the_sketch_of_an_erased_text_and_keeps_what_was_decided(store, group):
    store.record_review(a_draft(case_id=group[0].id, action=Action.REJECT))
    store.erase_comment(group[0].id, later(90))
    assert rows(store) == 8 * 4
    with store._db.reading() as connection:
        asked = select(campaigns.cases.c.sketch).where(campaigns.cases.c.id == group[0].id)
        assert connection.execute(asked).scalar_one() is None
    found = store.history("site-ada", "x", "new", sketch(ADVERT))
    assert (found.similar, found.similar_rejected) == (5, 1)
    assert group[0].id not in similar(store, group[1])


def test_it_finds_no_copy_of_what_was_erased(store):
    case = posted(store, 0, ADVERT)
    store.erase_comment(case.id, later(90))
    assert store.history("site-ada", "x", "new", sketch(ADVERT)).nearest == ""
    assert rows(store) == 0
