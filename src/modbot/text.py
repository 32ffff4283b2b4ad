"""The only place text is changed: normalise, links, fingerprint.

What is normalised is for machines to compare and to learn from; it is never stored in place of the original and
never shown. Every normalised character remembers the original characters it stands for, so that a reason found in
the one can be pointed at in the other. Does no I/O and imports nothing of modbot.
"""

from __future__ import annotations

import functools
import hashlib
import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

LINK_MARK = "\ue000"
"""Stands in front of the host of a link in normalised text (a private-use character, so nobody types it)."""

ADDRESS_MARK = "\ue001"
"""Stands in front of the domain of an email address in normalised text; the local part is gone."""

# Longest digits run kept: beyond this a number is "long", and how long does not matter.
_DIGITS_MAX = 8
# Fewer letters than this and a fingerprint keeps every visible character, or all short answers would be one.
_FINGERPRINT_LETTERS_MIN = 6

# Top-level domains that are recognised without a scheme. A bare "end.Next" must not become a link, so only
# endings that are no English words, plus the ones that spam lives on.
_BARE_TLDS = (
    "com|net|org|info|biz|edu|gov|io|co|uk|de|fr|es|it|nl|pl|ru|ua|su|cn|jp|kr|tw|in|id|br|mx|ar|au|nz|ca|us|eu|"
    "ch|at|be|se|no|dk|fi|cz|sk|hu|ro|bg|gr|tr|ir|vn|th|my|sg|ph|za|ng|ke|tv|cc|ws|ly|me|to|gg|xyz|top|site|online|"
    "shop|store|club|live|pro|app|dev|link|click|win|bid|vip|icu|fun|space|website|tech|blog|news|asia|mobi|name|tk|ml|"
    "ga|cf|gq|pw"
)
_URL = r"(?:https?|ftp)://[^\s<>\"'\[\]{}|\\^`]+|www\d{0,2}\.[^\s<>\"'\[\]{}|\\^`]+"
_BARE = (
    rf"(?<![\w@.\-])(?:[^\W_](?:[\w\-]{{0,61}}[^\W_])?\.){{1,4}}(?:{_BARE_TLDS})(?![\w\-]|\.\w)"
    r"(?:[/:?][^\s<>\"'\[\]]*)?"
)
_ADDRESS = r"[\w.+\-]{1,64}@(?:[\w\-]{1,63}\.){1,5}[a-z]{2,24}\b"
_TRAILING = ".,;:!?)*'\u2019\u201d\u00bb\u3002\uff0c"

# What the scan looks for. The order of the alternatives is the order of preference at one place in the text. Each is
# tried only
# where a cheap test says that it can occur at all: regular expressions with ten alternatives are dear on plain prose.
_ALTERNATIVES = {
    "tag": r"</?[a-z!][^<>]{0,2000}>|\[/?(?:url|link|b|i|u|img|quote|code|size|color|email)(?:=[^\]]{0,500})?\]",
    "entity": r"&(?:\#\d{1,7}|\#x[0-9a-f]{1,6}|[a-z]{2,8});",
    "link": _URL,
    "address": _ADDRESS,
    "bare": _BARE,
    "digits": r"\d{3,}",
    "spaced": r"(?<![^\W_])(?:[^\W\d_][ .\-_*]){3,}[^\W\d_](?![^\W_])",
    "leet": r"(?<=[a-z])[013457@$]{1,2}(?=[a-z])|(?<=[a-z])\${1,2}(?!\w)|(?<!\w)\$(?=[a-z]{2})",
    "letters": r"(?P<letter>[^\W\d_])(?P=letter){2,}",
    "marks": r"(?P<mark>[!?.,*~=_\-])(?P=mark){3,}",
}
_DIGITS_HINT = re.compile(r"\d\d\d")
_BARE_HINT = re.compile(r"\.[^\W\d_]{2}")
_SPACED_HINT = re.compile(r"[ .\-_*][^\W\d_][ .\-_*][^\W\d_][ .\-_*]")
_LETTERS_HINT = re.compile(r"([^\W\d_])\1\1")
_HREF = re.compile(r"""(?:href\s*=\s*|\[(?:url|link|img)=)["']?([^"'\s>\]]+)""")
_LEET = str.maketrans("013457@$", "oieastas")

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


@dataclass(frozen=True, slots=True)
class Normalised:
    """Text for machines, with the way back to the original.

    ``text[i]`` stands for the original characters ``starts[i]`` up to, not including, ``ends[i]``.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


@dataclass(frozen=True, slots=True)
class Link:
    """A link somebody put into a body: characters ``start`` to ``end``, its target and the target's host."""

    start: int
    end: int
    url: str
    host: str


def normalise(text: str) -> Normalised:
    """Bring text into the one form that is compared and learned from.

    Compatibility forms are folded (NFKC), case and accents are dropped, invisible characters removed, look-alike
    letters in
    words of mixed script and digits in the place of letters become the letters they stand for, spaced-out words are
    joined, runs of one character shortened, markup dropped, and links and addresses replaced by a mark and their host.
    The same text always becomes the same text, and normalising twice changes nothing that matters for hashing.

    Parameters
    ----------
    text : str
        Any text, of any length, lone surrogates included.

    Returns
    -------
    Normalised
        Lower-case text and, per character, the original characters it stands for.
    """
    folded, starts, ends = _fold(text)
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


