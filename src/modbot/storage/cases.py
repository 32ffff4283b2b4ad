"""Cases: recorded once, revised and read.

``record`` writes case, text, verdict, signals and the outbox row together or not at all. May import
``domain``, ``errors``, this room and SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from modbot.domain import Action, Case, DecidedBy, NewCase, Report, Review
from modbot.errors import CaseNotFound, KeyReused, StaleReview
from modbot.storage.callbacks import remember
from modbot.storage.campaigns import enter, hold_still, leave
from modbot.storage.daily import Move, count_arrival, count_moves
from modbot.storage.engine import Database, Hot
from modbot.storage.ids import CASE_PREFIX, new_id
from modbot.storage.outbox import Change, announce
from modbot.storage.rows import (
    case_from,
    comment_row,
    report_from,
    review_from,
    signal_rows,
    verdict_row,
)
from modbot.storage.rules import note_hits
from modbot.storage.tables import (
    CaseTable,
    CommentTable,
    ReportTable,
    ReviewTable,
    SignalTable,
    VerdictTable,
    table,
)

cases = table(CaseTable)
comments = table(CommentTable)
verdicts = table(VerdictTable)
signals = table(SignalTable)
reviews = table(ReviewTable)
reports = table(ReportTable)

# A repeat of a known key inserts nothing, and the row count says so; no engine aborts over it.
_INSERT_CASE = Hot(lambda insert: insert(cases).on_conflict_do_nothing(index_elements=["site_id", "key"]))
_INSERT_COMMENT = Hot(
    insert(comments).values({c.name: bindparam(c.name) for c in comments.c if c.name != "id"}).inline()
)
_INSERT_VERDICT = Hot(insert(verdicts).inline())
_INSERT_SIGNALS = Hot(insert(signals).inline())
_CASE = (
    select(
        cases.c.id.label("case_id"),
        cases.c.site_id,
        cases.c.key,
        cases.c.payload_hash.label("first_payload_hash"),
        cases.c.action,
        cases.c.decided_by,
        cases.c.revision.label("case_revision"),
        cases.c.queued,
        cases.c.asked,
        cases.c.reports,
        cases.c.received_at,
        cases.c.updated_at,
        cases.c.erased_at,
        *(column for column in comments.c if column.name not in {"id", "case_id", "revision", "at", "payload_hash"}),
        verdicts.c.action.label("verdict_action"),
        *(column for column in verdicts.c if column.name not in {"case_id", "revision", "at", "action"}),
    )
    .join(comments, (comments.c.case_id == cases.c.id) & (comments.c.revision == cases.c.text_revision))
    .join(verdicts, (verdicts.c.case_id == cases.c.id) & (verdicts.c.revision == cases.c.text_revision))
)
_BY_ID = _CASE.where(cases.c.id == bindparam("given_id"))
_BY_KEY = _CASE.where(cases.c.site_id == bindparam("given_site"), cases.c.key == bindparam("given_key"))
_REVIEWS = select(reviews).where(reviews.c.case_id == bindparam("given_id")).order_by(reviews.c.revision)
_REPORTS = select(reports).where(reports.c.case_id == bindparam("given_id")).order_by(reports.c.id)
_IDS: Any = bindparam("given_ids", expanding=True)
_BY_IDS = _CASE.where(cases.c.id.in_(_IDS))
_REVIEWS_OF = select(reviews).where(reviews.c.case_id.in_(_IDS)).order_by(reviews.c.revision)
_REPORTS_OF = select(reports).where(reports.c.case_id.in_(_IDS)).order_by(reports.c.id)
_STATE = select(
    cases.c.site_id,
    cases.c.action,
    cases.c.decided_by,
    cases.c.revision,
    cases.c.text_revision,
    cases.c.queued,
    cases.c.reports,
    cases.c.erased_at,
).where(cases.c.id == bindparam("given_id"))
_LOCKED_STATE = _STATE.with_for_update()


class CaseVerbs:
    """What the store can do with one case."""

    _db: Database

    def known(self, site_id: str, key: str) -> tuple[Case, str] | None:
        """Look a case up by its caller's key.

        Parameters
        ----------
        site_id : str
            Whose key.
        key : str
            Idempotency key or the caller's own id.

        Returns
        -------
        tuple of Case and str, or None
            The case and the payload hash of its first submission.
        """
        with self._db.reading() as connection:
            row = connection.execute(_BY_KEY, {"given_site": site_id, "given_key": key}).first()
            return None if row is None else (_whole(connection, row), row.first_payload_hash)

    def record(self, new: NewCase) -> tuple[Case, bool]:
        """Write a case with its text, verdict, signals and outbox row, all or nothing.

        Parameters
        ----------
        new : NewCase
            Sealed: a comment that still carries its address is refused.

        Returns
        -------
        tuple of Case and bool
            The case, and whether it is new; a repeat gives back the first one.

        Raises
        ------
        KeyReused
            The key came before with another payload.
        """
        _require_sealed(new)
        case_id = new_id(CASE_PREFIX, new.at)
        if not new.comment.key:
            new = replace(new, comment=replace(new.comment, key=case_id))
        queued = _is_queued(new)
        with self._db.writing() as connection:
            inserted = _INSERT_CASE.run(connection, _case_row(case_id, new, queued))
            if not inserted.rowcount:
                return _repeated(connection, new), False
            _append_text(connection, case_id, 1, new)
            enter(connection, case_id, new)
            if new.callback:
                remember(connection, case_id, new.callback)
            came = Change(new.comment.site_id, case_id, new.action, None, new.decided_by, 1, new.at, new.at)
            announce(connection, came)
            count_arrival(connection, new)
        return _fresh_case(case_id, new, queued), True

    def revise(self, case_id: str, new: NewCase) -> Case:
        """Append an edited text with its verdict.

        Parameters
        ----------
        case_id : str
            Which case.
        new : NewCase
            With the revision that the edit is based on.

        Returns
        -------
        Case
            As it is now, one revision on. The site hears of it if the action changed.

        Raises
        ------
        CaseNotFound
            No such case, or its text was erased.
        StaleReview
            Somebody answered first.
        """
        _require_sealed(new)
        with self._db.writing() as connection:
            hold_still(connection, case_id, new)
            now = locked_state(connection, case_id, new.seen_revision)
            if now.erased_at is not None:
                raise CaseNotFound(f"Case {case_id} was erased: post the comment as a new one.")
            revision = now.revision + 1
            # No author edits a complaint away, nor an audit of what the machine let through.
            kept = now.reports > 0 or now.action != Action.HOLD
            queued = _is_queued(new) or (now.queued and kept)
            leave(connection, case_id)
            change_case(
                connection,
                case_id,
                action=new.action.value,
                decided_by=new.decided_by.value,
                revision=revision,
                text_revision=revision,
                queued=queued,
                risk=new.verdict.risk,
                doubt=new.verdict.doubt,
                author_key=new.comment.author.key,
                fingerprint=new.comment.fingerprint,
                sketch=new.comment.sketch or None,
                campaign=None,
                page_url=new.comment.page_url,
                updated_at=new.at,
            )
            _append_text(connection, case_id, revision, new)
            enter(connection, case_id, new)
            previous = Action(now.action)
            if previous is not new.action:
                announce(
                    connection,
                    Change(now.site_id, case_id, new.action, previous, new.decided_by, revision, new.at, new.at),
                )
            was, stands = (now.action, now.decided_by), (new.action.value, new.decided_by.value)
            count_moves(connection, [Move(now.site_id, case_id, was, stands)])
            return load_case(connection, case_id)

    def case(self, case_id: str) -> Case | None:
        """Read a case with its reviews and reports.

        Parameters
        ----------
        case_id : str
            Which case.

        Returns
        -------
        Case or None
            None if there is no such case.
        """
        with self._db.reading() as connection:
            row = connection.execute(_BY_ID, {"given_id": case_id}).first()
            return None if row is None else _whole(connection, row)

    def standing_revision(self, case_id: str) -> int | None:
        """Tell at which revision a case stands, without reading it.

        Parameters
        ----------
        case_id : str
            Which case.

        Returns
        -------
        int or None
            None if there is no such case, or its text was erased.
        """
        standing = select(cases.c.revision).where(cases.c.id == case_id, cases.c.erased_at.is_(None))
        with self._db.reading() as connection:
            return connection.execute(standing).scalar()

    def moved_on(self, seen: Mapping[str, int]) -> tuple[str, ...]:
        """Tell which of several cases are no longer as somebody saw them.

        Parameters
        ----------
        seen : mapping of str to int
            The cases of a page, each with the revision that was shown.

        Returns
        -------
        tuple of str
            Those that were answered, edited or erased since.
        """
        if not seen:
            return ()
        now = select(cases.c.id, cases.c.revision, cases.c.erased_at).where(cases.c.id.in_(seen))
        with self._db.reading() as connection:
            rows = connection.execute(now).all()
        return tuple(row.id for row in rows if row.erased_at is not None or row.revision != seen[row.id])


# -- for the other verbs about cases ------------------------------------------


def load_case(connection: Connection, case_id: str) -> Case:
    """Read a case that is known to be there."""
    return _whole(connection, connection.execute(_BY_ID, {"given_id": case_id}).one())


def load_cases(connection: Connection, case_ids: Sequence[str]) -> tuple[Case, ...]:
    """Read those of these cases that are there, in this order, in three statements however many they are."""
    asked = {"given_ids": list(case_ids)}
    found: dict[str, Any] = {row.case_id: row for row in connection.execute(_BY_IDS, asked)}
    told: dict[str, list[Review]] = {case_id: [] for case_id in found}
    for row in connection.execute(_REVIEWS_OF, asked):
        told[row.case_id].append(review_from(row))
    claims: dict[str, list[Report]] = {case_id: [] for case_id in found}
    for row in connection.execute(_REPORTS_OF, asked):
        claims[row.case_id].append(report_from(row))
    return tuple(case_from(found[one], told[one], claims[one]) for one in case_ids if one in found)


def locked_state(connection: Connection, case_id: str, seen_revision: int | None = -1) -> Any:
    """Lock a case and read where it stands; a revision other than the one seen raises StaleReview."""
    row = connection.execute(_LOCKED_STATE, {"given_id": case_id}).first()
    if row is None:
        raise CaseNotFound(f"No case {case_id[:64]!r}.")
    if seen_revision not in {-1, row.revision}:
        raise StaleReview(
            f"This is based on revision {seen_revision}, the case is at {row.revision}: look again.", row.revision
        )
    return row


def change_case(connection: Connection, case_id: str, **values: Any) -> None:
    """Change where a locked case stands."""
    connection.execute(update(cases).where(cases.c.id == case_id).values(**values))


# -- the steps ----------------------------------------------------------------


def _require_sealed(new: NewCase) -> None:
    if new.comment.email is not None:
        raise ValueError("the comment still carries its address; seal it before it is recorded")


def _is_queued(new: NewCase) -> bool:
    audited = new.verdict.audited and new.decided_by is DecidedBy.MACHINE
    return (new.action is Action.HOLD or audited) and not new.comment.door.is_advisory


def _case_row(case_id: str, new: NewCase, queued: bool) -> dict[str, Any]:  # noqa: FBT001
    comment = new.comment
    return {
        "id": case_id,
        "site_id": comment.site_id,
        "key": comment.key,
        "payload_hash": new.payload_hash,
        "author_key": comment.author.key,
        "fingerprint": comment.fingerprint,
        "sketch": comment.sketch or None,
        "campaign": None,
        "page_url": comment.page_url,
        "action": new.action.value,
        "decided_by": new.decided_by.value,
        "revision": 1,
        "text_revision": 1,
        "queued": queued,
        "risk": new.verdict.risk,
        "doubt": new.verdict.doubt,
        "asked": False,
        "reports": 0,
        "received_at": new.at,
        "updated_at": new.at,
        "erased_at": None,
    }


def _append_text(connection: Connection, case_id: str, revision: int, new: NewCase) -> None:
    _INSERT_COMMENT.run(connection, comment_row(case_id, revision, new))
    _INSERT_VERDICT.run(connection, verdict_row(case_id, revision, new))
    codes = signal_rows(case_id, revision, new)
    if codes:
        _INSERT_SIGNALS.run_many(connection, codes)
    note_hits(connection, case_id, new.verdict.signals)


def _repeated(connection: Connection, new: NewCase) -> Case:
    asked = {"given_site": new.comment.site_id, "given_key": new.comment.key}
    row = connection.execute(_BY_KEY, asked).one()
    if row.first_payload_hash != new.payload_hash:
        raise KeyReused("This id or Idempotency-Key came before with another payload: use a new one.")
    return _whole(connection, row)


def _fresh_case(case_id: str, new: NewCase, queued: bool) -> Case:  # noqa: FBT001
    return Case(
        id=case_id,
        comment=new.comment,
        verdict=new.verdict,
        action=new.action,
        decided_by=new.decided_by,
        revision=1,
        queued=queued,
        received_at=new.at,
        updated_at=new.at,
    )


def _whole(connection: Connection, row: Any) -> Case:
    asked = {"given_id": row.case_id}
    # A case at its first revision has no reviews; most reads are of those.
    told: Iterable[Any] = connection.execute(_REVIEWS, asked).all() if row.case_revision > 1 else ()
    claims: Iterable[Any] = connection.execute(_REPORTS, asked).all() if row.reports else ()
    return case_from(row, (review_from(r) for r in told), (report_from(r) for r in claims))
