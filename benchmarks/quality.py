"""How well modbot's recipe tells what it has never seen, beside scikit-learn's usual pipeline on the same files.

    python benchmarks/quality.py --data FILE... [--unseen FILE...]

Both learn from the training parts of the same files and from nothing else; the comments that come with modbot are left
out of them, so that they are as new to the one as to the other. The baseline is TfidfVectorizer (words 1-2, characters
2-5 within words) with LogisticRegression, text only. Measured are labelled files that neither has learned from, the
comments that come with modbot, swaps of words for groups, and hate beside its look-alikes. A quarter of an hour.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from modbot.domain import Comment, Head
from modbot.learning import dataset
from modbot.learning.dataset import Example
from modbot.learning.estimators import comment_of
from modbot.learning.figures import measure
from modbot.learning.functional import sentences
from modbot.learning.identity import comments, swaps
from modbot.learning.recipe import Recipe
from modbot.learning.train import train
from modbot.scoring.heads import Model, probabilities
from scoring import fitted

HEADS = (Head.SPAM, Head.TOXICITY, Head.IDENTITY_ATTACK)
OWN = ("newspaper", "everyday")
Suite = tuple[str, Head, list[Comment], list[bool]]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--unseen", type=Path, nargs="*", default=[])
    given = parser.parse_args()
    examples = dataset.keep_apart(dataset.read_files(given.data))
    model = train(examples, Recipe(), seed=0, version="", progress=lambda *_: None)
    print(f"{'':59}{'AUC':>16}{'recall at 1 %':>16}{'good at 0.5':>16}")
    print(f"{'':26}{'good':>8}{'bad':>8}  {'head':15}" + f"{'usual':>9}{'modbot':>7}" * 3)
    found = list(suites(dataset.read_files(given.unseen) if given.unseen else []))
    for head in HEADS:
        told(head, examples, model, [suite for suite in found if suite[1] is head])


def suites(unseen: Sequence[Example]) -> Iterator[Suite]:
    """What is measured, and by which head."""
    for head in HEADS:
        for source in dict.fromkeys(example.source for example in unseen):
            yield of_source(source, head, unseen)
    for source in OWN:
        yield of_source(source, Head.TOXICITY, dataset.own_texts())
    known = swaps()
    kinds = [False] * len(known.harmless) + [True] * len(known.abusive)
    yield "swaps", Head.TOXICITY, list(comments(known)), kinds * (len(known.terms) + len(known.neutral))
    cases = [(case, one.hateful) for one in sentences() for case in one.cases]
    yield "hate", Head.IDENTITY_ATTACK, [comment_of(case) for case, _ in cases], [bad for _, bad in cases]


def of_source(source: str, head: Head, examples: Sequence[Example]) -> Suite:
    """The comments of one source that were labelled for a head."""
    mine = [example for example in examples if example.source == source and head in example.labels]
    return source, head, [one.comment for one in mine], [one.labels[head] >= 0.5 for one in mine]


def told(head: Head, examples: Sequence[Example], model: Model, found: Sequence[Suite]) -> None:
    """Print one line for each suite of a head; the usual pipeline is fitted for it."""
    learned = [one for one in examples if head in one.labels and one.part == "train"]
    labels = [one.labels[head] >= 0.5 for one in learned]
    if head not in model.heads or all(labels) or not any(labels):
        print(f"{head.value}: the files have not both answers")
        return
    usual = fitted([one.comment.body for one in learned], labels)
    at = model.heads.index(head)
    for name, _, asked, bad in found:
        y = np.array(bad, dtype=np.int_)
        if not 0 < y.sum() < y.size:
            continue
        sides = (
            usual.predict_proba([one.body for one in asked])[:, 1],
            probabilities(model.margins(asked)[:, at]),
        )
        theirs, ours = (measure(y, p, prior=model.card["priors"][head.value]) for p in sides)
        pairs = [(theirs[key], ours[key]) for key in ("auc", "recall_at_1pct", "good_from_half")]
        figures = "".join(f"{one:9.3f}{other:7.3f}" for one, other in pairs)
        print(f"{name:26}{y.size - y.sum():8,}{y.sum():8,}  {head.value:15}{figures}")


if __name__ == "__main__":
    main()
