"""Text in the one form that is compared and learned from, and its fingerprint.

Every normalised character remembers the original characters it stands for. Does no I/O and imports nothing of modbot
but this room.
"""

from __future__ import annotations

import functools
import hashlib
import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from modbot.text.folding import fold
from modbot.text.links import ADDRESS, BARE, BARE_HINT, URL, host_of

LINK_MARK = "\ue000"
"""Stands in front of the host of a link in normalised text (a private-use character, so nobody types it)."""

ADDRESS_MARK = "\ue001"
"""Stands in front of the domain of an email address in normalised text; the local part is gone."""

# Longest digits run kept: beyond this a number is "long", and how long does not matter.
_DIGITS_MAX = 8
# Fewer letters than this and a fingerprint keeps every visible character, or all short answers would be one.
_FINGERPRINT_LETTERS_MIN = 6

# What the scan looks for. The order of the alternatives is the order of preference at one place in the text. Each is
# tried only
# where a cheap test says that it can occur at all: regular expressions with ten alternatives are dear on plain prose.
_ALTERNATIVES = {
    "tag": r"</?[a-z!][^<>]{0,2000}>|\[/?(?:url|link|b|i|u|img|quote|code|size|color|email)(?:=[^\]]{0,500})?\]",
    "entity": r"&(?:\#\d{1,7}|\#x[0-9a-f]{1,6}|[a-z]{2,8});",
    "link": URL,
    "address": ADDRESS,
    "bare": BARE,
    "digits": r"\d{3,}",
    "spaced": r"(?<![^\W_])(?:[^\W\d_][ .\-_*]){3,}[^\W\d_](?![^\W_])",
    "leet": r"(?<=[a-z])[013457@$]{1,2}(?=[a-z])|(?<=[a-z])\${1,2}(?!\w)|(?<!\w)\$(?=[a-z]{2})",
    "letters": r"(?P<letter>[^\W\d_])(?P=letter){2,}",
    "marks": r"(?P<mark>[!?.,*~=_\-])(?P=mark){3,}",
}
_DIGITS_HINT = re.compile(r"\d\d\d")
_SPACED_HINT = re.compile(r"[ .\-_*][^\W\d_][ .\-_*][^\W\d_][ .\-_*]")
# Nothing in it that begins markup, and each character folds to one that is as much a letter or a space as it is.
_UNMARKED = re.compile(
    "[\x00-;=-Z\\\\-\x7f\u00a1\u00ab\u00bb\u00bf-\u00d6\u00d8-\u00f6\u00f8-\u012f\u0131\u0141-\u0148\u014c-\u017e"
    "\u0391-\u03a1\u03a3-\u03c9\u0400-\u045f\u05d0-\u05ea\u060c\u061f\u0621-\u064a\u0905-\u0939\u0e01-\u0e30"
    "\u2013-\u2015\u2018-\u201e\u3001-\u3002\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3\uff01\uff0c\uff1f"
    "\U0001f300-\U0001f64f\U0001f680-\U0001f6c5]*\\Z"
)
_LETTERS_HINT = re.compile(r"([^\W\d_])\1\1")
# The findings that may have spaces in them, and what is left between spaces.
_CROSSING = re.compile("|".join(_ALTERNATIVES[name] for name in ("tag", "spaced")))
_PIECE = re.compile(r"\S+")
_HREF = re.compile(r"""(?:href\s*=\s*|\[(?:url|link|img)=)["']?([^"'\s>\]]+)""")
_LEET = str.maketrans("013457@$", "oieastas")


