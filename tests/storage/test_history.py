"""What is known before a verdict is made: counts of an author, of a text and of its copies, on both engines."""

from __future__ import annotations

import pytest

from factories import a_comment, a_draft, a_new_case, an_author
from modbot.domain import Action, DecidedBy, History
from modbot.text import sketch

ADVERT = (
    "Homeowners in Saltmere can now get a solar grant of up to 8,400! I applied in 3 minutes and my bill is almost "
    "zero. Check if you qualify before Friday, it takes a moment."
)
SKETCH = sketch(ADVERT)
LIKE_IT = sketch(ADVERT.replace("applied", "signed up"))


def recorded(store, key, *, joins="", action=Action.HOLD, **comment):
    return store.record(a_new_case(comment=a_comment(key=key, **comment), action=action, joins=joins))[0]


def the_copies(store, **asked):
    found = store.history("site-ada", "nobody", "new", LIKE_IT, **asked)
    return found.similar, found.similar_published, found.similar_rejected


@pytest.fixture
def group(store):
    """Four copies in one group, each with a fingerprint of its own."""
    first = recorded(store, "k0", fingerprint="f0", sketch=SKETCH)
    return [first] + [recorded(store, f"k{n}", fingerprint=f"f{n}", sketch=SKETCH, joins=first.id) for n in (1, 2, 3)]


def test_it_works(store):
    for n, action in enumerate((Action.PUBLISH, Action.PUBLISH, Action.HOLD, Action.REJECT)):
        recorded(store, f"k{n}", fingerprint=f"f{n}", action=action)
    recorded(store, "k", author=an_author(key="somebody else"))
    recorded(store, "k", site_id="site-ben")
    assert store.history("site-ada", "author-cal", "new") == History(published=2, held=1, rejected=1)
    assert store.history("site-ada", "nobody", "new") == History()


def test_it_counts_a_text_whoever_wrote_it_and_who_judged_it(store):
    authors = [an_author(key=f"author-{n}") for n in range(4)]
    cases = [recorded(store, f"k{n}", author=author) for n, author in enumerate(authors)]
    store.record_review(a_draft(case_id=cases[0].id))
    store.record_review(a_draft(case_id=cases[1].id, action=Action.REJECT, decided_by=DecidedBy.SITE))
    recorded(store, "machine", action=Action.REJECT)
    history = store.history("site-ada", "nobody", "f" * 32)
    assert history == History(same_text=5, same_text_published=1, same_text_rejected=1)
    assert store.history("site-ben", "nobody", "f" * 32) == History()


def test_it_counts_no_decision_that_was_taken_back(store):
    case = recorded(store, "k")
    store.record_review(a_draft(case_id=case.id, action=Action.REJECT))
    store.record_review(a_draft(case_id=case.id, seen_revision=2, undo=True))
    assert store.history("site-ada", "author-cal", "f" * 32) == History(held=1, same_text=1)


def test_it_leaves_the_case_out_whose_history_it_is(store, group):
    recorded(store, "other", fingerprint="f0")
    whole = store.history("site-ada", "author-cal", "f0", LIKE_IT)
    without = store.history("site-ada", "author-cal", "f0", LIKE_IT, group[0].id)
    assert (whole.held, whole.same_text, whole.similar) == (5, 2, 3)
    assert (without.held, without.same_text, without.similar) == (4, 1, 3)
    assert the_copies(store, besides=group[3].id) == (3, 0, 0)


# -- copies -------------------------------------------------------------------


def test_it_counts_the_whole_group_and_who_judged_it(store, group):
    store.record_review(a_draft(case_id=group[0].id, action=Action.REJECT))
    store.record_review(a_draft(case_id=group[1].id, action=Action.REJECT, decided_by=DecidedBy.SITE))
    store.record_review(a_draft(case_id=group[2].id))
    recorded(store, "machine", fingerprint="f4", sketch=SKETCH, joins=group[0].id, action=Action.REJECT)
    assert the_copies(store) == (5, 1, 2)


def test_it_counts_a_copy_that_is_alone(store):
    case = recorded(store, "k", sketch=SKETCH)
    assert the_copies(store) == (1, 0, 0)
    store.record_review(a_draft(case_id=case.id, action=Action.REJECT))
    assert the_copies(store) == (1, 0, 1)
    assert store.history("site-ada", "nobody", "new", LIKE_IT).nearest == case.id


def test_it_counts_no_copy_twice_that_is_an_exact_repeat(store, group):
    history = store.history("site-ada", "nobody", "f1", LIKE_IT)
    assert (history.same_text, history.similar) == (1, 3)
    other = sketch(
        "The night bus now stops at the harbour, which saves me the long walk home after the late shift. Thanks."
    )
    alone = recorded(store, "alone", fingerprint="g", sketch=other)
    history = store.history("site-ada", "nobody", "g", other)
    assert (history.same_text, history.similar, history.nearest) == (1, 0, alone.id)


def test_it_finds_no_copies_where_there_is_no_sketch(store, group):
    recorded(store, "short", fingerprint="s", sketch=b"")
    assert store.history("site-ada", "nobody", "new", b"") == History()


def test_it_finds_no_copies_of_another_site(store, group):
    assert store.history("site-ben", "nobody", "new", LIKE_IT) == History()


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_it_reads_a_few_rows_of_indexes_however_many_cases_there_are(store, group):
    """In the plan of each statement of the look, nothing is scanned but what limited sub-queries give."""
    said = []
    with store._db.reading() as connection:
        connection.connection.driver_connection.set_trace_callback(said.append)
        pool_connection = connection.connection.driver_connection
    store.history("site-ada", "author-cal", "f9", LIKE_IT)
    pool_connection.set_trace_callback(None)
    looks = [sql for sql in said if sql.startswith("SELECT")]
    assert len(looks) == 3
    for sql in looks:
        with store._db.reading() as connection:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
        reads = [step for step in plan if step.startswith(("SEARCH cases", "SCAN cases", "SEARCH bands", "SCAN bands"))]
        assert reads
        assert all("COVERING INDEX" in step or "PRIMARY KEY" in step for step in reads), plan
        assert not [step for step in reads if step.startswith("SCAN")], plan
