"""What is left out together when a head is judged on what it has not seen: whole sources, families, campaigns.

A source is left out with all of its family. A source that no other resembles is left out campaign by campaign as well:
without it a head would know nothing of its kind, and an unseen site of that kind is not as far away as that. Fits
nothing; may import ``domain`` and ``text``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from modbot.domain import Head
from modbot.learning.dataset import Example, linked, share_of
from modbot.learning.recipe import HEADS, Recipe
from modbot.text import host_of, links

# A text with more links than this is a list of links, and campaigns share such lists.
_LINKS_MAX = 3
# Parts of the only source that calibrates: nothing but its campaigns says how far it reaches.
_PARTS_OF_THE_ONLY = 4


class Rows(Protocol):
    """What folds must know of a table."""

    @property
    def labels(self) -> NDArray[np.float64]:
        """In [0, 1], not a number where there is none; shape (n_rows, n_heads)."""

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether somebody judged; shape (n_rows, n_heads)."""

    @property
    def source(self) -> NDArray[np.intp]:
        """Index into ``sources``."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Names."""

    @property
    def campaign(self) -> NDArray[np.intp]:
        """Part of the source, or -1."""

    @property
    def trains(self) -> NDArray[np.bool_]:
        """Rows that may be fitted on."""


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """Rows that a fit does not see, and whether they are but a part of their source."""

    rows: NDArray[np.bool_]
    part: bool


def folds(table: Rows, head: int, recipe: Recipe, always: frozenset[Head]) -> list[Fold]:
    """List what a head is judged on without having seen it.

    Parameters
    ----------
    table : Rows
        All rows.
    head : int
        Index into ``HEADS``.
    recipe : Recipe
        Its families.
    always : frozenset of Head
        Heads that need margins of all sources; the others only of those that somebody judged.

    Returns
    -------
    list of Fold
        Families first, then campaigns; none that would leave a fit without both answers, nor any of one answer on
        which no promise rests.
    """
    labels = table.labels[:, head]
    if HEADS[head] not in always:
        labels = np.where(table.known[:, head], labels, np.nan)
    found = [Fold(rows, part=False) for rows in _families(table, recipe).values()]
    if HEADS[head] is Head.SPAM:
        parts = np.unique(np.column_stack((table.source, table.campaign))[table.campaign >= 0], axis=0)
        found += [Fold((table.source == at) & (table.campaign == part), part=True) for at, part in parts]
    return [fold for fold in found if _tells(table, labels, fold, recipe) and _both(table, head, ~fold.rows)]


def campaign_parts(examples: Sequence[Example], recipe: Recipe) -> NDArray[np.intp]:
    """Cut the campaigns of sources into parts.

    Parameters
    ----------
    examples : sequence of Example
        Of all sources.
    recipe : Recipe
        Says of which sources, and into how many parts.

    Returns
    -------
    ndarray of shape (n_examples,)
        The part, always the same one for the same campaign; -1 where campaigns are not left out. Comments that share a
        text, an author, a website or the host of a link, even through others, are of one campaign.
    """
    found = np.full(len(examples), -1, dtype=np.intp)
    names = dict.fromkeys(one.source for one in examples)
    counting = [name for name in names if recipe.source(name).calibrates]
    for name in names:
        count = recipe.source(name).campaigns or (_PARTS_OF_THE_ONLY if counting == [name] else 0)
        if count:
            rows = [at for at, one in enumerate(examples) if one.source == name]
            groups = linked([_traces(examples[at]) for at in rows])
            found[rows] = [int(share_of(f"campaign{group}") * count) for group in groups]
    return found


def _families(table: Rows, recipe: Recipe) -> Mapping[str, NDArray[np.bool_]]:
    found: dict[str, NDArray[np.bool_]] = {}
    for at, name in enumerate(table.sources):
        family = recipe.source(name).family or name
        found[family] = found.get(family, np.zeros(table.source.shape, dtype=np.bool_)) | (table.source == at)
    return found


def _tells(table: Rows, labels: NDArray[np.float64], fold: Fold, recipe: Recipe) -> bool:
    """Whether a fold is worth a fit: it holds both answers, or a promise may rest on it."""
    answers = labels[fold.rows]
    typical = any(recipe.source(table.sources[at]).typical for at in np.unique(table.source[fold.rows]))
    return bool((answers >= 0.5).any() and (answers < 0.5).any()) or (typical and not np.isnan(answers).all())


def _both(table: Rows, head: int, rows: NDArray[np.bool_]) -> bool:
    labels = table.labels[table.trains & rows, head]
    return bool((labels >= 0.5).any() and (labels < 0.5).any())


def _traces(one: Example) -> tuple[str, ...]:
    comment = one.comment
    hosts = [host_of(comment.url), *(link.host for link in links(comment.body)[:_LINKS_MAX])]
    author = [f"a{comment.author.key}"] if comment.author.key else []
    return (f"t{comment.fingerprint}", *author, *(f"h{host}" for host in hosts if host))
