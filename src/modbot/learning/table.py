"""Examples as matrices: chosen by the recipe, hashed once, shared by all heads and folds.

Rows whose name, domain or website is known get a second copy from which fields were dropped, so that "has a website"
does not become "is spam" merely because one source records it. For the heads that hear words alone there are twins that
name other people and the passages of comments that the recipe wants cut. Fits nothing; may import ``scoring``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from modbot.domain import Comment, Head
from modbot.learning.dataset import Example, share_of
from modbot.learning.estimators import CommentHasher
from modbot.learning.folds import campaign_parts
from modbot.learning.passages import passages
from modbot.learning.recipe import HEADS, Recipe
from modbot.learning.swaps import twins

_BATCH = 2048

Progress = Callable[[str, int, int], object]
"""Told the stage, how far it is and how far it will go."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Examples as rows.

    Attributes
    ----------
    features : csr_matrix of shape (n_rows, 2**bits + n_dimensions), single precision
        Hashed features, and what words mean.
    labels : ndarray of shape (n_rows, n_heads)
        In [0, 1]; not a number where nobody judged and the recipe assumes nothing.
    known : ndarray of bool, shape (n_rows, n_heads)
        Whether somebody judged, rather than the recipe assuming.
    source : ndarray of shape (n_rows,)
        Index into ``sources``.
    part : ndarray of str, shape (n_rows,)
        ``train``, ``dev`` or ``test``.
    copy : ndarray of bool, shape (n_rows,)
        Rows with dropped fields, twins and passages: they are trained on and never counted in a figure.
    wordy : ndarray of bool, shape (n_rows,)
        Copies for the heads that hear words alone: twins and passages. The others are for the other heads.
    cut_from : ndarray of shape (n_rows,)
        Row of the comment that a passage was cut from, -1 for all other rows. Nobody judged a passage.
    campaign : ndarray of shape (n_rows,)
        Part of its source that a row is left out with, if the recipe leaves campaigns out; -1 for all other rows.
    """

    features: csr_matrix
    labels: NDArray[np.float64]
    known: NDArray[np.bool_]
    source: NDArray[np.intp]
    sources: tuple[str, ...]
    part: NDArray[np.str_]
    copy: NDArray[np.bool_]
    wordy: NDArray[np.bool_]
    cut_from: NDArray[np.intp]
    campaign: NDArray[np.intp]

    @property
    def trains(self) -> NDArray[np.bool_]:
        """Rows that may be fitted on."""
        found: NDArray[np.bool_] = self.part == "train"
        return found


def tabulate(examples: Sequence[Example], recipe: Recipe, seed: int, progress: Progress) -> Table:
    """Choose, copy and hash examples.

    Parameters
    ----------
    examples : sequence of Example
        Split already.
    recipe : Recipe
        Says how many rows of a source are used and what is assumed of it.
    seed : int
        For the fields that are dropped.
    progress : callable
        Told how far the hashing is.

    Returns
    -------
    Table
        Originals first, then the copies, twins and passages.
    """
    rng = np.random.default_rng(seed)
    kept = chosen(examples, recipe)
    copied = [at for at, one in enumerate(kept) if one.part == "train" and _has_fields(one)]
    copies = [replace(kept[at], comment=dropped(kept[at].comment, recipe.drop_fields, rng)) for at in copied]
    others = list(twins(one for one in kept if one.labels.keys() - {Head.SPAM}))
    cut_from, cuts = _cuts(kept, recipe)
    rows = [*kept, *copies, *others, *cuts]
    campaign = campaign_parts(kept, recipe)
    unparted = np.full(len(others) + len(cuts), -1, dtype=np.intp)
    sources = tuple(dict.fromkeys(example.source for example in rows))
    known = np.array([[head in row.labels for head in HEADS] for row in rows], dtype=np.bool_)
    labels = np.array(
        [[row.labels.get(head, _assumed(row, head, recipe)) for head in HEADS] for row in rows], dtype=np.float64
    )
    return Table(
        features=_hashed(rows, recipe.bits, progress),
        # Where there are no rows at all, numpy does not know how many heads there are.
        labels=labels.reshape(len(rows), len(HEADS)),
        known=known.reshape(len(rows), len(HEADS)),
        source=np.array([sources.index(row.source) for row in rows], dtype=np.intp),
        sources=sources,
        part=np.array([row.part for row in rows], dtype=np.str_),
        copy=np.arange(len(rows)) >= len(kept),
        wordy=np.arange(len(rows)) >= len(kept) + len(copies),
        cut_from=np.array([-1] * (len(rows) - len(cuts)) + cut_from, dtype=np.intp),
        campaign=np.concatenate((campaign, campaign[copied], unparted)),
    )


def chosen(examples: Sequence[Example], recipe: Recipe) -> list[Example]:
    """Thin out the training rows of large sources, the same ones each time.

    Parameters
    ----------
    examples : sequence of Example
        All there are.
    recipe : Recipe
        Its ``rows_max`` per source.

    Returns
    -------
    list of Example
        In the same order; dev and test rows are all kept.
    """
    counts = Counter(example.source for example in examples if example.part == "train")
    keep = {name: min(1.0, recipe.source(name).rows_max / n) for name, n in counts.items()}
    return [
        e
        for e in examples
        if e.part != "train"
        or keep[e.source] == 1.0
        or share_of(f"row{e.comment.key}{e.comment.fingerprint}") < keep[e.source]
    ]


def dropped(comment: Comment, share: float, rng: np.random.Generator) -> Comment:
    """Forget some of what is known of an author.

    Parameters
    ----------
    comment : Comment
        Any comment.
    share : float in [0, 1]
        How likely each of name, domain and website is to go.
    rng : Generator
        Draws three numbers.

    Returns
    -------
    Comment
        The same words.
    """
    name, domain, url = rng.random(3) < share
    return replace(
        comment,
        name="" if name else comment.name,
        author=replace(comment.author, email_domain="" if domain else comment.author.email_domain),
        url="" if url else comment.url,
    )


def _has_fields(one: Example) -> bool:
    comment = one.comment
    return Head.SPAM in one.labels and bool(comment.name or comment.url or comment.author.email_domain)


def _cuts(kept: Sequence[Example], recipe: Recipe) -> tuple[list[int], list[Example]]:
    cuts = [
        (at, replace(example, comment=replace(example.comment, body=passage), labels={}))
        for at, example in enumerate(kept)
        if recipe.source(example.source).cut
        and example.part == "train"
        and example.labels.get(Head.TOXICITY, 0.0) >= 0.5
        for passage in passages(example.comment.body)
    ]
    return [at for at, _ in cuts], [cut for _, cut in cuts]


def _assumed(row: Example, head: Head, recipe: Recipe) -> float:
    assume = recipe.source(row.source).assume
    if head in assume:
        return assume[head]
    # What is not toxic at all is no insult, threat or attack either.
    quiet = row.labels.get(Head.TOXICITY, assume.get(Head.TOXICITY, 1.0)) < 0.2
    return 0.0 if quiet and head not in (Head.SPAM, Head.TOXICITY) else float("nan")


def _hashed(rows: Sequence[Example], bits: int, progress: Progress) -> csr_matrix:
    hasher = CommentHasher(bits, vectors=True).fit(())
    blocks = []
    for start in range(0, len(rows), _BATCH):
        block = hasher.transform([row.comment for row in rows[start : start + _BATCH]])
        blocks.append(block.astype(np.float32))
        progress("hash", min(start + _BATCH, len(rows)), len(rows))
    return vstack(blocks, format="csr") if blocks else hasher.transform(()).astype(np.float32)
