"""Models: what each was trained on and how well it does, two side by side.

Pure. May import ``domain``, ``review.words`` and other pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import ClassVar

from modbot.domain import Head
from modbot.language import N_, Said, _, counted, number
from modbot.review import words
from modbot.review.pages.frame import Frame

MEASURED = (("held_back", N_("held back")), ("leave_one_source_out", N_("never seen")))
HEADS = frozenset(head.value for head in Head)
FIGURES = (("auc", N_("AUC")), ("recall_at_1pct", N_("caught when 1 % of good ones may be blocked")))


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
    title: ClassVar[Said] = Said("Models")

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
        rows=_(
            "{comments} from {sources}",
            comments=counted(trained_on, "{n} comment", "{n} comments"),
            sources=counted(len(sources), "{n} source", "{n} sources"),
        ),
        heads=", ".join(map(_head, names)) or _("unknown"),
        metrics=tuple((words.begun(_head(name)), _told_apart(card, name)) for name in names),
        live=live,
    )


def _head(name: str) -> str:
    return words.head_words(Head(name)) if name in HEADS else name.replace("_", " ")


def _told_apart(card: Mapping[str, object], head: str) -> str:
    """Say how well a head tells comments apart, on sources it knows and on sources it has never seen."""
    known, unseen = (_median_auc(card.get(part), head) for part in ("held_back", "leave_one_source_out"))
    said = [
        _("{auc} on comments held back", auc=number(known, 2)) if known else "",
        _("{auc} on sources never seen", auc=number(unseen, 2)) if unseen else "",
    ]
    return f"AUC {', '.join(filter(None, said))}" if any(said) else _("not measured")


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
                        key = (_head(str(head)), f"{str(source).replace('_', ' ')} ({_(how)})", _(figure))
                        yield key, _with_interval(value, facts.get(f"{name}_interval"))


def _with_interval(value: float, interval: object) -> str:
    if not isinstance(interval, Sequence) or len(interval) != len(("low", "high")):
        return number(value, 3)
    low, high = interval
    return _("{value} ({low} to {high})", value=number(value, 3), low=number(low, 3), high=number(high, 3))
