"""Slurs behind dots: for people who would rather not read each one in full.

A short list of English slurs and the hardest swear words, and whatever a person adds. Words that name a group of people
are not on it: they are no slurs. It judges nothing; the model has never seen it. Pure; may import ``text``'s folding.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from modbot.text import fold

DOT = "•"
WORDS_MOST = 100
WORD_CHARS = 40
# Stems, each with the endings below.
STEMS = (
    *("arsehole", "asshole", "bastard", "bitch", "bollock", "chink", "cocksucker", "coon", "cunt", "dickhead", "dyke"),
    *("fag", "faggot", "fuck", "gook", "kike", "motherfuck", "nigga", "nigger", "paki", "poofter", "prick", "pussy"),
    *("raghead", "retard", "shit", "shemale", "slag", "slut", "spastic", "spic", "tranny", "trannie", "twat", "wank"),
    *("wetback", "whore", "wop", "tard"),
)
ENDINGS = "(?:s|ty|ting|ter|z|es|y|ie|ies|ed|er|ers|ing|in|head|heads|face|hole|bag|tard)?"
SLUR = re.compile(f"(?:{'|'.join(STEMS)}){ENDINGS}")
# Digits and signs that stand for letters, one for one.
LEET = str.maketrans("013457@$!", "oieastasi")
# A word, with the signs that replace letters within it.
TOKEN = re.compile(r"[\w@$!*]+")
# What stands for any letter.
STAR = "*"


def veiled(text: str, own: Sequence[str] = ()) -> str:
    """Return a text with the letters of its slurs after the first replaced by dots.

    Parameters
    ----------
    text : str
        Any text.
    own : sequence of str
        Words that a person added.

    Returns
    -------
    str
        As long as the text, so that what points into it still does.
    """
    stretches = _stretches(text, tuple(own))
    if not stretches:
        return text
    chars = list(text)
    for start, end in stretches:
        chars[start + 1 : end] = DOT * (end - start - 1)
    return "".join(chars)


def has_slur(text: str, own: Sequence[str] = ()) -> bool:
    """Whether anything in a text would be veiled."""
    return bool(_stretches(text, tuple(own)))


def words_of(typed: str) -> tuple[str, ...]:
    """Read the words and phrases that a person typed, in lines or with commas, each once."""
    said = (" ".join(one.split())[:WORD_CHARS] for one in re.split(r"[\n,]", typed))
    return tuple(dict.fromkeys(filter(None, said)))[:WORDS_MOST]


def _stretches(text: str, own: tuple[str, ...]) -> list[tuple[int, int]]:
    folded, starts, ends = fold(text)
    slurs = [
        found
        for found in TOKEN.finditer(folded)
        if SLUR.fullmatch(found.group().strip("!").translate(LEET)) or _starred(found.group())
    ]
    theirs = _any_of(own).finditer(folded) if own else ()
    return [(starts[found.start()], ends[found.end() - 1]) for found in (*slurs, *theirs) if found.group()]


@lru_cache(maxsize=64)
def _any_of(own: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(fold(word)[0]) for word in own)})(?!\w)")


@lru_cache(maxsize=4_096)
def _starred(word: str) -> bool:
    """Whether a word with stars for letters is one of ours: "f*ck"."""
    if STAR not in word.strip(STAR):
        return False
    shape = re.compile(re.escape(word).replace(r"\*", "."))
    return any(shape.fullmatch(stem + ending) for stem in STEMS for ending in ("", "s", "ing", "er"))
