"""Evidence: every scorer is run, none is lost, and nothing is decided here.

``assess`` gathers; ``catalogue`` says in one sentence what each signal code means. May import ``domain``, ``errors``
and ``text``; never storage, never a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from modbot.domain import Assessment, Comment, HeadScore, History, Signal
from modbot.language import N_

FAILED = "SCORER_FAILED"
FAILED_SENTENCE = "A scorer failed, so a person must look."
FAILED_SAYING = N_("A scorer failed, so a person must look. ({what})")


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a scorer may look at.

    Attributes
    ----------
    comment : Comment
        What arrived, validated.
    history : History
        What the store knew at that moment.
    by_name : ByName or None
        What the owner decides by name, compiled.
    """

    comment: Comment
    history: History = field(default_factory=History)
    by_name: ByName | None = None


class ByName(Protocol):
    """An owner's rules, ready to look at a comment."""

    def look(self, comment: Comment) -> tuple[Signal, ...]:
        """Return a signal for each rule that finds the comment."""


class Scorer(Protocol):
    """Something that finds evidence: a rule, or the model with its heads."""

    @property
    def name(self) -> str:
        """Which one it is, for the signal that says it failed."""

    @property
    def version(self) -> str:
        """What it was when it looked."""

    def look(self, scene: Scene) -> tuple[HeadScore | Signal, ...]:
        """Return the evidence found; nothing found is an empty tuple."""


def assess(scene: Scene, *, model: Scorer, rules: Iterable[Scorer], rules_version: str) -> Assessment:
    """Gather all evidence about one comment.

    A scorer that raises is itself evidence: the signal ``SCORER_FAILED`` names it and the others run on, so an outage
    is visible on the review page and in the counts.

    Parameters
    ----------
    scene : Scene
        The comment and what was known when it came.
    model : Scorer
        The fitted heads.
    rules : iterable of Scorer
        The hand-written rules, in their order.
    rules_version : str
        Which rule set this is; stored with the verdict.

    Returns
    -------
    Assessment
        Every head score and every signal, failures included.
    """
    heads: list[HeadScore] = []
    signals: list[Signal] = []
    for scorer in (model, *rules):
        try:
            found = scorer.look(scene)
        except Exception as error:  # noqa: BLE001 - whatever breaks in a scorer, the comment must not be lost
            signals.append(
                Signal(FAILED, 1.0, FAILED_SAYING.format(what=f"{scorer.name}: {type(error).__name__}"), scorer.name)
            )
            continue
        heads += [piece for piece in found if isinstance(piece, HeadScore)]
        signals += [piece for piece in found if isinstance(piece, Signal)]
    return Assessment(heads=tuple(heads), signals=tuple(signals), model=model.version, rules=rules_version)


def catalogue() -> Mapping[str, str]:
    """Return every signal code with the sentence that explains it."""
    from modbot.scoring.rules import RULES
    from modbot.scoring.ruleset import SENTENCES

    return {FAILED: FAILED_SENTENCE, **SENTENCES, **{rule.code: rule.sentence for rule in RULES}}


def sayings() -> tuple[str, ...]:
    """Return every sentence with which a signal can be told, its values in braces."""
    from modbot.scoring import rules, ruleset

    return (*rules.SAYINGS, *ruleset.SAYINGS, FAILED_SAYING)
