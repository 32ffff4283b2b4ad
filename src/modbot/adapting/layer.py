"""The site's layer, made anew: lessons from the store to arrays and facts.

The reviews that arrived since the last time are first used to measure, with the layer that had not seen them, and
only then to learn from; the layer corrects a head only while those measurements say that it helps. May import the
rooms of rank 0 and 1.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modbot import promise
from modbot.domain import Head, Lesson, Mode, Policy, SiteLayer
from modbot.policy import WEIGHTS
from modbot.promise.adapted import SURELY_BAD, SURELY_GOOD, adapted, wished
from modbot.scoring.heads import Model
from modbot.scoring.layer import (
    LAYER_HEADS,
    Layer,
    Lessons,
    fit,
    fits,
    layer_from,
    losses,
    p_bad,
    to_bytes,
)
from modbot.scoring.traits import traits_of
from modbot.storage import Store

# The first layer is made of so many answers, and a new one whenever there are so many times as many.
FIRST_AT = 30
GROWTH = 1.05
# A layer that learned so many times as much at one stroke, from a site's whole past perhaps, is another one.
LEAP = 2
# Older answers than these no longer teach: a site changes, and fitting must stay quick.
LESSONS_MAX = 4_000
# The cut-offs are adapted to so many of the latest comments.
LATELY_MAX = 1_000
# With fewer rejections for abuse a layer knows one answer only, and argues no suspicion away.
ABUSE_MIN = 5
# A layer in use is given up once the odds are twenty to one (log 20 nats) that it does harm: to give it up takes a
# site's evidence away, and of two that say much the same now one is ahead and now the other.
HARM_NATS = 3.0
# One answer about a comment that chance laid before people stands for at most so many that nobody saw.
STANDS_FOR_MAX = 20.0


@dataclass(frozen=True, slots=True)
class Made:
    """Arrays and facts as a `SiteLayer` keeps them."""

    layer: bytes
    facts: Mapping[str, Any]


def remade(store: Store, model: Model, policy: Policy, old: SiteLayer) -> Made | None:
    """Make a site's layer anew where enough was answered since the last time; None where it was not."""
    known = old.facts.get("answers", 0) if fits(old, model.version) else 0
    if not set(model.evidence.heads) <= set(LAYER_HEADS) <= set(model.heads):
        return None
    answers = store.answered(old.site_id)
    changed = known and old.facts["wishes"] != wished(policy)
    if answers < FIRST_AT or (answers < known * GROWTH and not changed):
        return None
    found = store.lessons(old.site_id, WEIGHTS, LESSONS_MAX)
    if not found:
        return None
    lessons = lessons_of(found, model)
    version = f"s{old.version + 1}"
    surprise = _measured(old, found, lessons, model)
    new = fit(lessons, version=version, model=model.version)
    in_use, limited = _use(surprise, new.heads, _kind(old.facts)[0])
    if _decides(old, policy):
        in_use, limited = _no_further(old, in_use, limited)
    cutoffs = (
        _cutoffs(store, replace(new, heads=in_use, limited=limited), model, policy, old.site_id) if in_use else None
    )
    facts = {
        "model": model.version,
        "answers": answers,
        "until": found[-1].answered_at.isoformat() if found and found[-1].answered_at else "",
        "heads": [head.value for head in new.heads],
        "in_use": [head.value for head in in_use],
        "limited": sorted(head.value for head in limited),
        "surprise": surprise,
        "wishes": wished(policy),
        "reject_from": cutoffs.reject_from if cutoffs else None,
        "publish_below": cutoffs.publish_below if cutoffs else None,
    }
    return Made(to_bytes(new), facts)


