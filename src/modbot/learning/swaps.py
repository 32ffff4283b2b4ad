"""Training rows in which other people are named: who is meant must not decide whether it is abuse.

A text that names a group gets a twin that names another one, with the same answer. What was said stays, so a head
can learn it; whom it was said of varies, so a head cannot. Fits nothing; may import ``domain``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import MappingProxyType

from modbot.learning.dataset import Example, share_of

_ADJECTIVES = """
gay lesbian bisexual transgender queer heterosexual homosexual straight christian catholic protestant evangelical muslim
islamic jewish hindu sikh buddhist mormon atheist religious black white asian african american european latino hispanic
mexican chinese japanese korean indian pakistani arab iranian turkish russian polish irish german french italian british
canadian australian native indigenous foreign female male deaf blind disabled autistic elderly old young poor homeless
"""
_PLURALS = """
gays lesbians homosexuals christians catholics muslims jews hindus sikhs buddhists mormons atheists blacks whites asians
africans americans europeans latinos mexicans indians arabs turks russians poles germans immigrants refugees foreigners
natives women men girls boys seniors teenagers millennials boomers feminists
"""
_SINGULARS = "jew immigrant refugee foreigner feminist woman man girl boy"

TERMS = MappingProxyType(
    {term: tuple(kind.split()) for kind in (_ADJECTIVES, _PLURALS, _SINGULARS) for term in kind.split()}
)
"""What a group may be called, and the terms that fit in its place."""

_TERM = re.compile(rf"\b(?:{'|'.join(sorted(TERMS, key=len, reverse=True))})\b", re.IGNORECASE)


def swapped(text: str) -> str:
    """Name other groups in a text.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The same for the same text, and equal to it if it names none of `TERMS`. A group that is named twice becomes
        the same other group twice.
    """

    def other(found: re.Match[str]) -> str:
        term = found[0]
        choice = [one for one in TERMS[term.lower()] if one != term.lower()]
        new = choice[int(share_of(f"{term.lower()} {text}") * len(choice))]
        return new.upper() if term.isupper() else new.capitalize() if term[0].isupper() else new

    return _TERM.sub(other, text)


def twins(examples: Iterable[Example]) -> Iterator[Example]:
    """Give each training example that names a group its twin.

    Parameters
    ----------
    examples : iterable of Example
        Split already.

    Yields
    ------
    Example
        Twins alone.
    """
    for example in examples:
        if example.part == "train" and (text := swapped(example.comment.body)) != example.comment.body:
            yield replace(example, comment=replace(example.comment, body=text))
