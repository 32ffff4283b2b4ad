"""Campaigns: mutated copies of one text, found by the bands of their sketches and kept together as a group.

A case is filed under eight numbers taken from its sketch. A new copy meets some of the earlier ones under one of them,
and joins the group of the one most like it. May import ``domain``, ``text``, this room and SQLAlchemy.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from zlib import crc32

from sqlalchemy import BigInteger, Connection, bindparam, delete, insert, select, union_all, update
from sqlalchemy.orm import Mapped, mapped_column

from modbot.domain import NewCase
from modbot.storage.engine import Hot
from modbot.storage.ids import CAMPAIGN_PREFIX, new_id
from modbot.storage.tables import ONE_TREE, Base, CaseTable, table
from modbot.text import ALIKE_FROM, BANDS, bands, likeness


class BandTable(Base):
    """Where mutated copies meet: each case under the eight numbers of its sketch, and nothing else."""

    __tablename__ = "bands"
    __table_args__ = (ONE_TREE,)

    band: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, comment="with the site in it")
    case_id: Mapped[str] = mapped_column(primary_key=True)


cases = table(CaseTable)
filed = table(BandTable)

# Of the cases under one number the newest are looked at, so that a look takes as long among a million cases. In a
# flood all of them belong to the same group.
SEEN_IN_A_BAND = 4
BAND_BITS = 27

_FILE = Hot(insert(filed).inline())
_STANDING = Hot(select(cases.c.campaign, cases.c.sketch).where(cases.c.id == bindparam("joined")).with_for_update())
_BOTH = Hot(
    select(cases.c.id)
    .where((cases.c.id == bindparam("joining")) | (cases.c.id == bindparam("joined")))
    .order_by(cases.c.id)
    .with_for_update()
)
_GATHER = Hot(
    update(cases)
    .where((cases.c.id == bindparam("joining")) | (cases.c.id == bindparam("joined")))
    .values(campaign=bindparam("given_campaign"))
)


def _newest_under(number: str) -> Any:
    found = (
        select(filed.c.case_id)
        .where(filed.c.band == bindparam(number))
        .order_by(filed.c.case_id.desc())
        .limit(SEEN_IN_A_BAND)
    )
    return select(found.subquery())


_NUMBERS = tuple(f"band_{n}" for n in range(BANDS))
_MET = union_all(*map(_newest_under, _NUMBERS)).subquery()
# An outer join, because SQLite would rather read all cases of the site than look up the few it has at hand.
_CANDIDATES = Hot(
    select(
        cases.c.id,
        cases.c.site_id,
        cases.c.campaign,
        cases.c.fingerprint,
        cases.c.action,
        cases.c.decided_by,
        cases.c.sketch,
    ).select_from(_MET.outerjoin(cases, cases.c.id == _MET.c.case_id))
)


class Near(NamedTuple):
    """A case that may be a copy, with what is asked about it next."""

    id: str
    site_id: str
    campaign: str | None
    fingerprint: str
    action: str
    decided_by: str
    sketch: bytes


def nearest(connection: Connection, site_id: str, sketch: bytes, besides: str) -> Near | None:
    """Find the earlier case most like a sketch, if one is alike at all.

    A case that is in a group comes before one that is alone, so that two copies which came at the same moment and
    did not see each other do not split what comes after them.
    """
    met = _CANDIDATES.run(connection, dict(zip(_NUMBERS, _numbers(site_id, sketch), strict=True))).fetchall()
    alike = [
        (near.campaign is not None, share, near)
        for near in map(Near._make, set(met))
        if near.site_id == site_id and near.id != besides and (share := likeness(sketch, near.sketch)) >= ALIKE_FROM
    ]
    return max(alike)[2] if alike else None


def enter(connection: Connection, case_id: str, new: NewCase) -> None:
    """File a case under its numbers and let it join the group of the case that it is a copy of."""
    sketch = new.comment.sketch
    if not sketch:
        return
    numbers = _numbers(new.comment.site_id, sketch)
    _FILE.run_many(connection, [{"band": number, "case_id": case_id} for number in numbers])
    if new.joins:
        _join(connection, case_id, new)


def hold_still(connection: Connection, case_id: str, new: NewCase) -> None:
    """Lock a case that is edited together with the one that it joins, always in the same order.

    Two copies that are edited at the same moment and join each other would else wait for each other.
    """
    if new.joins:
        _BOTH.run(connection, {"joining": case_id, "joined": new.joins})


def leave(connection: Connection, case_id: str) -> None:
    """Take a case out of the files, before its text is changed or erased. Its decision still counts in its group."""
    row = connection.execute(select(cases.c.site_id, cases.c.sketch).where(cases.c.id == case_id)).one()
    if row.sketch:
        numbers = _numbers(row.site_id, row.sketch)
        connection.execute(delete(filed).where(filed.c.band.in_(numbers), filed.c.case_id == case_id))


def _join(connection: Connection, case_id: str, new: NewCase) -> None:
    there = _STANDING.run(connection, {"joined": new.joins}).fetchone()
    # Since the look its text may have been erased, or edited into another.
    if there is None or likeness(new.comment.sketch, there[1] or b"") < ALIKE_FROM:
        return
    campaign = there[0] or new_id(CAMPAIGN_PREFIX, new.at)
    _GATHER.run(connection, {"joining": case_id, "joined": new.joins, "given_campaign": campaign})


def _numbers(site_id: str, sketch: bytes) -> tuple[int, ...]:
    """The bands of a sketch, each site's apart; if two sites ever share them, the look-up tells them apart."""
    return tuple(crc32(site_id.encode()) << BAND_BITS | band for band in bands(sketch))
