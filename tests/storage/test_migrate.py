"""Migrations make exactly the tables that the code maps, forwards and backwards, on both engines."""

from __future__ import annotations

import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import NullPool, create_engine, inspect

from factories import NOON, a_comment, a_draft, a_new_case, a_rule, a_signal, a_site, a_user, a_verdict, later
from modbot.domain import Action, CaseQuery, Checked, Head, Mode, Policy, RuleEffect, RuleKind, SecretKind, SiteSecret
from modbot.errors import NotMigrated, StoreUnavailable
from modbot.storage import check, expected_revision, open_store, upgrade
from modbot.storage.migrate import MIGRATIONS, downgrade
from modbot.storage.tables import Base
from tables import rows_of

FILES = sorted((MIGRATIONS / "versions").glob("*.py"))


@pytest.fixture
def inspected(empty_url):
    engine = create_engine(empty_url, poolclass=NullPool)
    yield engine
    engine.dispose()


def is_no_search(_thing, name, kind, *_):
    return not (kind in {"table", "index"} and str(name).startswith(("search", "ix_comments_search")))


def test_it_works(empty_url):
    upgrade(empty_url)
    check(empty_url)
    store = open_store(empty_url)
    store.add_site(a_site(), [])
    assert store.record(a_new_case())[1]
    store.close()


def test_it_makes_the_tables_that_the_code_maps(empty_url, inspected):
    upgrade(empty_url)
    with inspected.connect() as connection:
        options = {"include_object": is_no_search, "compare_type": True, "compare_server_default": True}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)
    assert differences == []


def test_it_makes_the_constraints_and_indexes_that_the_code_names(empty_url, inspected):
    upgrade(empty_url)
    there = inspect(inspected)
    for table in Base.metadata.tables.values():
        names = {index["name"] for index in there.get_indexes(table.name)}
        names |= {one["name"] for one in there.get_unique_constraints(table.name)}
        names |= {one["name"] for one in there.get_foreign_keys(table.name)}
        names.add(there.get_pk_constraint(table.name)["name"])
        wanted = {thing.name for thing in (*table.constraints, *table.indexes)}
        assert wanted <= names, table.name


def test_it_changes_nothing_the_second_time(empty_url):
    upgrade(empty_url)
    upgrade(empty_url)
    check(empty_url)


def test_it_goes_one_step_back_and_forward_again_with_rows_in_place(empty_url):
    upgrade(empty_url)
    store = open_store(empty_url)
    store.add_site(a_site(policy=Policy(mode=Mode.BORROWED)), [])
    case, _ = store.record(a_new_case())
    downgrade(empty_url, "-1")
    with pytest.raises(NotMigrated, match=f"at revision {FILES[-2].name[:4]}"):
        check(empty_url)
    upgrade(empty_url)
    assert store.case(case.id) == case
    store.close()


def test_it_draws_a_sites_evidence_from_the_answers_of_before(empty_url):
    upgrade(empty_url)
    store = open_store(empty_url)
    for site_id, mode, coin in (
        ("held", Mode.HOLD_ONLY, 0.5),
        ("drawn", Mode.BORROWED, 0.01),
        ("no", Mode.BORROWED, 0.5),
    ):
        store.add_site(a_site(id=site_id, name=site_id, policy=Policy(mode=mode)), [])
        for key, action in (("a", Action.PUBLISH), ("b", Action.REJECT), ("c", Action.HOLD)):
            verdict = a_verdict(coin=coin, signals=(a_signal(code="BLOCKED_WORD"),) if key == "b" else ())
            case, _ = store.record(a_new_case(comment=a_comment(site_id=site_id, key=key), verdict=verdict))
            store.record_review(a_draft(case_id=case.id))
            store.record_review(a_draft(case_id=case.id, action=action, seen_revision=2))
    downgrade(empty_url, "0002")
    upgrade(empty_url)
    assert store.checked("held") == Checked(good=1, banned=1, waiting=1)
    assert store.checked("drawn") == Checked(good=1, banned=1, waiting=1)
    assert store.checked("no") == Checked()
    assert store.checked_risks("held", good=True) == (a_verdict().risk,)
    store.close()


def test_it_gives_the_cases_of_before_their_places_in_the_queue(empty_url):
    upgrade(empty_url)
    store = open_store(empty_url)
    store.add_site(a_site(), [])
    for key, risk, spam in (("a", 0.25, 0.9), ("b", 0.75, 0.55), ("c", 0.5, None)):
        verdict = a_verdict(risk=risk, scores={} if spam is None else {Head.SPAM: spam, Head.THREAT: 0.01})
        store.record(a_new_case(comment=a_comment(key=key), verdict=verdict))
    orders = ("worst", "unsure")
    before = [store.cases(CaseQuery(order=order, limit=1)) for order in orders]
    downgrade(empty_url, "0006")
    upgrade(empty_url)
    # The cursor holds the measure to the last digit.
    assert [store.cases(CaseQuery(order=order, limit=1)) for order in orders] == before
    assert [page.next_cursor.partition("~")[0] for page in before] == ["0.75", "1.0"]
    store.close()


