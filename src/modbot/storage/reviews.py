"""What people answer: reviews, taken back or not, and reports. Appended, never edited.

Whoever answers names the revision they saw; the first answer wins. May import ``domain``, ``errors``, this
room and SQLAlchemy.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select

from modbot.domain import Action, Case, DecidedBy, Report, ReviewDraft
from modbot.errors import CaseNotFound, StaleReview
from modbot.storage.cases import change_case, load_case, locked_state
from modbot.storage.claims import drop_claim
from modbot.storage.daily import Move, count_moves
from modbot.storage.engine import Database
from modbot.storage.evidence import note_answer
from modbot.storage.labels import standing_revision
from modbot.storage.outbox import Change, announce, withdraw
from modbot.storage.tables import CaseTable, ReportTable, ReviewTable, table

cases = table(CaseTable)
reviews = table(ReviewTable)
reports = table(ReportTable)


class ReviewVerbs:
    """What the store can do with people's answers."""

    _db: Database

    def record_review(self, draft: ReviewDraft) -> Case:
        """Append a decision and queue the news of it, or take the reviewer's last one back.

        An undo within the grace time leaves no trace outside: the waiting message is withdrawn. Otherwise the
        site hears that the case is back where it was.

        Parameters
        ----------
        draft : ReviewDraft
            The decision, with the revision that its author saw.

        Returns
        -------
        Case
            As it is now, one revision on.

        Raises
        ------
        CaseNotFound
            No such case, or its text was erased: nothing is left to decide.
        StaleReview
            Somebody answered first, or there is nothing of this reviewer's to take back.
        """
        with self._db.writing() as connection:
            now = locked_state(connection, draft.case_id, draft.seen_revision)
            if now.erased_at is not None:
                raise CaseNotFound(f"Case {draft.case_id} was erased: nothing is left to decide.")
            move = take_back(connection, draft, now) if draft.undo else decide(connection, draft, now)
            count_moves(connection, [move])
            return load_case(connection, draft.case_id)

    def record_report(self, report: Report) -> Case:
        """Append a complaint and put the case before a person. It teaches nothing.

        Parameters
        ----------
        report : Report
            The claim.

        Returns
        -------
        Case
            Queued, unless its text was erased.

        Raises
        ------
        CaseNotFound
            No such case.
        """
        with self._db.writing() as connection:
            now = locked_state(connection, report.case_id)
            # What was erased is not brought back by somebody who quotes it.
            reason = report.reason if now.erased_at is None else ""
            row = {"case_id": report.case_id, "kind": report.kind.value, "reason": reason, "at": report.at}
            connection.execute(insert(reports).inline().values(**row))
            change_case(
                connection,
                report.case_id,
                queued=now.erased_at is None,
                reports=now.reports + 1,
                updated_at=report.at,
            )
            return load_case(connection, report.case_id)


def decide(connection: Connection, draft: ReviewDraft, now: Any) -> Move:
    """Append a decision about a locked case and change where it stands; the caller counts the move."""
    review = _append(connection, draft, now, draft.action)
    note_answer(connection, draft.case_id, now, draft.action)
    drop_claim(connection, draft.case_id)
    # A decision answers the question that was put: reopening the case does not ask it again.
    reopened = {"asked": False} if draft.action is Action.HOLD else {}
    change_case(
        connection,
        draft.case_id,
        action=draft.action.value,
        decided_by=draft.decided_by.value,
        revision=now.revision + 1,
        queued=draft.action is Action.HOLD,
        updated_at=draft.at,
        **reopened,
    )
    if draft.action.value != now.action:
        _announce(connection, draft, now, (draft.action, draft.decided_by))
    stands = (draft.action.value, draft.decided_by.value)
    # Putting a case back into the queue is no decision.
    is_one = draft.action is not Action.HOLD
    return Move(now.site_id, draft.case_id, (now.action, now.decided_by), stands, review if is_one else None)


def take_back(connection: Connection, draft: ReviewDraft, now: Any) -> Move:
    """Take the reviewer's last decision about a locked case back; the caller counts the move."""
    last = connection.execute(
        select(reviews).where(reviews.c.case_id == draft.case_id).order_by(reviews.c.revision.desc()).limit(1)
    ).first()
    if last is None or last.undo or last.reviewer != draft.reviewer or last.revision + 1 != now.revision:
        raise StaleReview("There is no decision of yours to take back: look again.", now.revision)
    # "hold" in the row says that this review stands for no decision; the case itself returns to what it was.
    _append(connection, draft, now, Action.HOLD)
    note_answer(connection, draft.case_id, now, _standing(connection, draft.case_id, now.text_revision))
    action, decided_by = Action(last.was_action), DecidedBy(last.was_decided_by)
    change_case(
        connection,
        draft.case_id,
        action=action.value,
        decided_by=decided_by.value,
        revision=now.revision + 1,
        queued=last.was_queued or _reported_since(connection, last),
        updated_at=draft.at,
    )
    unheard = withdraw(connection, draft.case_id, last.revision + 1)
    if action.value != now.action and not unheard:
        _announce(connection, draft, now, (action, decided_by))
    stands = (last.was_action, last.was_decided_by)
    review: Any = last._mapping if last.action != Action.HOLD.value else None  # noqa: SLF001 - the public name of it
    return Move(now.site_id, draft.case_id, (now.action, now.decided_by), stands, review, -1)


def _standing(connection: Connection, case_id: str, text_revision: int) -> Action:
    """What people say of this text; hold where they say nothing."""
    found = connection.execute(
        select(reviews.c.action).where(
            reviews.c.case_id == case_id,
            reviews.c.text_revision == text_revision,
            reviews.c.revision == standing_revision(reviews.c.case_id),
        )
    ).scalar()
    return Action.HOLD if found is None else Action(found)


def _reported_since(connection: Connection, last: Any) -> bool:
    """Whether somebody complained after a review: taking the review back does not answer them."""
    since = select(reports.c.id).where(reports.c.case_id == last.case_id, reports.c.at >= last.at)
    return connection.execute(since.limit(1)).first() is not None


def _append(connection: Connection, draft: ReviewDraft, now: Any, action: Action) -> dict[str, Any]:
    row = {
        "case_id": draft.case_id,
        "revision": now.revision,
        "text_revision": now.text_revision,
        "action": action.value,
        "decided_by": draft.decided_by.value,
        "reviewer": draft.reviewer,
        "reviewer_name": draft.reviewer_name,
        "reason": draft.reason,
        "at": draft.at,
        "undo": draft.undo,
        "was_action": now.action,
        "was_decided_by": now.decided_by,
        "was_queued": now.queued,
        "batch": draft.batch or None,
    }
    connection.execute(insert(reviews).inline().values(**row))
    return row


def _announce(connection: Connection, draft: ReviewDraft, now: Any, decided: tuple[Action, DecidedBy]) -> None:
    action, decided_by = decided
    change = Change(
        site_id=now.site_id,
        case_id=draft.case_id,
        action=action,
        previous=Action(now.action),
        decided_by=decided_by,
        revision=now.revision + 1,
        at=draft.at,
        not_before=draft.not_before,
    )
    announce(connection, change)
