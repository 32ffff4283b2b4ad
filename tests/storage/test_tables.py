"""The tables describe themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from modbot.storage.keys import KeyBase
from modbot.storage.tables import Base, UtcTime

SQLITE, POSTGRESQL = sqlite.dialect(), postgresql.dialect()
TABLES = [*Base.metadata.tables.values(), *KeyBase.metadata.tables.values()]


def test_it_works():
    assert {"cases", "comments", "verdicts", "signals", "reviews", "deliveries"} <= set(Base.metadata.tables)
    assert set(KeyBase.metadata.tables) == {"person_keys", "erasures", "erased_cases"}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_it_names_every_constraint_and_index(table):
    named = [*table.constraints, *table.indexes]
    assert all(thing.name for thing in named)
    assert table.primary_key.columns


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRESQL], ids=lambda dialect: dialect.name)
def test_it_keeps_moments_whatever_their_zone(dialect):
    kind = UtcTime()
    noon_in_india = datetime(2026, 3, 14, 12, 0, tzinfo=timezone(timedelta(hours=5.5)))
    kept = kind.process_bind_param(noon_in_india, dialect)
    assert kind.process_result_value(kept, dialect) == datetime(2026, 3, 14, 6, 30, tzinfo=UTC)
    assert kind.process_result_value(kept, dialect).tzinfo is UTC
    assert kind.process_bind_param(None, dialect) is None
    assert kind.process_result_value(None, dialect) is None


def test_it_refuses_moments_without_a_zone():
    with pytest.raises(ValueError, match="aware"):
        UtcTime().process_bind_param(datetime(2026, 3, 14), SQLITE)  # noqa: DTZ001 - that is the fault
