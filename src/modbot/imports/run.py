"""Bringing a history in: each comment once, where it belongs in time, with what became of it as the site's review.

What comes so is judged as everything else and waits for nobody: it is in no queue, nothing is sent, no promise rests on
it. The same file again changes nothing but labels that changed. May import ``domain``, ``errors`` and the Moderator.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import heappush, heapreplace

from modbot.domain import Action, Case, DecidedBy, Door, Head, Site
from modbot.errors import CaseNotFound, KeyReused, StaleReview
from modbot.moderation import Moderator, Submission

GOOD, BAD = "good", "spam"
SURPRISING = 10
KEY_CHARS = 150
HEADS = (Head.SPAM, Head.TOXICITY)


@dataclass(frozen=True, slots=True)
class Row:
    """One comment of an export: where it is from, its id there, our fields, and "good", "spam", "abuse" or nothing."""

    source: str
    id: str
    fields: Mapping[str, object]
    label: str


@dataclass(slots=True)
class Summary:
    """What came of an import: counts, and where the model would have been most surprised."""

    read: int = 0
    new: int = 0
    known: int = 0
    empty: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    _surprising: list[tuple[float, int, str]] = field(default_factory=list)

    @property
    def surprising(self) -> tuple[tuple[float, str], ...]:
        """The cases whose label the model found least likely: how sure it was of the contrary, and their ids."""
        return tuple((surprise, case_id) for surprise, _number, case_id in sorted(self._surprising, reverse=True))

    def note(self, case: Case, label: str) -> None:
        """Count what the machine would have done with a comment that was judged now."""
        self.outcomes[label, case.verdict.action.value] += 1
        if not label:
            return
        bad = max((case.verdict.scores.get(head, 0.0) for head in HEADS), default=0.0)
        surprise = bad if label == GOOD else 1 - bad
        keep = heapreplace if len(self._surprising) >= SURPRISING else heappush
        if keep is heappush or surprise > self._surprising[0][0]:
            keep(self._surprising, (surprise, self.read, case.id))


def bring_in(moderator: Moderator, site: Site, rows: Iterable[Row], now: datetime) -> Iterator[Summary]:
    """Record a history, one comment after the other; gives the same summary after each, further on."""
    told = Summary()
    for row in rows:
        told.read += 1
        told.labels[row.label] += 1
        if not str(row.fields.get("body", "")).strip():
            told.empty += 1
        else:
            _bring(moderator, site, row, now, told)
        yield told


def _bring(moderator: Moderator, site: Site, row: Row, now: datetime, told: Summary) -> None:
    at = min(_moment(row.fields.get("created_at")) or now, now)
    # An export without ids is known again by its words.
    name = f"import-{row.source}-{row.id}"[:KEY_CHARS] if row.id.isascii() and row.id.isprintable() and row.id else ""
    submission = Submission(row.fields, name.encode(), Door.IMPORT, name.replace(" ", "_"))
    known = None if name else moderator.recall(site, submission)
    try:
        done = None if known else moderator.moderate(site, submission, at)
    except KeyReused:
        # Another import, or the caller's own id, has this name: what stands there stays.
        told.known += 1
        return
    case = known or (done.case if done else None)
    assert case is not None, "either known or just recorded"  # noqa: S101 - for the type checker
    is_new = done is not None and done.created
    told.new, told.known = told.new + is_new, told.known + (not is_new)
    if is_new:
        told.note(case, row.label)
    _label(moderator, site, case, row.label, max(at, case.received_at))


def _label(moderator: Moderator, site: Site, case: Case, label: str, at: datetime) -> None:
    """Take what became of a comment as the site's review, unless a person here decided it or that is known."""
    if not label or case.decided_by is DecidedBy.PERSON:
        return
    action, reason = (Action.PUBLISH, "") if label == GOOD else (Action.REJECT, label)
    # It may be decided or erased in this very moment.
    with suppress(StaleReview, CaseNotFound):
        moderator.site_says(site, case, action, at, reason)


def _moment(said: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(said or "").upper())
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
