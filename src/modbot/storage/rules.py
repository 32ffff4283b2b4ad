"""An owner's rules: added, ended, never edited; which comments each of them found, and what people made of those.

Every addition and every end makes the next version of the house's one rule set, so that a verdict which names a version
can be judged anew by the rules of then. May import ``domain``, this room and SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, func, insert, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from modbot.domain import (
    TALLIED_MAX,
    Action,
    DecidedBy,
    PastComment,
    Rule,
    RuleEffect,
    RuleKind,
    RuleTally,
    Signal,
)
from modbot.storage.engine import Database, Hot
from modbot.storage.ids import CASE_PREFIX, first_id, new_id
from modbot.storage.rows import comment_from
from modbot.storage.tables import ONE_TREE, Base, CaseTable, CommentTable, table


class RuleTable(Base):
    """What owners decide by name; a rule that was ended stays."""

    __tablename__ = "rules"
    __table_args__ = (Index("ix_rules_site", "site_id", "version"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    site_id: Mapped[str | None] = mapped_column(ForeignKey("sites.id"), comment="NULL: every site")
    kind: Mapped[str]
    pattern: Mapped[str] = mapped_column(comment="an entry in each line; of an author the keyed hash")
    effect: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    until: Mapped[datetime | None] = mapped_column(comment="NULL: for good")
    note: Mapped[str]
    label: Mapped[str] = mapped_column(comment="of an author: the address as people may see it")
    version: Mapped[int] = mapped_column(unique=True, comment="of the rule set, from which it counts")
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str]
    ended_version: Mapped[int | None] = mapped_column(unique=True, comment="of the rule set, from which it does not")


class RuleHitTable(Base):
    """Which cases a rule found, be it in the first text or in a later one."""

    __tablename__ = "rule_hits"
    __table_args__ = (ONE_TREE,)

    rule_id: Mapped[str] = mapped_column(ForeignKey("rules.id"), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)


rules = table(RuleTable)
hits = table(RuleHitTable)
cases = table(CaseTable)
comments = table(CommentTable)

RULE_PREFIX = "r"
PAGE_LIMIT = 200
PEOPLE = (DecidedBy.PERSON.value, DecidedBy.SITE.value)

_INSERT_HITS = Hot(lambda insert: insert(hits).on_conflict_do_nothing())


class RuleVerbs:
    """What the store can do with an owner's rules."""

    _db: Database

    def add_rule(self, rule: Rule) -> Rule:
        """Add a rule to the rule set.

        Parameters
        ----------
        rule : Rule
            Checked; its version, and its id where it has none, are the store's business.

        Returns
        -------
        Rule
            As stored, with the version from which it counts.
        """
        return self.change_rules((rule,), (), rule.by, rule.at)[0]

    def end_rule(self, rule_id: str, by: str, at: datetime) -> Rule | None:
        """End a rule from now on; its history stays.

        Parameters
        ----------
        rule_id : str
            Which one.
        by : str
            Who ends it.
        at : datetime
            Now, aware.

        Returns
        -------
        Rule or None
            As it is now; one that was ended before stays as it was. None if there is no such rule.
        """
        self.change_rules((), (rule_id,), by, at)
        return self.rule(rule_id)

    def change_rules(self, added: Iterable[Rule], ended: Iterable[str], by: str, at: datetime) -> tuple[Rule, ...]:
        """End some rules and add others, all or nothing.

        Parameters
        ----------
        added : iterable of Rule
            Checked; their versions, and ids where they have none, are the store's business.
        ended : iterable of str
            Ids of those to end; what was ended before stays as it was.
        by : str
            Who ends them.
        at : datetime
            Now, aware.

        Returns
        -------
        tuple of Rule
            The added ones as stored.
        """
        stored = []
        with self._db.writing() as connection:
            version = _next_version(connection, is_sqlite=self._db.is_sqlite)
            for rule_id in ended:
                end = update(rules).where(rules.c.id == rule_id, rules.c.ended_at.is_(None))
                found = connection.execute(end.values(ended_at=at, ended_by=by, ended_version=version))
                version += found.rowcount
            for rule in added:
                stored.append(replace(rule, id=rule.id or new_id(RULE_PREFIX, at), version=version))
                connection.execute(insert(rules).inline().values(**asdict(stored[-1])))
                version += 1
        return tuple(stored)

    def rule(self, rule_id: str) -> Rule | None:
        """Read a rule, in force or not.

        Parameters
        ----------
        rule_id : str
            Which one.

        Returns
        -------
        Rule or None
            None if there is no such rule.
        """
        with self._db.reading() as connection:
            row = connection.execute(select(rules).where(rules.c.id == rule_id)).first()
        return None if row is None else _rule(row)

    def rules_in_force(self, site_id: str, at: datetime, version: int | None = None) -> tuple[Rule, ...]:
        """Read every rule that counts for a site at a moment.

        Parameters
        ----------
        site_id : str
            Where; the rules for every site are among them.
        at : datetime
            The moment, aware: what has run out by then is left out.
        version : int or None
            Of the rule set, as a verdict names it; None for the newest.

        Returns
        -------
        tuple of Rule
            The oldest first.
        """
        counted = [rules.c.ended_version.is_(None)]
        if version is not None:
            counted = [
                rules.c.version <= version,
                or_(rules.c.ended_version.is_(None), rules.c.ended_version > version),
            ]
        asked = (
            select(rules)
            .where(or_(rules.c.site_id == site_id, rules.c.site_id.is_(None)), *counted)
            .where(or_(rules.c.until.is_(None), rules.c.until > at))
            .order_by(rules.c.version)
        )
        with self._db.reading() as connection:
            return tuple(_rule(row) for row in connection.execute(asked))

    def rules(
        self,
        site_ids: tuple[str, ...] | None,
        at: datetime,
        *,
        past: bool = False,
        before: int = 0,
        limit: int = PAGE_LIMIT,
    ) -> tuple[Rule, ...]:
        """List rules, one page at a time.

        Parameters
        ----------
        site_ids : tuple of str or None
            Of these sites and those for every site; None for all.
        at : datetime
            Now, aware.
        past : bool
            Those that were ended or ran out; else those in force.
        before : int
            The version of the last rule of the page before; 0 for the first page.
        limit : int
            How many at most; never more than 200.

        Returns
        -------
        tuple of Rule
            The newest first.
        """
        over = or_(rules.c.ended_at.is_not(None), rules.c.until <= at)
        counts = rules.c.ended_at.is_(None) & or_(rules.c.until.is_(None), rules.c.until > at)
        asked = (
            select(rules).where(over if past else counts).order_by(rules.c.version.desc()).limit(min(limit, PAGE_LIMIT))
        )
        if site_ids is not None:
            asked = asked.where(or_(rules.c.site_id.is_(None), rules.c.site_id.in_(site_ids)))
        if before:
            asked = asked.where(rules.c.version < before)
        with self._db.reading() as connection:
            return tuple(_rule(row) for row in connection.execute(asked))

    def rule_tallies(
        self, rule_ids: Iterable[str], since: datetime, site_ids: tuple[str, ...] | None = None
    ) -> Mapping[str, RuleTally]:
        """Count what rules found lately, and what people decided about those comments.

        Parameters
        ----------
        rule_ids : iterable of str
            Which rules.
        since : datetime
            Comments that came at this moment or later, aware.
        site_ids : tuple of str or None
            Only comments of these sites; None for all. A rule for every site finds comments of them all.

        Returns
        -------
        mapping of str to RuleTally
            Every rule asked for, each counted up to its newest 1,000 comments.
        """
        asked = tuple(dict.fromkeys(rule_ids))
        found = (
            select(cases.c.action, cases.c.decided_by)
            .join(hits, hits.c.case_id == cases.c.id)
            .where(hits.c.rule_id == rules.c.id, hits.c.case_id >= first_id(CASE_PREFIX, since))
            .where(*([] if site_ids is None else [cases.c.site_id.in_(site_ids)]))
            .order_by(hits.c.case_id.desc())
            .limit(TALLIED_MAX)
            .correlate(rules)
            .subquery()
        )
        by_people = found.c.decided_by.in_(PEOPLE)
        counts = [
            select(func.count()).select_from(found).where(*where).scalar_subquery()
            for where in (
                (),
                (by_people, found.c.action == Action.PUBLISH.value),
                (by_people, found.c.action == Action.REJECT.value),
            )
        ]
        with self._db.reading() as connection:
            told = connection.execute(select(rules.c.id, *counts).where(rules.c.id.in_(asked)))
            counted = {rule_id: RuleTally(*numbers) for rule_id, *numbers in told}
        return {rule_id: counted.get(rule_id, RuleTally()) for rule_id in asked}

    def past_comments(self, site_id: str | None, limit: int) -> tuple[PastComment, ...]:
        """Read the newest stored comments, to try a rule on them.

        Parameters
        ----------
        site_id : str or None
            Of this site; None for every site.
        limit : int
            How many at most.

        Returns
        -------
        tuple of PastComment
            The newest first, without what was erased.
        """
        texts = [c for c in comments.c if c.name not in {"id", "case_id", "revision", "at", "payload_hash"}]
        asked = (
            select(cases.c.id.label("case_id"), cases.c.site_id, cases.c.key, cases.c.action, cases.c.decided_by)
            .add_columns(cases.c.received_at, *texts)
            .join(comments, (comments.c.case_id == cases.c.id) & (comments.c.revision == cases.c.text_revision))
            .where(cases.c.erased_at.is_(None), *([] if site_id is None else [cases.c.site_id == site_id]))
            .order_by(cases.c.id.desc())
            .limit(limit)
        )
        with self._db.reading() as connection:
            return tuple(_past(row) for row in connection.execute(asked))


