"""Swear words as they are written past filters: with stars for letters, drawn out, with v for u.

No list and no data has them all, but they follow from the words, and whoever hides a word means it. May import
``scoring`` and ``text``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from modbot.scoring.tokens import taken_apart
from modbot.text import pieces

# Of shorter ones too little is left; and a short one that is drawn out is another word ("woop").
_CHARS_MIN, _DRAWN_MIN = 3, 4
_VOWELS = frozenset("aeiou")


def disguises(words: Iterable[str]) -> dict[str, str]:
    """Write words as people do who hide them.

    Parameters
    ----------
    words : iterable of str
        Those that come first have a disguise that would fit several.

    Returns
    -------
    dict of str to str
        Disguises as they stand in normalised text, each with its word: ``sh*t``, ``s**t``, ``f***``, ``fvck``, and
        ``fuuck``, which is what is left of any number of u.
    """
    found: dict[str, str] = {}
    for word in words:
        if len(word) >= _CHARS_MIN and word.isascii() and word.isalpha():
            for spelling in _spellings(word):
                tokens = [token for taken, _ in taken_apart(pieces(spelling)) for token in taken]
                if len(tokens) == 1 and tokens[0] != word:
                    found.setdefault(tokens[0], word)
    return found


def _spellings(word: str) -> Iterator[str]:
    size = len(word)
    yield word[0] + "".join("*" if letter in _VOWELS else letter for letter in word[1:])
    for start in range(1, size):
        for end in range(start + 1, size + 1):
            yield word[:start] + "*" * (end - start) + word[end:]
    if size >= _DRAWN_MIN:
        for at, letter in enumerate(word):
            yield word[:at] + letter + word[at:]
    yield word.replace("u", "v")
