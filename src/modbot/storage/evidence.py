"""What a site's own checked comments say: the evidence behind its promise, and what was made of it.

The evidence is a projection of the reviews, written with each of them: one row for each text that chance laid before
people and that they answered, with its risk as it was then. It holds no words, so it outlives an erasure. May import
``domain``, this room and SQLAlchemy.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Connection, ForeignKey, delete, func, insert, literal, select
from sqlalchemy.orm import Mapped, mapped_column

from modbot.domain import BY_NAME, FAILED, Action, Checked, Cut, SiteLayer
from modbot.storage.engine import Database
from modbot.storage.tables import ONE_TREE, Base, CaseTable, SignalTable, SiteTable, VerdictTable, table


class EvidenceTable(Base):
    """What people answered about texts that chance laid before them: numbers only, and only the latest answer."""

    __tablename__ = "evidence"
    __table_args__ = (ONE_TREE,)

    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, comment="of the text")
    at: Mapped[datetime] = mapped_column(comment="when the text came")
    risk: Mapped[float] = mapped_column(comment="as it was scored then")
    good: Mapped[bool] = mapped_column(comment="people published it")
    banned: Mapped[bool] = mapped_column(comment="the owner forbade it by name: no promise speaks of it")


class SiteLayerTable(Base):
    """What was learned from each site alone; the last version counts, verdicts name theirs."""

    __tablename__ = "site_layers"

    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    reject_at: Mapped[float | None] = mapped_column(comment="reject from this risk; NULL: too little evidence")
    reject_share: Mapped[float | None] = mapped_column(comment="of good comments, the promise that it keeps")
    reject_evidence: Mapped[int | None] = mapped_column(comment="checked good comments behind it")
    reject_looks: Mapped[int | None] = mapped_column(comment="how often it was made, this time included")
    publish_at: Mapped[float | None] = mapped_column(comment="publish below this risk; NULL: too little evidence")
    publish_share: Mapped[float | None] = mapped_column(comment="of bad comments, the promise that it keeps")
    publish_evidence: Mapped[int | None] = mapped_column(comment="checked bad comments behind it")
    publish_looks: Mapped[int | None] = mapped_column(comment="how often it was made, this time included")
    since: Mapped[datetime | None] = mapped_column(comment="what came before is no evidence any more")
    layer: Mapped[bytes | None] = mapped_column(comment="arrays that are added to the model's")
    facts: Mapped[dict[str, Any]] = mapped_column(comment="what the arrays are and how they were measured")


cases = table(CaseTable)
evidence = table(EvidenceTable)
layers = table(SiteLayerTable)
verdicts = table(VerdictTable)
signals = table(SignalTable)
sites = table(SiteTable)

# Counting more than this would take longer than anybody cares.
COUNT_LIMIT = 10_000
COLUMNS = ("site_id", "case_id", "revision", "at", "risk", "good", "banned")


class EvidenceVerbs:
    """What the store can do for a site's own promise."""

    _db: Database

    def checked(self, site_id: str, since: datetime | None = None) -> Checked:
        """Count the comments that were drawn without looking and answered by people.

        Parameters
        ----------
        site_id : str
            Whose.
        since : datetime or None
            Count only texts that came at this moment or later.

        Returns
        -------
        Checked
            The latest answer to each text counts; what was taken back or reopened does not. 10,000 waiting ones stand
            for that many or more.
        """
        counted = (
            select(evidence.c.good, evidence.c.banned, func.count())
            .where(*_of(site_id, since))
            .group_by(evidence.c.good, evidence.c.banned)
        )
        waiting = (
            select(cases.c.id)
            .join(verdicts, (verdicts.c.case_id == cases.c.id) & (verdicts.c.revision == cases.c.text_revision))
            .where(cases.c.site_id == site_id, cases.c.queued == literal(True, Boolean()))
            .where(verdicts.c.coin < verdicts.c.audit_rate, *([] if since is None else [verdicts.c.at >= since]))
            .limit(COUNT_LIMIT)
        )
        with self._db.reading() as connection:
            found = {(bool(good), bool(banned)): n for good, banned, n in connection.execute(counted)}
            unanswered = connection.execute(select(func.count()).select_from(waiting.subquery())).scalar_one()
        return Checked(
            good=found.get((True, False), 0),
            bad=found.get((False, False), 0),
            banned=found.get((True, True), 0) + found.get((False, True), 0),
            waiting=unanswered,
        )

    def checked_risks(self, site_id: str, *, good: bool, since: datetime | None = None) -> tuple[float, ...]:
        """Read the risks of the good or of the bad ones among them.

        Parameters
        ----------
        site_id : str
            Whose.
        good : bool
            Those that people published; else those that they rejected.
        since : datetime or None
            Read only texts that came at this moment or later.

        Returns
        -------
        tuple of float
            As they were scored when they came, oldest case first; without what the owner forbade by name.
        """
        asked = select(evidence.c.risk).where(
            *_of(site_id, since),
            evidence.c.good == literal(good, Boolean()),
            evidence.c.banned == literal(False, Boolean()),
        )
        with self._db.reading() as connection:
            return tuple(connection.execute(asked.order_by(evidence.c.case_id, evidence.c.revision)).scalars())

    def site_layer(self, site_id: str) -> SiteLayer | None:
        """Read what was learned from a site.

        Parameters
        ----------
        site_id : str
            Which one.

        Returns
        -------
        SiteLayer or None
            The newest version; None before the first.
        """
        newest = select(layers).where(layers.c.site_id == site_id).order_by(layers.c.version.desc()).limit(1)
        with self._db.reading() as connection:
            row = connection.execute(newest).first()
        return None if row is None else _layer(row)

    def put_site_layer(self, layer: SiteLayer) -> bool:
        """Append what was learned from a site as its next version.

        Parameters
        ----------
        layer : SiteLayer
            With the version that follows the newest one.

        Returns
        -------
        bool
            False if somebody else was faster: this version is there, or it is not the next one.
        """
        newest = select(func.max(layers.c.version)).where(layers.c.site_id == layer.site_id)
        with self._db.writing() as connection:
            _lock_site(connection, layer.site_id)
            if (connection.execute(newest).scalar() or 0) + 1 != layer.version:
                return False
            connection.execute(insert(layers).inline().values(**_row(layer)))
        return True


