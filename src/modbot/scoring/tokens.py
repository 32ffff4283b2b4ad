"""Pieces of text to tokens: most pieces are old acquaintances, and most of the others need no normalising.

Whatever way a piece takes, its tokens are those that stand in its normalised form. May import ``text``.
"""

from __future__ import annotations

import functools
import itertools
import re
import sys
from collections.abc import Iterable

from modbot.text import ADDRESS_MARK, LINK_MARK, Normalised, normalise

Places = tuple[tuple[int, int], ...]
"""From where to where in a piece each of its tokens stands."""
Taken = tuple[tuple[str, ...], Places]
"""The tokens of a piece, and their places."""

_EMOJI = "\u2190-\u21ff\u2300-\u2bff\U0001f000-\U0001faff"
_PUNCTUATION = r"!-&(-)+-/:-@\[-^`{-~\u00a1\u00ab\u00b7\u00bb\u00bf\u2010-\u205e\u3000-\u303f\uff01-\uff0f"
_TOKEN = re.compile(rf"[{LINK_MARK}{ADDRESS_MARK}]\S+|[{_EMOJI}]|[^\s{_PUNCTUATION}{_EMOJI}]+|[{_PUNCTUATION}]+")

# A word as most are, maybe with a mark behind it: nothing in it to be normalised but capitals.
_PLAIN = re.compile(r"(?!.*([a-z])\1\1)([a-z']+)[.,!?;:)]{0,3}\Z", re.IGNORECASE | re.ASCII)
# The same of words with marks around and within: no host, no spelled-out word, no row of letters or marks.
_HARMLESS = re.compile(
    r"""(?!.*(?:([a-z])\1\1|([!?.,-])\2\2\2|\.[a-z]|-[a-z]-|:/))[a-z'"(),.!?;:/-]+\Z""", re.IGNORECASE | re.ASCII
)
# Pieces kept, in some 10 MB. Longer ones are rare and seldom met again.
_KNOWN_MAX = 65_536
_KNOWN_CHARS = 40


def taken_apart(pieces: Iterable[str]) -> list[Taken]:
    """Take pieces of text apart.

    Parameters
    ----------
    pieces : iterable of str
        As `modbot.text.pieces` cuts them.

    Returns
    -------
    list of Taken
        The tokens of each piece, with their places in it.
    """
    return list(map(_known.__getitem__, pieces))


class _Known(dict[str, Taken]):
    """Pieces already met. Forgets all when full, cheaper than to keep book of what was used last."""

    def __missing__(self, piece: str) -> Taken:
        found = _taken(piece)
        if len(piece) <= _KNOWN_CHARS:
            if len(self) >= _KNOWN_MAX:
                self.clear()
            self[piece] = found
        return found


def _taken(piece: str) -> Taken:
    """Take a piece apart."""
    plain = _PLAIN.match(piece)
    if plain is not None:
        size, end = len(piece), plain.end(2)
        # Interned: one "hello" for all its pieces and for the lexicon stays nearer to the processor than ten of them.
        word = sys.intern(piece[:end].lower())
        if end == size:
            return (word,), _side_by_side(size)
        return (word, sys.intern(piece[end:])), _side_by_side(end, size)
    if _HARMLESS.match(piece):
        normal = Normalised(piece.lower(), range(len(piece)), range(1, len(piece) + 1))
    else:
        normal = normalise(piece)
    text, starts, ends = normal.text, normal.starts, normal.ends
    found = list(_TOKEN.finditer(text))
    places = tuple([(starts[match.start()], ends[match.end() - 1]) for match in found])
    return tuple([sys.intern(match.group()) for match in found]), places


@functools.lru_cache(maxsize=4_096)
def _side_by_side(*ends: int) -> Places:
    """Places with nothing between them: one pair for all words of five letters, as with interned words."""
    return tuple(itertools.pairwise((0, *ends)))


_known = _Known()