def test_it_counts_the_days_of_before(empty_url):
    upgrade(empty_url)
    store = open_store(empty_url)
    store.add_site(a_site(), [])
    for number, action in enumerate((Action.PUBLISH, Action.REJECT, Action.HOLD, Action.REJECT)):
        at = later(hours=5 * number)
        case, _ = store.record(a_new_case(comment=a_comment(key=f"k{number}"), verdict=a_verdict(), at=at))
        store.record_review(a_draft(case_id=case.id, action=action, at=at))
        if number == 3:
            store.record_review(a_draft(case_id=case.id, action=Action.HOLD, seen_revision=2, undo=True, at=at))
    day = NOON.date()
    before = store.daily(None, day), store.tallies(None, day, day)
    downgrade(empty_url, "0008")
    upgrade(empty_url)
    assert (store.daily(None, day), store.tallies(None, day, day)) == before
    assert [(row.day.day, row.action, row.cases) for row in before[0]] == [
        (14, Action.HOLD, 1),
        (14, Action.PUBLISH, 1),
        (14, Action.REJECT, 1),
        (15, Action.HOLD, 1),
    ]
    assert sum(row.decisions for row in before[1]) == 2
    store.close()


def test_it_goes_back_to_nothing(empty_url, inspected):
    upgrade(empty_url)
    downgrade(empty_url, "base")
    assert set(inspect(inspected).get_table_names()) == {"alembic_version"}


def test_it_refuses_a_database_that_is_not_migrated(empty_url):
    with pytest.raises(NotMigrated, match="modbot db upgrade"):
        check(empty_url)


def test_it_keeps_the_search_index_of_what_was_there_before(empty_url):
    upgrade(empty_url)
    store = open_store(empty_url)
    store.add_site(a_site(), [])
    case, _ = store.record(a_new_case())
    downgrade(empty_url, "0001")
    upgrade(empty_url)
    assert [row.id for row in store.cases(CaseQuery(text="harbour")).rows] == [case.id]
    store.close()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_numbers_migrations_and_names_them_for_what_they_do(path):
    assert re.fullmatch(r"\d{4}_[a-z]+(_[a-z]+)+\.py", path.name)
    assert f'revision = "{path.name[:4]}"' in path.read_text()


def test_it_numbers_without_gaps_and_expects_the_last():
    assert [path.name[:4] for path in FILES] == [f"{n:04}" for n in range(1, len(FILES) + 1)]
    assert expected_revision() == FILES[-1].name[:4]


@pytest.mark.parametrize("url", ["sqlite:////no/such/folder/modbot.db", "postgresql://nobody@127.0.0.1:1/modbot"])
def test_it_says_that_a_database_is_out_of_reach(url):
    with pytest.raises(StoreUnavailable):
        upgrade(url)


def test_it_refuses_a_database_that_a_newer_version_made(empty_url, inspected):
    upgrade(empty_url)
    with inspected.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NotMigrated, match="newer"):
        upgrade(empty_url)


def test_it_makes_rules_of_the_words_that_a_site_blocked(empty_url):
    upgrade(empty_url)
    store = open_store(empty_url)
    store.add_site(a_site(), [])
    store.add_rule(a_rule(pattern="casino\nfree spins"))
    store.add_rule(a_rule(id="p", kind=RuleKind.PATTERN, pattern="vi[a4]gra"))
    store.add_rule(a_rule(id="brief", pattern="rain", until=later(60)))
    store.add_rule(a_rule(id="all", site_id=None, pattern="snow"))
    downgrade(empty_url, "0005")
    upgrade(empty_url)
    found = [(rule.kind, rule.pattern, rule.effect) for rule in store.rules_in_force("site-ada", later(10))]
    assert found == [
        (RuleKind.WORDS, "casino\nfree spins", RuleEffect.REJECT),
        (RuleKind.PATTERN, "vi[a4]gra", RuleEffect.REJECT),
    ]
    assert store.site("site-ada").rules == 2
    store.close()


def a_life(url):
    """Something of everything that a house comes to hold in its first weeks."""
    store = open_store(url)
    store.add_user(a_user(), "argon2-hash")
    for site_id in ("site-ada", "site-ben"):
        policy = Policy(mode=Mode.BORROWED)  # what a site held altogether is rewritten on the way, and tested above
        store.add_site(
            a_site(id=site_id, name=site_id, policy=policy), [SiteSecret(SecretKind.BEARER, f"{site_id}-key")]
        )
        store.add_rule(a_rule(id=f"rule-{site_id}", site_id=site_id, pattern="casino\nfree spins"))
        for number, action in enumerate((Action.PUBLISH, Action.REJECT, Action.HOLD)):
            at = later(hours=7 * number)
            comment = a_comment(site_id=site_id, key=f"k{number}", body=f"The harbour, number {number}: schön 🚌.")
            case, _ = store.record(a_new_case(comment=comment, at=at))
            store.record_review(a_draft(case_id=case.id, action=action, at=at))
        store.erase_comment(case.id, later(days=2))
    store.close()


@pytest.mark.slow
@pytest.mark.parametrize("revision", [path.name[:4] for path in FILES[:-1]])
def test_it_brings_every_earlier_schema_up_to_date_with_all_its_rows(empty_url, revision):
    upgrade(empty_url)
    a_life(empty_url)
    downgrade(empty_url, revision)
    before = rows_of(empty_url)
    assert all(before[name] for name in ("sites", "cases", "comments", "verdicts", "reviews", "users"))

    upgrade(empty_url)

    after = rows_of(empty_url)
    del before["alembic_version"]
    for name, there in before.items():
        columns = there[0].keys() & after[name][0].keys() if there else ()
        kept = [sorted(repr([row[column] for column in columns]) for row in some) for some in (there, after[name])]
        assert kept[0] == kept[1], name
    store = open_store(empty_url)
    shown, found = (len(store.cases(query).rows) for query in (CaseQuery(), CaseQuery(text="schön")))
    assert (shown, found) == (6, 4), "two were erased"
    assert store.record(a_new_case(comment=a_comment(key="new")))[1]
    store.close()
