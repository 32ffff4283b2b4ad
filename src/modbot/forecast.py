"""What would flip: stored cases with two verdicts each, and what people decided about them as the measure of both.

Where the verdicts come from is the caller's: from the time when the comment came, from a site as it stands, or as it
might stand. Nothing is written, and a flip is told by the id of its case, never by its text. May import ``domain`` and
``storage``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from modbot.domain import BANS, Action, Case, DecidedBy, Verdict
from modbot.storage import Store

TOLD = 10
"""So many flips are told one by one."""

PAGE = 200
"""So many cases are in memory at a time."""

_PEOPLE = frozenset({DecidedBy.PERSON, DecidedBy.SITE})
_ANSWERS = (Action.PUBLISH, Action.REJECT)

Judged = tuple[Case, Verdict, Verdict]
"""A case with the verdicts that are compared, before and after."""


@dataclass(frozen=True, slots=True)
class Flip:
    """A case that would be judged otherwise. ``band`` and ``reason``, a signal's code or empty, are the new verdict's.

    ``answered`` is what people decided, None if they did not.
    """

    case_id: str
    at: datetime
    before: Action
    after: Action
    risk_before: float
    risk_after: float
    band: str
    reason: str
    answered: Action | None


@dataclass(frozen=True, slots=True)
class Against:
    """Verdicts measured against what people decided.

    What the owner forbade by name and people published all the same is counted apart, in ``forbidden``.
    """

    agreed: int = 0
    held: int = 0
    good_rejected: int = 0
    bad_published: int = 0
    forbidden: int = 0


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a change would do to stored cases.

    ``table`` counts every pair of actions, before and after. ``good`` and ``bad`` are the cases that people published
    and rejected; ``gained`` and ``lost`` those of them with which the verdict agrees now only, or no more.
    """

    judged: int
    table: Mapping[tuple[Action, Action], int]
    good: int
    bad: int
    before: Against
    after: Against
    gained: int
    lost: int
    telling: tuple[Flip, ...]

    @property
    def flipped(self) -> int:
        """How many would be judged otherwise."""
        return sum(count for (before, after), count in self.table.items() if before is not after)


def forecast(judged: Iterable[Judged]) -> Forecast:
    """Count what flips between two verdicts about each case; of the flips the ten most telling are named.

    Those come first where the new verdict goes against what people decided, then those that go from one end to the
    other, then those that were wrong and are no more, then all others that people decided; among equals those whose
    risk changed most, then as they come.
    """
    table = Counter(dict.fromkeys(product(Action, Action), 0))
    answers: Counter[Action | None] = Counter()
    sides: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    moved: Counter[str] = Counter()
    telling: list[Flip] = []
    for case, *verdicts in judged:
        answer = answer_of(case)
        was, now = (verdict.action for verdict in verdicts)
        table[was, now] += 1
        answers[answer] += 1
        if answer is not None:
            for side, verdict in zip(sides, verdicts, strict=True):
                side[_against(verdict, answer)] += 1
            moved["gained"] += was is not answer and now is answer
            moved["lost"] += was is answer and now is not answer
        if was is not now:
            telling = sorted([*telling, _flip(case, *verdicts)], key=_rank)[:TOLD]
    return Forecast(
        judged=table.total(),
        table=dict(table),
        good=answers[Action.PUBLISH],
        bad=answers[Action.REJECT],
        before=Against(**sides[0]),
        after=Against(**sides[1]),
        gained=moved["gained"],
        lost=moved["lost"],
        telling=tuple(telling),
    )


def stored(store: Store, site_id: str, limit: int, *, since: datetime | None = None) -> Iterator[Case]:
    """Read the newest so many cases of a site, a page at a time; what was erased is left out."""
    before = ""
    while limit > 0 and (page := store.newest_cases(site_id, min(PAGE, limit), before=before, since=since)):
        yield from page
        limit -= len(page)
        before = page[-1].id


def answer_of(case: Case) -> Action | None:
    """Say what people decided about the text of a case; None where nobody did, or where it was edited after that."""
    if case.decided_by not in _PEOPLE or case.action not in _ANSWERS or not case.reviews:
        return None
    # Each edit is a revision more.
    return case.action if case.reviews[-1].revision + 1 == case.revision else None


def _against(verdict: Verdict, answer: Action) -> str:
    if verdict.action is answer:
        return "agreed"
    if verdict.action is Action.HOLD:
        return "held"
    if verdict.action is Action.PUBLISH:
        return "bad_published"
    return "forbidden" if any(signal.code in BANS for signal in verdict.signals) else "good_rejected"


def _flip(case: Case, before: Verdict, after: Verdict) -> Flip:
    return Flip(
        case_id=case.id,
        at=case.received_at,
        before=before.action,
        after=after.action,
        risk_before=before.risk,
        risk_after=after.risk,
        band=after.band,
        reason=after.reasons[0].code if after.reasons else "",
        answered=answer_of(case),
    )


def _rank(flip: Flip) -> tuple[int, float]:
    wrongs = [action for action in _ANSWERS if flip.answered not in {None, action}]
    if flip.after in wrongs:
        kind = 0
    elif Action.HOLD not in {flip.before, flip.after}:
        kind = 1
    else:
        kind = 2 if flip.before in wrongs else 3 if flip.answered else 4
    return kind, -abs(flip.risk_after - flip.risk_before)
