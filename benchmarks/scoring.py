"""Score, explain, score in bulk, train and start, beside scikit-learn's usual pipeline in the same run.

    python benchmarks/scoring.py [--rounds N] [--rows N]

The baseline is TfidfVectorizer (words 1-2, characters 2-5 within words) with LogisticRegression: one head, no
reasons. modbot answers for all heads with exact shares and spans. The comments are made of the demo's samples, with
some words that nobody has used before; none comes twice. CPU time, medians of interleaved rounds (on Linux). What
counts are the ratios: both sides run in the same minute.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from submission import start_modbot

import modbot
from modbot.domain import Author, Comment
from modbot.scoring import artifacts, loops
from modbot.scoring.compiled import kernel
from modbot.scoring.features import words_of
from modbot.scoring.heads import Model

SAMPLES = Path(modbot.__file__).parent / "demo" / "samples.jsonl"
CHARS = 300
CALLS = 100
NEW_SHARE = 0.05
MODBOT = [sys.executable, "-m", "modbot"]


class Writer:
    """Makes up comments, never the same one twice."""

    def __init__(self) -> None:
        samples = [json.loads(line) for line in SAMPLES.read_text(encoding="utf-8").splitlines()]
        self.bodies = [[s["body"].split() for s in samples if s["expected"] == kind] for kind in ("good", "bad")]
        self.drawn = random.Random(20_09)  # noqa: S311 - nobody is to be surprised by it

    def text(self, new: float, *, bad: bool = False) -> str:
        """About three hundred characters, a few comments of one kind after another, with a share of new words."""
        words: list[str] = []
        while sum(map(len, words)) + len(words) < CHARS:
            body = self.drawn.choice(self.bodies[bad])
            words += [self.new_word() if self.drawn.random() < new else word for word in body]
        return " ".join(words)[:CHARS]

    def new_word(self) -> str:
        """Three to eight letters; about one in a thousand is a word that there is."""
        return "".join(self.drawn.choices("etaoinshrdlucmfwygpb", k=self.drawn.randint(3, 8)))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--rows", type=int, default=10_000)
    given = parser.parse_args()
    writer = Writer()
    labels = [i % 2 == 1 for i in range(given.rows)]
    texts = [writer.text(NEW_SHARE, bad=bad) for bad in labels]
    model = artifacts.load(artifacts.find(artifacts.model_dirs()))
    print("The inner loops are compiled." if kernel is not loops else "The inner loops are not compiled.")
    with tempfile.TemporaryDirectory() as folder:
        print(f"{'':34}{'scikit-learn':>14}{'modbot':>10}{'ratio':>8}")
        one_by_one(given.rounds, writer, fitted(texts[:2_000], labels[:2_000]), model)
        in_bulk(given.rounds, Path(folder), texts, labels)
        trained(Path(folder), texts, labels)
        started(given.rounds, Path(folder))


def one_by_one(rounds: int, writer: Writer, baseline: Pipeline, model: Model) -> None:
    """Print what a comment costs that is scored and explained alone."""
    for text in (writer.text(NEW_SHARE, bad=bool(i % 2)) for i in range(2_000)):
        model.score(commented(text))
    for label, new in (("words as they come", NEW_SHARE), ("all words new", 1.0)):
        spent: list[tuple[float, float]] = []
        known: list[float] = []
        for _ in range(rounds):
            texts = [writer.text(new, bad=bool(i % 2)) for i in range(CALLS)]
            comments = [commented(text) for text in texts]
            words = [word for comment in comments for word in words_of(comment).words]
            known.append(sum(word in model.lexicon for word in words) / len(words))
            theirs = cpu_s(lambda texts=texts: [baseline.predict_proba([text]) for text in texts])
            spent.append((theirs, cpu_s(lambda comments=comments: [model.score(comment) for comment in comments])))
        row(f"score + explain, {label}, µs", spent, 1e6 / CALLS)
        print(f"{'':4}{statistics.median(known):.0%} of the words and marks were known before")
    again = [commented(writer.text(NEW_SHARE)) for _ in range(CALLS)]
    spent = [
        (
            cpu_s(lambda: [baseline.predict_proba([comment.body]) for comment in again]),
            cpu_s(lambda: [model.score(comment) for comment in again]),
        )
        for _ in range(rounds + 1)
    ]
    row("the same comments again, µs", spent[1:], 1e6 / CALLS)


def in_bulk(rounds: int, folder: Path, texts: list[str], labels: list[bool]) -> None:
    """Print what a comment costs from CSV to CSV; starting and loading are left out on both sides."""
    baseline = fitted(texts[:2_000], labels[:2_000])
    written(folder / "in.csv", texts, labels)
    written(folder / "none.csv", texts[:1], labels[:1])

    def theirs() -> None:
        with (folder / "in.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))[1:]
        p = baseline.predict_proba([row[0] for row in rows])[:, 1].round(6).tolist()
        with (folder / "theirs.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([*row, p] for row, p in zip(rows, p, strict=True))

    def ours() -> float:
        whole, start = (
            child_cpu_s([*MODBOT, "score", str(folder / name), "-o", str(folder / "ours.csv")])
            for name in ("in.csv", "none.csv")
        )
        return whole - start

    spent = [(cpu_s(theirs), ours()) for _ in range(max(rounds // 2, 3))]
    row("modbot score, CSV to CSV, µs each", spent, 1e6 / len(texts))
    per_second = [len(texts) / ours for _, ours in spent]
    print(f"{'':4}{statistics.median(per_second):,.0f} comments a second on one core")


def trained(folder: Path, texts: list[str], labels: list[bool]) -> None:
    """Print what training costs, evaluation, calibration and report included."""
    written(folder / "in.csv", texts, labels)
    theirs = cpu_s(lambda: fitted(texts, labels))
    ours = child_cpu_s([*MODBOT, "train", "--data", str(folder / "in.csv"), "--out", str(folder / "models")])
    row(f"train on {len(texts):,} comments, s", [(theirs, ours)], 1.0)


def started(rounds: int, folder: Path) -> None:
    """Print how long `modbot serve` takes until it answers, and what it holds then."""
    seconds, megabytes = [], []
    for i in range(rounds):
        server = start_modbot(folder / f"house{i}")
        status = Path(f"/proc/{server.process.pid}/status").read_text()
        megabytes.append(next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")))
        seconds.append(server.started_s)
        server.process.kill()
        server.process.wait()
    ready, held = statistics.median(seconds), statistics.median(megabytes)
    print(f"modbot serve, start to ready: {ready:.2f} s, {held:.0f} MB resident")


def row(label: str, spent: Sequence[tuple[float, float]], scale: float) -> None:
    """Print one line: the medians, and the median of the ratios."""
    theirs, ours = (statistics.median(side) * scale for side in zip(*spent, strict=True))
    ratio = statistics.median(a / b for a, b in spent)
    places = 0 if theirs > 100 else 1
    print(f"{label:34}{theirs:14.{places}f}{ours:10.{places}f}{ratio:8.1f}")


def commented(text: str) -> Comment:
    """A comment as it comes through the door."""
    return Comment("", "", "", "Cal", text, Author("", "example.org"))


def fitted(bodies: list[str], bad: list[bool]) -> Pipeline:
    """The usual pipeline."""
    words = TfidfVectorizer(ngram_range=(1, 2))
    chars = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5))
    return make_pipeline(make_union(words, chars), LogisticRegression(max_iter=1_000)).fit(bodies, bad)


def written(path: Path, texts: list[str], labels: list[bool]) -> None:
    """Write a labelled file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "spam"), *zip(texts, map(int, labels), strict=True)])


def cpu_s(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    started = time.process_time()
    work()
    return time.process_time() - started


def child_cpu_s(command: list[str]) -> float:
    """CPU seconds of one process."""

    def spent() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    before = spent()
    subprocess.run(command, check=True, capture_output=True)
    return spent() - before


if __name__ == "__main__":
    main()