def links(body: str) -> tuple[Link, ...]:
    """Find the links in a body, in order, without touching the network.

    Addresses with a scheme or ``www`` and bare hosts under common top-level domains count, in plain text as well as
    inside
    markup. Email addresses do not.

    Parameters
    ----------
    body : str
        The original body.

    Returns
    -------
    tuple of Link
        Spans in characters of ``body``. ``url`` always has a scheme; ``host`` is lower case, without ``www.`` and port.
    """
    schemes = "://" in body or "www" in body or "WWW" in body
    bare = _BARE_HINT.search(body) is not None
    if not schemes and not bare:
        return ()
    found = []
    for match in _link_finder(schemes=schemes, address="@" in body, bare=bare).finditer(body):
        if match.lastgroup == "address":  # matched so that its domain is not taken for a link
            continue
        url = match.group().rstrip(_TRAILING)
        target = url if "://" in url else f"http://{url}"
        host = host_of(target)
        if "." in host or host == "localhost":
            found.append(Link(match.start(), match.start() + len(url), target, host))
    return tuple(found)


def host_of(url: str) -> str:
    """Give the host of a URL, lower case, without user, port and ``www.``.

    Parameters
    ----------
    url : str
        A URL or a bare host.

    Returns
    -------
    str
        The host, or an empty string.
    """
    rest = url.split("://", 1)[-1]
    host = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rsplit("@", 1)[-1].split(":", 1)[0].lower().strip(".")
    return re.sub(r"^www\d{0,2}\.", "", host)


@functools.lru_cache(maxsize=1)
def _suffixes() -> Callable[[str], str]:
    import tldextract  # drags in a lot, and most comments have no link

    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)

    def registrable(host: str) -> str:
        return extract(host).top_domain_under_public_suffix or host

    return registrable


def registrable_domain(host: str) -> str:
    """Give the part of a host that somebody registered.

    Parameters
    ----------
    host : str
        A host name.

    Returns
    -------
    str
        Public suffix plus one label (``shop.example.co.uk`` gives ``example.co.uk``), or the host itself.
    """
    return _suffixes()(host)


def fingerprint(body: str) -> str:
    """Hash a body so that trivially changed copies collide.

    Case, spaces, punctuation, digits, invisible and look-alike characters make no difference; letters do.

    Parameters
    ----------
    body : str
        The original body.

    Returns
    -------
    str
        32 hexadecimal digits (SHA-256, cut to 128 bits).
    """
    text = normalise(body).text
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
    ("bare", _BARE_HINT.search),
    ("digits", _DIGITS_HINT.search),
    ("spaced", _SPACED_HINT.search),
    ("leet", _has_any("013457@$")),
    ("letters", _has_triple),
    ("marks", _has_any(tuple(4 * mark for mark in "!.?-*=_~,"))),
)


@functools.lru_cache(maxsize=1024)
def _scanner(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{_ALTERNATIVES[name]})" for name in names))


@functools.lru_cache(maxsize=8)
def _link_finder(*, schemes: bool, address: bool, bare: bool) -> re.Pattern[str]:
    parts = [f"(?P<url>{_URL})"] * schemes + [f"(?P<address>{_ADDRESS})"] * address + [f"(?P<bare>{_BARE})"] * bare
    return re.compile("|".join(parts), re.IGNORECASE)


# -- folding one character at a time --------------------------------------------


def _fold(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    if text.isascii():
        size = len(text)
        return text.lower(), range(size), range(1, size + 1)
    mixed = _mixed_words(text)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for i, char in enumerate(text):
        folded = char.lower() if char < "\x80" else _fold_char(_LOOK_ALIKES.get(char, char) if i in mixed else char)
        pieces.append(folded)
        if len(folded) == 1:
            starts.append(i)
            ends.append(i + 1)
        elif folded:
            starts += [i] * len(folded)
            ends += [i + 1] * len(folded)
    return "".join(pieces), starts, ends


@functools.lru_cache(maxsize=20_000)
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


_WORD = re.compile(r"[^\W\d_]+")


def _mixed_words(text: str) -> frozenset[int]:
    """Positions inside words that mix Latin letters with letters that merely look Latin."""
    found: set[int] = set()
    for match in _WORD.finditer(text):
        word = match.group()
        if not word.isascii() and any("a" <= c.lower() <= "z" for c in word) and any(c in _LOOK_ALIKES for c in word):
            found.update(range(*match.span()))
    return frozenset(found)


# -- replacing one finding of the scan -------------------------------------------
# Each gives the replacement and, per replaced character, its place inside the finding.


def _tag(match: re.Match[str]) -> tuple[str, Sequence[int]]:
    href = _HREF.search(match.group())
    if href is None:
        return " ", (0,)
    text, at = _link_text(href.group(1))
    return f" {text} ", (0, *(href.start(1) + i for i in at), len(match.group()) - 1)


def _entity(match: re.Match[str]) -> tuple[str, Sequence[int]]:
    plain = _fold(html.unescape(match.group()))[0]
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
