"""Score and explain one comment, and many, beside scikit-learn's usual pipeline in the same run.

    python benchmarks/scoring.py [--rounds N]

The baseline is TfidfVectorizer (words 1-2, characters 2-5 within words) with LogisticRegression: one head, no
reasons, fitted on the demo's sample comments. modbot answers for all heads with exact shares and spans. CPU time,
medians of interleaved rounds. What counts is the ratio: both run on the same machine in the same minute.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline, make_union

import modbot
from modbot.domain import Author, Comment
from modbot.scoring import artifacts

SAMPLES = Path(modbot.__file__).parent / "demo" / "samples.jsonl"
CHARS = 300
CALLS = 100


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    samples = [json.loads(line) for line in SAMPLES.read_text(encoding="utf-8").splitlines()]
    bodies = [sample["body"] for sample in samples]
    baseline = fitted(bodies, [sample["expected"] == "bad" for sample in samples])
    model = artifacts.load(artifacts.find(artifacts.model_dirs()))
    texts = of_length(bodies, CHARS)
    comments = [Comment("", "", "", "Cal", text, Author("", "example.org")) for text in texts]
    many = comments * (1_000 // len(comments) + 1)
    texts_many = [comment.body for comment in many]
    one = compared(
        rounds,
        lambda: [baseline.predict_proba([text]) for text in texts[:CALLS]],
        lambda: [model.score(comment) for comment in comments[:CALLS]],
    )
    bulk = compared(rounds, lambda: baseline.predict_proba(texts_many), lambda: model.margins(many))
    print(f"CPU microseconds per comment of about {CHARS} characters, medians of {rounds} rounds")
    print(f"{'':24}{'scikit-learn':>14}{'modbot':>10}{'ratio':>8}")
    for label, (theirs, ours), count in (
        ("score + explain, one", one, min(CALLS, len(texts))),
        ("bulk, probabilities", bulk, len(many)),
    ):
        print(f"{label:24}{theirs / count * 1e6:14.0f}{ours / count * 1e6:10.0f}{theirs / ours:8.1f}")


def fitted(bodies: list[str], bad: list[bool]) -> Pipeline:
    """Return the usual pipeline."""
    words = TfidfVectorizer(ngram_range=(1, 2))
    chars = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5))
    return make_pipeline(make_union(words, chars), LogisticRegression(max_iter=1_000)).fit(bodies, bad)


def of_length(bodies: list[str], chars: int) -> list[str]:
    """Return texts of about the same length, made of neighbouring comments."""
    joined = " ".join(bodies)
    return [joined[start : start + chars] for start in range(0, len(joined) - chars, chars)]


def compared(rounds: int, theirs: Callable[[], object], ours: Callable[[], object]) -> tuple[float, float]:
    """Return the median CPU seconds of both, measured in turn."""
    theirs(), ours()
    pairs = [(cpu_s(theirs), cpu_s(ours)) for _ in range(rounds)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def cpu_s(work: Callable[[], object]) -> float:
    """Return the CPU seconds of one call."""
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