def note_hits(connection: Connection, case_id: str, signals: Iterable[Signal]) -> None:
    """Note which of the owner's rules found a text; one that found an earlier text of the case is noted already."""
    found = dict.fromkeys(signal.rule_id for signal in signals if signal.rule_id)
    if found:
        _INSERT_HITS.run_many(connection, [{"rule_id": rule_id, "case_id": case_id} for rule_id in found])


def _next_version(connection: Connection, *, is_sqlite: bool) -> int:
    """Number the changes, one writer at a time: who knows a version would miss an earlier one that came late."""
    if not is_sqlite:
        connection.execute(text("LOCK TABLE rules IN SHARE ROW EXCLUSIVE MODE"))
    last = connection.execute(select(func.max(rules.c.version), func.max(rules.c.ended_version))).one()
    return 1 + max(number or 0 for number in last)


def _rule(row: Any) -> Rule:
    values = dict(row._mapping)  # noqa: SLF001 - the public name of it in SQLAlchemy
    return Rule(**values | {"kind": RuleKind(row.kind), "effect": RuleEffect(row.effect)})


def _past(row: Any) -> PastComment:
    return PastComment(
        case_id=row.case_id,
        comment=comment_from(row, row.site_id, row.key),
        action=Action(row.action),
        decided_by=DecidedBy(row.decided_by),
        received_at=row.received_at,
    )