def note_answer(connection: Connection, case_id: str, now: Any, action: Action) -> None:
    """Keep the evidence in step with an answer: the latest one to a text counts, and holding is none.

    A text whose scorers failed has no risk worth the name and is never decided by machine.
    """
    this = (evidence.c.case_id == case_id) & (evidence.c.revision == now.text_revision)
    connection.execute(delete(evidence).where(evidence.c.site_id == now.site_id, this))
    if action is Action.HOLD:
        return
    drawn = select(
        literal(now.site_id),
        verdicts.c.case_id,
        verdicts.c.revision,
        verdicts.c.at,
        verdicts.c.risk,
        literal(action is Action.PUBLISH, Boolean()),
        _gave(now.site_id, BY_NAME),
    ).where(
        verdicts.c.case_id == case_id,
        verdicts.c.revision == now.text_revision,
        verdicts.c.coin < verdicts.c.audit_rate,
        ~_gave(now.site_id, {FAILED}),
    )
    connection.execute(insert(evidence).inline().from_select(COLUMNS, drawn))


def _gave(site_id: str, codes: frozenset[str] | set[str]) -> Any:
    """Whether the verdict gave one of these codes."""
    return (
        select(signals.c.code)
        .where(signals.c.site_id == site_id, signals.c.code.in_(sorted(codes)))
        .where(signals.c.case_id == verdicts.c.case_id, signals.c.revision == verdicts.c.revision)
        .exists()
    )


def _of(site_id: str, since: datetime | None) -> list[Any]:
    return [evidence.c.site_id == site_id, *([] if since is None else [evidence.c.at >= since])]


def _lock_site(connection: Connection, site_id: str) -> None:
    """Let one writer at a time number the versions of a site."""
    connection.execute(select(sites.c.id).where(sites.c.id == site_id).with_for_update())


def _row(layer: SiteLayer) -> dict[str, Any]:
    return {
        "site_id": layer.site_id,
        "version": layer.version,
        "at": layer.at,
        **_cut_row("reject", layer.reject),
        **_cut_row("publish", layer.publish),
        "since": layer.since,
        "layer": layer.layer,
        "facts": dict(layer.facts),
    }


def _cut_row(side: str, cut: Cut | None) -> dict[str, Any]:
    names = ("at", "share", "evidence", "looks")
    return {f"{side}_{name}": None if cut is None else getattr(cut, name) for name in names}


def _layer(row: Any) -> SiteLayer:
    return SiteLayer(
        site_id=row.site_id,
        version=row.version,
        at=row.at,
        reject=_cut(row.reject_at, row.reject_share, row.reject_evidence, row.reject_looks),
        publish=_cut(row.publish_at, row.publish_share, row.publish_evidence, row.publish_looks),
        since=row.since,
        layer=row.layer,
        facts=row.facts,
    )


def _cut(at: float | None, share: float, evidence: int, looks: int | None) -> Cut | None:
    return None if looks is None else Cut(at, share, evidence, looks)