@dataclass(frozen=True, slots=True)
class Normalised:
    """Text for machines, with the way back to the original.

    ``text[i]`` stands for the original characters ``starts[i]`` up to, not including, ``ends[i]``.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


def normalise(text: str) -> Normalised:
    """Bring text into the one form that is compared and learned from.

    Compatibility forms are folded (NFKC), case and accents are dropped, invisible characters removed, look-alike
    letters in words of mixed script and digits in the place of letters become the letters they stand for, spaced-out
    words are joined, runs of one character shortened, markup dropped, and links and addresses replaced by a mark and
    their host. The same text always becomes the same text, and normalising twice changes nothing that matters for
    hashing.

    Parameters
    ----------
    text : str
        Any text, of any length, lone surrogates included.

    Returns
    -------
    Normalised
        Lower-case text and, per character, the original characters it stands for.
    """
    folded, starts, ends = fold(text)
    possible = _possible(folded)
    if not possible:
        return Normalised(folded, starts, ends)
    pieces: list[str] = []
    new_starts: list[int] = []
    new_ends: list[int] = []
    done = 0
    for match in _scanner(possible).finditer(folded):
        start, end = match.span()
        if start > done:
            pieces.append(folded[done:start])
            new_starts += starts[done:start]
            new_ends += ends[done:start]
        replacement, at = _REPLACE[match.lastgroup or ""](match)
        pieces.append(replacement)
        new_starts += [starts[start + i] for i in at]
        new_ends += [ends[start + i] for i in at[1:]]
        if at:
            new_ends.append(ends[end - 1])
        done = end
    pieces.append(folded[done:])
    new_starts += starts[done:]
    new_ends += ends[done:]
    return Normalised("".join(pieces), new_starts, new_ends)


def pieces(text: str) -> list[str]:
    """Cut a text at spaces, so that its pieces normalise one by one as they do together.

    Markup with spaces in it and spaced-out words stay in one piece; everything else ends at a space.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list of str
        Parts of the text in their order; only what folds to space is left out.
    """
    if _UNMARKED.match(text) and not _SPACED_HINT.search(text):
        return text.split()
    folded, starts, _ = fold(text)
    if "\u2028" in folded or "\u2029" in folded:  # space to some, punctuation to others
        return [text]
    if "<" not in folded and "[" not in folded and not _SPACED_HINT.search(folded):
        return text.split()
    if not isinstance(starts, range):
        return [text]
    joined = _CROSSING.sub(lambda match: "_".join(re.split(r"\s", match.group())), folded)
    return [text[slice(*match.span())] for match in _PIECE.finditer(joined)]


def fingerprint(body: str, normalised: Normalised | None = None) -> str:
    """Hash a body so that trivially changed copies collide.

    Case, spaces, punctuation, digits, invisible and look-alike characters make no difference; letters do.

    Parameters
    ----------
    body : str
        The original body.
    normalised : Normalised, optional
        The same body normalised, where the caller has it anyway.

    Returns
    -------
    str
        32 hexadecimal digits (SHA-256, cut to 128 bits).
    """
    text = (normalised or normalise(body)).text
    kept = "".join(filter(str.isalpha, text))
    if len(kept) < _FINGERPRINT_LETTERS_MIN:
        kept = "".join(text.split()) or "".join(body.split())
    return hashlib.sha256(kept.encode("utf-8", "surrogatepass")).hexdigest()[:32]


# -- looking where it can pay ------------------------------------------------------


def _possible(text: str) -> tuple[str, ...]:
    """The alternatives of the scan that a text can contain."""
    return tuple([name for name, can_occur in _CAN_OCCUR if can_occur(text)])


def _has_any(parts: Sequence[str]) -> Callable[[str], object]:
    def has_any(text: str) -> bool:
        for part in parts:  # noqa: SIM110 - a generator costs more than all the searches
            if part in text:
                return True
        return False

    return has_any


def _has_triple(text: str) -> object:
    return _IN_A_ROW(text) or (not text.isascii() and _LETTERS_HINT.search(text))


_IN_A_ROW = _has_any(tuple(3 * letter for letter in "oehsaliutnrmfcgpwkbdyvxzqj"))
_CAN_OCCUR: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("tag", _has_any("<[")),
    ("entity", _has_any("&")),
    ("link", _has_any(("://", "www"))),
    ("address", _has_any("@")),
    ("bare", BARE_HINT.search),
    ("digits", _DIGITS_HINT.search),
    ("spaced", _SPACED_HINT.search),
    ("leet", _has_any("013457@$")),
    ("letters", _has_triple),
    ("marks", _has_any(tuple(4 * mark for mark in "!.?-*=_~,"))),
)


@functools.lru_cache(maxsize=1024)
def _scanner(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{_ALTERNATIVES[name]})" for name in names))


# -- replacing one finding of the scan -------------------------------------------
# Each gives the replacement and, per replaced character, its place inside the finding.


def _tag(match: re.Match[str]) -> tuple[str, Sequence[int]]:
    href = _HREF.search(match.group())
    if href is None:
        return " ", (0,)
    text, at = _link_text(href.group(1))
    return f" {text} ", (0, *(href.start(1) + i for i in at), len(match.group()) - 1)


def _entity(match: re.Match[str]) -> tuple[str, Sequence[int]]:
    plain = fold(html.unescape(match.group()))[0]
    return plain, (0,) * len(plain)


def _link(match: re.Match[str]) -> tuple[str, Sequence[int]]:
    return _link_text(match.group())


def _link_text(url: str) -> tuple[str, Sequence[int]]:
    """Mark, host and the words of the path, each where it stands in the URL."""
    host = host_of(url)
    at = max(url.find(host), 0)
    rest = at + len(host)
    path = re.sub(r"[^a-z0-9]", " ", url[rest:].translate(_LEET) if not url.isascii() else url[rest:])
    text = f" {LINK_MARK}{host}{path} "
    return text, (0, 0, *range(at, rest), *range(rest, len(url)), len(url) - 1)


def _address(match: re.Match[str]) -> tuple[str, Sequence[int]]:
    found = match.group()
    at = found.index("@") + 1
    return f" {ADDRESS_MARK}{found[at:]} ", (0, 0, *range(at, len(found)), len(found) - 1)


def _digits(match: re.Match[str]) -> tuple[str, Sequence[int]]:
    size = min(len(match.group()), _DIGITS_MAX)
    return "0" * size, range(size)


def _spaced(match: re.Match[str]) -> tuple[str, Sequence[int]]:
    return match.group()[::2], range(0, len(match.group()), 2)


def _leet(match: re.Match[str]) -> tuple[str, Sequence[int]]:
    return match.group().translate(_LEET), range(len(match.group()))


def _letters(match: re.Match[str]) -> tuple[str, Sequence[int]]:
    return match.group()[:2], range(2)


def _marks(match: re.Match[str]) -> tuple[str, Sequence[int]]:
    return match.group()[:3], range(3)


_REPLACE: dict[str, Callable[[re.Match[str]], tuple[str, Sequence[int]]]] = {
    "tag": _tag,
    "entity": _entity,
    "link": _link,
    "address": _address,
    "bare": _link,
    "digits": _digits,
    "spaced": _spaced,
    "leet": _leet,
    "letters": _letters,
    "marks": _marks,
}
