"""How people rated words: which lists of profanity have them, and how good or bad they sound.

No data names all the words with which people are abused, and people have kept lists of them for long. ``ratings.csv``
has what five lists say of single words, in some thirty languages; how much that counts is learned.
``python -m modbot.learning.ratings NODE_MODULES VADER_LEXICON`` makes it from what is published. Reads that file and
nothing else; may import ``text`` and ``scoring``.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from pathlib import Path

from modbot.learning.swaps import TERMS
from modbot.learning.vectors import vectors
from modbot.scoring.tokens import taken_apart
from modbot.text import pieces

FILE = Path(__file__).with_name("ratings.csv")

PROFANITY = ("cuss", "naughty-words", "profane-words", "washyourmouthoutwithsoap")
"""npm packages: a word is on the list or not."""

VADER = "vader"
"""Words that sound good (up to 4) or bad (down to -4), as ten people rated them (Hutto and Gilbert 2014)."""

RATINGS = (*PROFANITY, "good", "bad")
"""Columns of a word: 0 or 1 for each list of profanity, and half of how good or bad it sounds, from 0 to 2."""

# cuss rates each word by how surely it is meant as profanity; "pot" has the least, and this is the most.
_SURE = 2
_RATED = re.compile(r"^\s*(?:'([^']+)'|(\w+)): (\d),?$", re.MULTILINE)
# Written without spaces, so that their words are no tokens.
_UNSPACED = frozenset({"ja", "th", "zh"})
# What is a swear word in one language and frequent in English ("con", "fan") says too little.
_FREQUENT = 20_000
_FOREIGN_MIN = 3
# VADER has faces made of marks, too.
_WORD = re.compile(r"[a-z]{2}[a-z'-]*", re.IGNORECASE)


@cache
def ratings() -> dict[str, tuple[float, ...]]:
    """Read the words.

    Returns
    -------
    dict of str to tuple of float
        Each word as it stands in normalised text, and its `RATINGS`.
    """
    with FILE.open(encoding="utf-8", newline="") as stream:
        return {row["word"]: _rated(row) for row in csv.DictReader(stream)}


def collected(packages: Path, lexicon: Path, frequent: Collection[str]) -> dict[str, dict[str, str]]:
    """Gather the words of all lists.

    Parameters
    ----------
    packages : Path
        ``node_modules`` with those of `PROFANITY` in it.
    lexicon : Path
        ``vader_lexicon.txt``.
    frequent : collection of str
        English words, which no list of another language may claim.

    Returns
    -------
    dict of str to dict of str to str
        The lines of the file, in alphabetical order: each word with what the lists that have it say. What groups of
        people call themselves is left out, whichever list has it.
    """
    found: dict[str, dict[str, str]] = {}
    for name in PROFANITY:
        for word in _tokens(_published(packages / name), frequent):
            found.setdefault(word, {})[name] = "1"
    for line in lexicon.read_text(encoding="utf-8").splitlines():
        entry, mean = line.split("\t")[:2]
        for word in _tokens([(entry, True)] if _WORD.fullmatch(entry) else [], frequent):
            found.setdefault(word, {}).setdefault(VADER, mean)
    return {word: found[word] for word in sorted(found.keys() - TERMS.keys())}


def _rated(row: dict[str, str]) -> tuple[float, ...]:
    # Half of a mean makes a word that sounds bad count about as much as one that is on a list.
    sounds = float(row[VADER] or 0) / 2
    return (*[float(row[name] or 0) for name in PROFANITY], max(sounds, 0.0), max(-sounds, 0.0))


def _published(package: Path) -> Iterator[tuple[str, bool]]:
    """The entries of one package, and whether each is English."""
    if package.name == "cuss":
        for file in sorted(package.glob("*.js")):
            rated = _RATED.findall(file.read_text(encoding="utf-8"))
            yield from ((quoted or plain, file.stem == "index") for quoted, plain, sure in rated if int(sure) == _SURE)
    elif package.name == "naughty-words":
        for file in sorted(package.glob("*.json")):
            entries = json.loads(file.read_text(encoding="utf-8"))
            if isinstance(entries, list) and file.stem not in _UNSPACED:
                yield from ((entry, file.stem == "en") for entry in entries)
    else:
        file = package / ("words.json" if package.name == "profane-words" else "data/_en.json")
        yield from ((entry, True) for entry in json.loads(file.read_text(encoding="utf-8")))


def _tokens(entries: Iterable[tuple[str, bool]], frequent: Collection[str]) -> Iterator[str]:
    """Entries of one word, as they stand in normalised text."""
    for entry, english in entries:
        tokens = [token for taken, _ in taken_apart(pieces(entry)) for token in taken]
        if len(tokens) == 1 and (english or (len(tokens[0]) >= _FOREIGN_MIN and tokens[0] not in frequent)):
            yield tokens[0]


def _main(packages: Path, lexicon: Path) -> None:
    words = collected(packages, lexicon, frozenset(vectors()[0][:_FREQUENT]))
    with FILE.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, ("word", *PROFANITY, VADER), lineterminator="\n")
        writer.writeheader()
        writer.writerows({"word": word, **said} for word, said in words.items())


if __name__ == "__main__":
    _main(*map(Path, sys.argv[1:3]))
