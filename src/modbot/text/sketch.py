"""Sketches: 64 bytes by which mutated copies of one text are recognised, whatever was changed on the way.

A text is cut into pairs of neighbouring words; MinHash keeps 64 samples of the set, and the share of equal samples
estimates how much of two texts is the same. The samples also give the bands under which a store finds the candidates
without comparing with every text. Does no I/O and imports nothing of modbot but this room.
"""

from __future__ import annotations

import re
from itertools import pairwise
from operator import eq

from rensa import RMinHash

from modbot.text.normal import ADDRESS_MARK, LINK_MARK, Normalised, normalise

# 64 samples of one byte put the standard error of a likeness of 0.4 at 0.06. Stored sketches depend on these numbers.
SAMPLES = 64
SEED = 20_260_314
# From this estimated share of common word pairs on, two texts are copies. Among 10.8 million pairs of Civil Comments it
# joins five, and a reader would join them too; different texts on one subject share under a hundredth on average.
ALIKE_FROM = 0.4
# Different texts meet in a band of three samples once in a million times. Of copies with a tenth of their words
# exchanged nine in ten meet in one of eight bands, with a fifth six in ten, and the more copies there are the more.
BANDS = 8
BAND_SAMPLES = 3
# Characters in distinct word pairs, about twelve words. Shorter texts ("great post, thanks!") are alike without being
# copies, and have no sketch.
PAIRS_MIN_CHARS = 110

_QUOTE = re.compile(
    r"<blockquote\b.{0,2000}?</blockquote>|\[quote\b.{0,2000}?\[/quote\]|^[ \t]*(?:>|&gt;)[^\n]*$",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
_MARKED = re.compile(rf"[{LINK_MARK}{ADDRESS_MARK}]\S*")
# Chinese and Japanese are written without spaces: there each character counts as a word.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\d_]+")


def sketch(body: str, normalised: Normalised | None = None) -> bytes:
    """Sample the word pairs of a body so that mutated copies can be found.

    Case, punctuation, digits, hosts of links, look-alikes and invisible characters make no difference; a word that is
    changed, added or left out changes two pairs, a sentence that moves one. What is quoted does not count.

    Parameters
    ----------
    body : str
        The original body.
    normalised : Normalised, optional
        The same body normalised, where the caller has it anyway.

    Returns
    -------
    bytes
        64 bytes, or none for a text too short to be anybody's copy.
    """
    may_quote = ">" in body or "[" in body or "&" in body
    own = _QUOTE.sub(" ", body) if may_quote else body
    text = normalised.text if normalised and own == body else normalise(own).text
    pairs = {f"{first} {second}" for first, second in pairwise(_WORD.findall(_MARKED.sub(" ", text)))}
    if sum(map(len, pairs)) < PAIRS_MIN_CHARS:
        return b""
    minhash = RMinHash(num_perm=SAMPLES, seed=SEED)
    minhash.update(list(pairs))
    return bytes([sample & 0xFF for sample in minhash.digest()])


def likeness(one: bytes, other: bytes) -> float:
    """Estimate which share of the word pairs of two texts they have in common.

    Parameters
    ----------
    one, other : bytes
        Their sketches; the empty one is like nothing.

    Returns
    -------
    float
        From 0 to 1; texts with nothing in common may come out a little above 0.
    """
    equal: int = sum(map(eq, one, other))
    return equal / SAMPLES


def bands(sketch: bytes) -> tuple[int, ...]:
    """Give the numbers under which a sketch is filed: alike texts share at least one of them.

    Parameters
    ----------
    sketch : bytes
        A sketch, or the empty one.

    Returns
    -------
    tuple of int
        Eight numbers of 27 bits, the first three of which say which band; none for the empty sketch.
    """
    size = BAND_SAMPLES
    return tuple(
        (band << 8 * size) | int.from_bytes(sketch[band * size : band * size + size])
        for band in range(BANDS if sketch else 0)
    )
