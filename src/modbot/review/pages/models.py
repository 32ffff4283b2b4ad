"""Models: what each was trained on and how well it does, two side by side.

Pure. May import ``domain``, ``review.words`` and other pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import ClassVar

from modbot.review import words
from modbot.review.pages.frame import Frame

MEASURED = (("held_back", "held back"), ("leave_one_source_out", "never seen"))
FIGURES = (("auc", "AUC"), ("recall_at_1pct", "caught when 1 % of good ones may be blocked"))


@dataclass(frozen=True, slots=True)
class ModelView:
    """A trained model: its version, on what it was trained, how well it does, and whether it is the live one."""

    version: str
    rows: str
    heads: str
    metrics: tuple[tuple[str, str], ...]
    live: bool
    has_report: bool = False


@dataclass(frozen=True, slots=True)
class ModelsPage:
    """Every model version that can be found."""

    template: ClassVar[str] = "models.html"
    title: ClassVar[str] = "Models"

    frame: Frame
    models: tuple[ModelView, ...]
    may_change: bool = False
    can_roll_back: bool = False
    comparison: Comparison | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of both models: what it is about, and the values with their intervals as far as they were taken."""

    head: str
    source: str
    figure: str
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models side by side, on the sources that both were measured on."""

    one: str
    other: str
    rows: tuple[Compared, ...]


def model_view(card: Mapping[str, object], version: str, *, live: bool) -> ModelView:
    """Show what a model's card says; a card of another version may lack any of it."""
    rows, heads = card.get("rows"), card.get("heads")
    sources = [_number(source, "train") for source in rows.values()] if isinstance(rows, Mapping) else []
    trained_on = int(sum(filter(None, sources)))
    names = [str(head) for head in heads] if isinstance(heads, list | tuple) else []
    return ModelView(
        version=version,
        rows=f"{words.counted(trained_on, 'comment')} from {words.counted(len(sources), 'source')}",
        heads=", ".join(name.replace("_", " ") for name in names) or "unknown",
        metrics=tuple((name.replace("_", " ").capitalize(), _told_apart(card, name)) for name in names),
        live=live,
    )


def _told_apart(card: Mapping[str, object], head: str) -> str:
    """Say how well a head tells comments apart, on sources it knows and on sources it has never seen."""
    known, unseen = (_median_auc(card.get(part), head) for part in ("held_back", "leave_one_source_out"))
    said = [
        f"{known:.2f} on comments held back" if known else "",
        f"{unseen:.2f} on sources never seen" if unseen else "",
    ]
    return "AUC " + ", ".join(filter(None, said)) if any(said) else "not measured"


def _median_auc(measured: object, head: str) -> float | None:
    sources = measured.get(head) if isinstance(measured, Mapping) else None
    values = [_number(source, "auc") for source in sources.values()] if isinstance(sources, Mapping) else []
    found = [value for value in values if value is not None]
    return median(found) if found else None


def _number(facts: object, name: str) -> float | None:
    value = facts.get(name) if isinstance(facts, Mapping) else None
    return float(value) if isinstance(value, int | float) else None


def comparison(one: str, other: str, cards: Mapping[str, Mapping[str, object]]) -> Comparison:
    """Set two models side by side."""
    first, second = (dict(_figures(cards[version])) for version in (one, other))
    rows = tuple(Compared(*key, value, second[key]) for key, value in first.items() if key in second)
    return Comparison(one, other, rows)


def _figures(card: Mapping[str, object]) -> Iterator[tuple[tuple[str, str, str], str]]:
    for part, how in MEASURED:
        heads = card.get(part)
        for head, sources in heads.items() if isinstance(heads, Mapping) else ():
            for source, facts in sources.items() if isinstance(sources, Mapping) else ():
                for name, figure in FIGURES:
                    value = _number(facts, name)
                    if value is not None:
                        key = (str(head).replace("_", " "), f"{str(source).replace('_', ' ')} ({how})", figure)
                        yield key, _with_interval(value, facts.get(f"{name}_interval"))


def _with_interval(value: float, interval: object) -> str:
    if not isinstance(interval, Sequence) or len(interval) != len(("low", "high")):
        return f"{value:.3f}"
    low, high = interval
    return f"{value:.3f} ({low:.3f} to {high:.3f})"
