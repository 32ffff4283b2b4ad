"""What holds for the audit log, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import delete, text, update

from factories import later
from modbot.domain import AuditCheck, AuditEntry, Deed
from modbot.errors import StoreError
from modbot.storage.audit import DROP, log


def an_entry(**changes):
    base = AuditEntry(Deed.KEY_ROTATED, "user-dora", "dora", later(5), "site-ada", "site-ada", {"kind": "webhook"})
    return replace(base, **changes)


@pytest.fixture
def filled(store):
    for number in range(5):
        store.write_down(an_entry(subject=f"subject-{number}", at=later(number)))
    return store


def tamper(store, statement):
    """What somebody does who owns the database and knows about the triggers."""
    with store._db.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for drop in DROP["sqlite"]:
                connection.execute(text(drop))
        connection.execute(statement)


def test_it_works(store):
    assert store.verify_audit_log() == AuditCheck(0, "")
    recorded = store.write_down(an_entry())
    assert recorded == an_entry(number=1)
    store.write_down(an_entry(deed=Deed.LOGGED_IN, actor="user-ada", actor_name="Ädá", site_id="", details={}))

    check = store.verify_audit_log()
    assert (check.entries, check.broken, len(check.last_hash)) == (2, 0, 64)
    assert [entry.deed for entry in store.audit_log(None)] == [Deed.LOGGED_IN, Deed.KEY_ROTATED]
    assert store.audit_log(None)[1] == recorded


def test_it_is_narrowed_and_paged(filled):
    filled.write_down(an_entry(deed=Deed.LOGGED_IN, actor="user-ada", site_id=""))
    filled.write_down(an_entry(site_id="site-ben"))
    numbers = lambda **asked: [entry.number for entry in filled.audit_log(asked.pop("sites", None), **asked)]  # noqa: E731
    assert numbers(limit=2) == [7, 6]
    assert numbers(limit=2, before=6) == [5, 4]
    assert numbers(deed=Deed.LOGGED_IN) == [6]
    assert numbers(actor="user-ada") == [6]
    assert numbers(sites=("site-ben",)) == [7]
    assert numbers(sites=()) == []


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        (update(log).where(log.c.id == 3).values(subject="another"), 3),
        (update(log).where(log.c.id == 3).values(actor_name="somebody"), 3),
        (update(log).where(log.c.id == 3).values(details={}), 3),
        (update(log).where(log.c.id == 3).values(at=later(7)), 3),
        (delete(log).where(log.c.id == 3), 3),
        (delete(log).where(log.c.id == 1), 1),
    ],
)
def test_it_tells_the_first_entry_that_somebody_changed(filled, statement, broken):
    tamper(filled, statement)
    assert filled.verify_audit_log().broken == broken


def test_it_tells_an_entry_that_was_cut_off_by_the_last_hash_that_was_noted(filled):
    noted = filled.verify_audit_log().last_hash
    tamper(filled, delete(log).where(log.c.id == 5))
    assert filled.verify_audit_log().broken == 0
    assert filled.verify_audit_log().last_hash != noted


@pytest.mark.parametrize("statement", [update(log).values(subject="x"), delete(log)])
def test_it_refuses_to_be_changed(filled, statement):
    with pytest.raises(StoreError, match="nothing was changed"), filled._db.writing() as connection:
        connection.execute(statement)
    assert filled.verify_audit_log().entries == 5


def test_it_keeps_one_chain_when_many_write_at_once(store):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.write_down(an_entry(subject=f"subject-{n}")), range(40)))
    check = store.verify_audit_log()
    assert (check.entries, check.broken) == (40, 0)
