"""Characters folded one by one: case, compatibility forms, accents, invisible and look-alike letters.

Every folded character remembers the original ones it stands for. Does no I/O and imports nothing of modbot.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_FOLDED_MAX = 20_000
_INVISIBLE = frozenset("\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u3164\ufeff\uffa0")
# Letters that pass for Latin ones and that NFKC leaves alone: from other scripts only where a word mixes scripts, since
# an honest Russian word must stay Russian; small capitals and boxed letters always, since no language writes them.
_LOOK_ALIKES = {
    look_alike: letter
    for letter, look_alikes in {
        "a": "\u0430\u0410\u03b1\u0391",
        "b": "\u0412\u0432\u0392\u044c",
        "c": "\u0441\u0421\u03f2",
        "d": "\u0501",
        "e": "\u0435\u0415\u0451\u0395\u0454",
        "g": "\u050d",
        "h": "\u043d\u041d\u04bb\u0397\u0570",
        "i": "\u0456\u0406\u03b9\u0399\u0457",
        "j": "\u0458\u0408\u03f3",
        "k": "\u043a\u041a\u03ba\u039a",
        "m": "\u043c\u041c\u039c",
        "n": "\u03b7\u039d\u0578",
        "o": "\u043e\u041e\u03bf\u039f\u03c3\u0585\u0555",
        "p": "\u0440\u0420\u03c1\u03a1",
        "q": "\u051b\u0566",
        "r": "\u0433",
        "s": "\u0455\u0405",
        "t": "\u0442\u0422\u03c4\u03a4",
        "u": "\u03c5\u057d",
        "v": "\u03bd\u0475",
        "w": "\u051d\u03c9",
        "x": "\u0445\u0425\u03c7\u03a7",
        "y": "\u0443\u0423\u03a5\u04af",
        "z": "\u0396",
    }.items()
    for look_alike in look_alikes
}
_ALWAYS = {
    look_alike: letter
    for letter, look_alikes in {
        "a": "\u1d00\u0251\U00010300",
        "b": "\u0299\U00010301",
        "c": "\u1d04\U00010302",
        "d": "\u1d05",
        "e": "\u1d07\U00010304",
        "f": "\ua730",
        "g": "\u0262\u0261",
        "h": "\u029c",
        "i": "\u026a\u0131\U00010309",
        "j": "\u1d0a",
        "k": "\u1d0b\U0001030a",
        "l": "\u029f\U0001031a",
        "m": "\u1d0d\U0001030c",
        "n": "\u0274\U0001030d",
        "o": "\u1d0f\U0001030f",
        "p": "\u1d18\U00010310",
        "r": "\u0280",
        "s": "\ua731\U00010314",
        "t": "\u1d1b\U00010315",
        "u": "\u1d1c\U00010316",
        "v": "\u1d20",
        "w": "\u1d21",
        "x": "\U00010317",
        "y": "\u028f",
        "z": "\u1d22",
    }.items()
    for look_alike in look_alikes
}


def fold(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """Fold a text character by character.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    folded : str
        Lower case, without compatibility forms, accents on Latin letters and invisible characters.
    starts, ends : sequence of int
        The original characters that each folded one stands for.
    """
    if text.isascii():
        size = len(text)
        return text.lower(), range(size), range(1, size + 1)
    pieces = list(map(_FOLDED.__getitem__, text))
    for i in _mixed_words(text):
        pieces[i] = _FOLDED[_LOOK_ALIKES.get(text[i], text[i])]
    folded = "".join(pieces)
    if len(folded) == len(text) and "" not in pieces:
        return folded, range(len(text)), range(1, len(text) + 1)
    starts = [i for i, piece in enumerate(pieces) for _ in piece]
    return folded, starts, [i + 1 for i in starts]


def _fold_char(char: str) -> str:
    if char in _ALWAYS:
        return _ALWAYS[char]
    if char in _INVISIBLE or unicodedata.category(char) in {"Cf", "Co", "Cs"} or "\ufe00" <= char <= "\ufe0f":
        return ""
    if "\U0001f1e6" <= char <= "\U0001f1ff":  # regional indicators spell flags, and words that dodge filters
        return chr(ord(char) - 0x1F1E6 + ord("a"))
    if "\U0001f170" <= char <= "\U0001f189":  # white letters on black squares
        return chr(ord(char) - 0x1F170 + ord("a"))
    folded = unicodedata.normalize("NFKC", char).lower()
    first = unicodedata.normalize("NFD", folded)
    if first and first[0] < "\u0250" and len(first) > 1:  # accents off Latin letters only: elsewhere they are letters
        folded = "".join(c for c in first if not unicodedata.combining(c))
    return "" if folded and unicodedata.category(folded[0]) == "Mn" and folded[0] < "\u0370" else folded


class _Folded(dict[str, str]):
    """Characters already met; there are more of them than anybody writes, so the first ones are enough."""

    def __missing__(self, char: str) -> str:
        folded = _fold_char(char)
        if len(self) < _FOLDED_MAX:
            self[char] = folded
        return folded


_FOLDED = _Folded()
_WORD = re.compile(r"[^\W\d_]+")
_LOOK_ALIKE = re.compile(f"[{''.join(_LOOK_ALIKES)}]")


def _mixed_words(text: str) -> frozenset[int]:
    """Positions inside words that mix Latin letters with letters that merely look Latin."""
    if not _LOOK_ALIKE.search(text):
        return frozenset()
    found: set[int] = set()
    for match in _WORD.finditer(text):
        word = match.group()
        if not word.isascii() and any("a" <= c.lower() <= "z" for c in word) and any(c in _LOOK_ALIKES for c in word):
            found.update(range(*match.span()))
    return frozenset(found)