def is_another(facts: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether risks with a layer are not comparable to those with the one before."""
    leaps = bool(facts["in_use"]) and facts["answers"] >= LEAP * before.get("answers", 0)
    return leaps or _kind(facts) != _kind(before)


def layer_told(row: SiteLayer | None) -> str:
    """Say in a sentence what a site's layer is good for."""
    if row is None or row.layer is None:
        return f"Nothing was learned from this site yet: the first layer is made of {FIRST_AT} answers."
    told = []
    for name, surprise in row.facts["surprise"].items():
        if not surprise["answers"]:
            continue
        model, layer = (surprise[side] / surprise["answers"] for side in ("model", "layer"))
        waits = "would help, and waits for fresh evidence" if layer < model else "is not used"
        verb = "is used" if name in row.facts["in_use"] else waits
        told.append(f"for {name} it {verb} (surprise per answer {layer:.3f} nats with it, {model:.3f} without)")
    return f"Layer s{row.version}, learned from {row.facts['answers']:,} answers: {'; '.join(told)}."


def lessons_of(found: Sequence[Lesson], model: Model) -> Lessons:
    """Lay lessons out as arrays; what the model says of them is asked anew."""
    columns = [model.heads.index(head) for head in LAYER_HEADS]
    return Lessons(
        traits=[traits_of(one.comment) for one in found],
        margins=model.margins(one.comment for one in found)[:, columns],
        rules=np.array([_rules(one) for one in found]).reshape(-1, len(LAYER_HEADS)),
        labels=np.array([[one.labels.get(head, np.nan) for head in LAYER_HEADS] for one in found]),
        weights=np.array([min(STANDS_FOR_MAX, 1.0 / one.chance) for one in found]),
    )


def _kind(facts: Mapping[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """Which heads a layer corrects, and which of them within limits."""
    used = frozenset(facts.get("in_use", ()))
    return used, used & frozenset(facts.get("limited", ()))


def _use(
    surprise: Mapping[str, Mapping[str, float]], heads: Sequence[Head], used: Collection[str]
) -> tuple[tuple[Head, ...], frozenset[Head]]:
    """Choose the heads to correct, and those of them to correct within limits."""
    most = {head: surprise[head.value]["model"] + (HARM_NATS if head.value in used else 0.0) for head in heads}
    in_use = tuple(head for head in heads if surprise[head.value]["layer"] < most[head])
    # Where hardly anybody was rejected for abuse, finding less of it always surprises less, whatever a threat is worth.
    return in_use, frozenset({Head.TOXICITY} if surprise[Head.TOXICITY.value]["bad"] < ABUSE_MIN else ())


def _decides(old: SiteLayer, policy: Policy) -> bool:
    """Whether a cut-off of the site's own decides now."""
    return policy.mode is Mode.OWN and any(cut is not None and cut.at is not None for cut in (old.reject, old.publish))


def _no_further(
    old: SiteLayer, in_use: tuple[Head, ...], limited: frozenset[Head]
) -> tuple[tuple[Head, ...], frozenset[Head]]:
    """Leave out what would take own cut-offs away by changing the scores that they were made for.

    To stop a layer that does harm is worth that; to use one that would help is for the owner to choose.
    """
    used, within = _kind(old.facts)
    return tuple(head for head in in_use if head.value in used), limited | {Head(name) for name in within}


def _rules(lesson: Lesson) -> list[float]:
    """What the rules added to each head."""
    weighed = [(*WEIGHTS[code], strength) for code, strength in lesson.signals.items()]
    return [sum(weight * strength for of, weight, strength in weighed if of is head) for head in LAYER_HEADS]


def _measured(old: SiteLayer, found: Sequence[Lesson], lessons: Lessons, model: Model) -> dict[str, dict[str, float]]:
    """Add what the new answers say of the old layer to what was measured before; nats, summed."""
    known = fits(old, model.version)
    before = old.facts["surprise"] if known else {}
    until = datetime.fromisoformat(old.facts["until"]) if known and old.facts["until"] else None
    fresh = np.array([until is None or one.answered_at is None or one.answered_at > until for one in found], dtype=bool)
    sums = losses(_some(lessons, fresh), layer_from(old, model.version, in_use=False))
    counts = (~np.isnan(lessons.labels[fresh])).sum(axis=0)
    told = {}
    for at, head in enumerate(LAYER_HEADS):
        was = before.get(head.value, {"model": 0.0, "layer": 0.0, "answers": 0, "bad": 0})
        told[head.value] = {
            "model": was["model"] + float(sums[0, at]),
            "layer": was["layer"] + float(sums[1, at]),
            "answers": was["answers"] + int(counts[at]),
            "bad": was["bad"] + int((lessons.labels[fresh, at] >= 0.5).sum()),
        }
    return told


def _some(lessons: Lessons, rows: NDArray[np.bool_]) -> Lessons:
    traits = [one for one, taken in zip(lessons.traits, rows, strict=True) if taken]
    return Lessons(traits, lessons.margins[rows], lessons.rules[rows], lessons.labels[rows], lessons.weights[rows])


def _cutoffs(store: Store, layer: Layer, model: Model, policy: Policy, site_id: str) -> promise.Cutoffs:
    lately = lessons_of(store.lately(site_id, WEIGHTS, LATELY_MAX), model)
    margins = layer.margins(lately.traits, lately.margins) + lately.rules
    columns = [LAYER_HEADS.index(head) for head in model.evidence.heads]
    return adapted(
        promise.risks(margins[:, columns], model.evidence),
        p_bad(margins),
        (policy.max_good_rejected, policy.max_bad_published),
        bounds=(_risk_at(SURELY_GOOD, model, min), _risk_at(SURELY_BAD, model, max)),
        usual_bad=model.card["priors"][Head.SPAM.value],
    )


def _risk_at(p: float, model: Model, pick: Any) -> float:
    """The lowest or highest risk that a probability amounts to, over the heads."""
    margin = float(np.log(p / (1.0 - p)))
    return float(pick(promise.risk({head: margin}, model.evidence) for head in model.evidence.heads))
