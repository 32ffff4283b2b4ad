"""Whether hate is told from what merely looks like it: short cases of our own, sorted by what they test.

The sentences in ``functional.csv`` are for measuring alone and never trained on. Those with a slot are said of each
group in `GROUPS`. Reads that file and nothing else; may import ``domain`` and ``scoring``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modbot.domain import Head
from modbot.learning.estimators import comment_of
from modbot.learning.figures import area
from modbot.scoring.heads import Model, probabilities

FILE = Path(__file__).with_name("functional.csv")
GROUPS = (
    ("a woman", "women"),
    ("a trans person", "trans people"),
    ("a gay man", "gay people"),
    ("a black man", "black people"),
    ("a disabled person", "disabled people"),
    ("a Muslim", "Muslims"),
    ("an immigrant", "immigrants"),
)
"""One of them, and many, as they stand for ``{one}`` and ``{many}``, or ``{One}`` and ``{Many}`` at the start."""

_RESAMPLES = 200


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, maybe with a slot; what it tests, and whether it is hateful."""

    function: str
    hateful: bool
    text: str

    @property
    def cases(self) -> tuple[str, ...]:
        """The sentence said of each group, or itself if it names none."""
        slots = (
            {"one": one, "One": one[0].upper() + one[1:], "many": many, "Many": many[0].upper() + many[1:]}
            for one, many in GROUPS
        )
        return tuple(dict.fromkeys(self.text.format_map(slot) for slot in slots))


@cache
def sentences() -> tuple[Sentence, ...]:
    """Read our own sentences.

    Returns
    -------
    tuple of Sentence
        The same each time, the hateful functions first.
    """
    with FILE.open(encoding="utf-8", newline="") as stream:
        return tuple(Sentence(row["function"], row["hateful"] == "1", row["text"]) for row in csv.DictReader(stream))


def functional(model: Model) -> dict[str, Any] | None:
    """Measure how well hate is told from what merely looks like it, function by function.

    Parameters
    ----------
    model : Model
        Any fitted model.

    Returns
    -------
    dict or None
        ``cases`` and ``auc`` of ``identity_attack`` over all of them, with its 95 % interval (200 resamples of the
        sentences); and ``functions`` with ``hateful``, ``cases``, ``auc`` against all cases of the other answer, and
        ``toxicity``, the median probability if the model has that head. None if it has no head for ``identity_attack``.

    Notes
    -----
    After Röttger, Vidgen, Nguyen, Waseem, Margetts, Pierrehumbert 2021 (ACL, 41-58): functions are kinds of hate, and
    kinds of harmless text that share words with them. The sentences are our own. A rude one about a single person is no
    hate here, though it is abuse.
    """
    if Head.IDENTITY_ATTACK not in model.heads:
        return None
    cases = [(at, case) for at, sentence in enumerate(sentences()) for case in sentence.cases]
    margins = model.margins(comment_of(case) for _, case in cases)
    scores = margins[:, model.heads.index(Head.IDENTITY_ATTACK)]
    of = np.array([at for at, _ in cases])
    hateful = np.array([sentence.hateful for sentence in sentences()])[of]
    functions: dict[str, Any] = {}
    for function in dict.fromkeys(sentence.function for sentence in sentences()):
        mine = np.array([sentence.function == function for sentence in sentences()])[of]
        kind = bool(hateful[mine][0])
        against = mine | (hateful != kind)
        functions[function] = {
            "hateful": kind,
            "cases": int(mine.sum()),
            "auc": area(scores[against & hateful], scores[against & ~hateful]),
        }
        if Head.TOXICITY in model.heads:
            p = probabilities(margins[mine, model.heads.index(Head.TOXICITY)])
            functions[function]["toxicity"] = float(np.median(p))
    return {
        "cases": len(cases),
        "auc": area(scores[hateful], scores[~hateful]),
        "auc_interval": _interval(scores, hateful, of),
        "functions": functions,
    }


def _interval(scores: NDArray[np.float64], hateful: NDArray[np.bool_], of: NDArray[np.intp]) -> list[float]:
    """Resample sentences and not cases: those of one sentence are nearly the same."""
    rng = np.random.default_rng(0)
    bad, good = _drawn(of[hateful], rng), _drawn(of[~hateful], rng)
    wins = (1 + np.sign(scores[hateful][:, None] - scores[~hateful])) / 2
    found = (bad @ wins * good).sum(axis=1) / (bad.sum(axis=1) * good.sum(axis=1))
    return [float(end) for end in np.quantile(found, (0.025, 0.975))]


def _drawn(of: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.int64]:
    """How often each case is drawn, in each resample."""
    drawn, at = np.unique(of, return_inverse=True)
    return rng.multinomial(drawn.size, np.full(drawn.size, 1 / drawn.size), _RESAMPLES)[:, at]
