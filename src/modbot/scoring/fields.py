"""What is known of a comment besides its words, as keys to be hashed.

Each field yields one key for each of its facets; a missing field is a value like any other ("email=none"). Counts are
put on coarse scales, so that a site with longer comments is not another world. Decides nothing; may import
``domain``, ``text`` and numpy.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from modbot.domain import Comment
from modbot.scoring.compiled import kernel
from modbot.text import host_of, links, normalise

FIELDS = (
    "name",
    "email",
    "website",
    "links",
    "length",
    "capitals",
    "punctuation",
    "repetition",
    "language",
    "time to fill",
    "page",
)
"""What a share can be called that does not belong to a word, in the order of `Reading.keys`."""

(NAME, EMAIL, WEBSITE, LINKS, LENGTH, CAPITALS, PUNCTUATION, REPETITION, LANGUAGE, TIME, PAGE) = range(len(FIELDS))

_FREE_MAIL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "yahoo.com",
        "yahoo.co.uk",
        "hotmail.com",
        "hotmail.co.uk",
        "outlook.com",
        "live.com",
        "msn.com",
        "aol.com",
        "icloud.com",
        "me.com",
        "mail.ru",
        "yandex.ru",
        "gmx.de",
        "gmx.net",
        "gmx.com",
        "web.de",
        "t-online.de",
        "free.fr",
        "orange.fr",
        "libero.it",
        "qq.com",
        "163.com",
        "126.com",
        "protonmail.com",
        "proton.me",
        "fastmail.com",
        "zoho.com",
        "comcast.net",
        "verizon.net",
        "rediffmail.com",
        "mail.com",
        "inbox.com",
    ]
)
_WORD = re.compile(r"[^\W\d_]+")
_MARKUP = re.compile(r"<a\s|\[url|\[link", re.IGNORECASE)

# -- classes of characters, looked up once per comment ---------------------------

(_OTHER, _SPACE, _LOWER, _UPPER, _DIGIT, _BANG, _QUERY, _MARK, _LINE) = range(9)
(_CYRILLIC, _GREEK, _SEMITIC, _INDIC, _EAST, _EMOJI, _HIDDEN, _STYLED) = range(9, 17)
_KINDS = _STYLED + 1
_SCRIPTS = ((_CYRILLIC, "cyrillic"), (_GREEK, "greek"), (_SEMITIC, "semitic"), (_INDIC, "indic"), (_EAST, "east"))
_RANGES = (
    (0x21, 0x7F, _MARK),
    (0x30, 0x3A, _DIGIT),
    (0x41, 0x5B, _UPPER),
    (0x61, 0x7B, _LOWER),
    (0x21, 0x22, _BANG),
    (0x3F, 0x40, _QUERY),
    (0x20, 0x21, _SPACE),
    (0x09, 0x0A, _SPACE),
    (0x0A, 0x0B, _LINE),
    (0xA0, 0xA1, _SPACE),
    (0xAD, 0xAE, _HIDDEN),
    (0xC0, 0xDF, _UPPER),
    (0xDF, 0x250, _LOWER),
    (0x370, 0x400, _GREEK),
    (0x400, 0x530, _CYRILLIC),
    (0x590, 0x780, _SEMITIC),
    (0x900, 0x0F00, _INDIC),
    (0x1100, 0x1200, _EAST),
    (0x1D00, 0x1DC0, _STYLED),
    (0x200B, 0x2010, _HIDDEN),
    (0x202A, 0x202F, _HIDDEN),
    (0x2060, 0x2070, _HIDDEN),
    (0x2190, 0x2C00, _EMOJI),
    (0x3040, 0xA000, _EAST),
    (0xAC00, 0xD7B0, _EAST),
    (0xFB1D, 0xFE00, _SEMITIC),
    (0xFEFF, 0xFF00, _HIDDEN),
    (0xFF01, 0xFF5F, _STYLED),
    (0x10300, 0x10330, _STYLED),
    (0x1D400, 0x1D800, _STYLED),
    (0x1F000, 0x1FB00, _EMOJI),
    (0x1F100, 0x1F200, _STYLED),
)
_TABLE_SIZE = 0x1FB00
_CLASSES = np.zeros(_TABLE_SIZE + 1, dtype=np.uint8)
for _start, _end, _kind in _RANGES:
    _CLASSES[_start:_end] = _kind

Key = tuple[int, str]
"""A field's index, and what is said of it."""

# Most keys have few values: all of them are written down once, and a comment only picks.


def _stepped(field: int, name: str, *edges: float) -> Callable[[float], Key]:
    """Keys for a count: how many of the ascending edges lie below it."""
    keys = tuple((field, f"{name}={step}") for step in range(len(edges) + 1))
    return lambda value: keys[bisect_left(edges, value)]


def _named(field: int, name: str, *values: object) -> dict[object, Key]:
    """Keys for one of a few values."""
    return {value: (field, f"{name}={value}") for value in values}


_NO_NAME, _NO_EMAIL, _NO_WEBSITE = (NAME, "name=none"), (EMAIL, "email=none"), (WEBSITE, "website=none")
_NAME_WORDS = _stepped(NAME, "name.words", 0, 1, 2, 3, 5)
_NAME_CASE = _named(NAME, "name.case", "lower", "upper", "title", "mixed")
_NAME_DIGITS = _named(NAME, "name.digits", False, True)
_NAME_LINK = _named(NAME, "name.link", False, True)
_NAME_LONG = _stepped(NAME, "name.long", 8, 16, 24, 40)
_LINKS = _stepped(LINKS, "links", 0, 1, 2, 4, 8)
_HOSTS = _stepped(LINKS, "hosts", 0, 1, 2, 4)
_COVERED = _stepped(LINKS, "covered", 0, 2, 5, 8)
_WITH_MARKUP = _named(LINKS, "markup", "none", False, True)
_WORDS = _stepped(LENGTH, "words", 1, 3, 6, 12, 25, 50, 100, 200, 400)
_LINES = _stepped(LENGTH, "lines", 0, 1, 3, 8)
_FEW_CAPS = (CAPITALS, "caps=few")
_CAPS = _stepped(CAPITALS, "caps", 0, 1, 2, 4, 10, 18)
_BANGS = _stepped(PUNCTUATION, "bangs", 0, 1, 3, 6)
_QUERIES = _stepped(PUNCTUATION, "queries", 0, 1, 3)
_MARKS = _stepped(PUNCTUATION, "marks", 0, 2, 4, 8, 16)
_DIGITS = _stepped(PUNCTUATION, "digits", 0, 1, 3, 8, 20)
_EMOJIS = _stepped(PUNCTUATION, "emoji", 0, 1, 3, 8)
_FEW_REPEATS = (REPETITION, "repeats=few")
_REPEATS = _stepped(REPETITION, "repeats", 8, 10, 12, 14, 16, 18)
_SCRIPT = _named(LANGUAGE, "script", "latin", "none", "mixed", *[name for _, name in _SCRIPTS])
_HIDDENS = _stepped(LANGUAGE, "hidden", 0, 2)
_STYLEDS = _stepped(LANGUAGE, "styled", 0, 4)
_NO_TIME = (TIME, "elapsed=none")
_ELAPSED = _stepped(TIME, "elapsed", 1, 3, 8, 30, 120, 900)
_NO_PAGE = (PAGE, "page=none")
_PAGE_WORDS = _stepped(PAGE, "page", 0, 1, 3)


def field_keys(comment: Comment, order: Sequence[int], distinct: int) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """Take the fields of a comment apart.

    Parameters
    ----------
    comment : Comment
        Any comment; the address itself is not looked at.
    order : sequence of int
        The words of the body, in order, as indices.
    distinct : int
        How many different words there are.

    Returns
    -------
    keys : tuple of (int, str)
        Field index and categorical key.
    texts : tuple of (int, str)
        Field index and token of the fields that are read like text.
    """
    body = comment.body
    found = links(body)
    hosts = {link.host for link in found}
    keys, texts = _name(comment.name)
    _email(comment, keys, texts)
    _website(comment.url, hosts, keys, texts)
    covered = sum([link.end - link.start for link in found])
    keys += (
        _LINKS(len(found)),
        _HOSTS(len(hosts)),
        _COVERED(covered / max(len(body), 1) * 10),
        _WITH_MARKUP[_MARKUP.search(body) is not None if found else "none"],
    )
    keys += _shape(kernel.classified(body, _CLASSES, _KINDS), len(order), distinct)
    keys.append(_NO_TIME if comment.elapsed_ms is None else _ELAPSED(comment.elapsed_ms / 1000))
    keys.append(_page(comment) if comment.page_title else _NO_PAGE)
    return tuple(keys), tuple(texts)


def _steps(value: float, edges: Sequence[float]) -> int:
    """How many of the ascending edges lie below a value."""
    return bisect_left(edges, value)


def _name(name: str) -> tuple[list[Key], list[Key]]:
    if not name:
        return [_NO_NAME], []
    lower = name.lower()
    words = _WORD.findall(lower)
    case = "lower" if name.islower() else "upper" if name.isupper() else "title" if name.istitle() else "mixed"
    keys = [
        _NAME_WORDS(len(words)),
        _NAME_CASE[case],
        _NAME_DIGITS[_has_digit(name)],
        _NAME_LINK["." in name and bool(links(name))],
        _NAME_LONG(len(name)),
    ]
    if not (name.isascii() and name.replace(" ", "").isalpha()):
        words = _WORD.findall(normalise(name[:200]).text)
    return keys, [(NAME, word) for word in dict.fromkeys(words)]


def _email(comment: Comment, keys: list[Key], texts: list[Key]) -> None:
    author = comment.author
    if not author.email_domain:
        keys.append(_NO_EMAIL)
        return
    domain = author.email_domain.lower()
    keys += _email_keys(domain, author.disposable, author.mx_missing)
    if domain not in _FREE_MAIL:
        same = bool(comment.url) and host_of(comment.url.lower()).endswith(domain)
        keys.append((EMAIL, f"email.site={same if comment.url else 'none'}"))
        texts.append((EMAIL, domain))


@lru_cache(maxsize=4_096)
def _email_keys(domain: str, disposable: object, mx_missing: object) -> tuple[Key, ...]:
    """What a domain says by itself; a few domains have most of the addresses."""
    free = domain in _FREE_MAIL
    keys = (
        (EMAIL, f"email.kind={'disposable' if disposable else 'free' if free else 'own'}"),
        (EMAIL, f"email.ending={domain.rsplit('.', 1)[-1]}"),
        (EMAIL, f"email.mx={'missing' if mx_missing else 'unknown'}"),
        (EMAIL, f"email.domain={domain if free else 'own'}"),
    )
    if free:
        return keys
    return (*keys, (EMAIL, f"email.shape={_steps(len(domain), (8, 12, 16, 24))}{'-' in domain}{_has_digit(domain)}"))


def _website(url: str, hosts: set[str], keys: list[Key], texts: list[Key]) -> None:
    if not url:
        keys.append(_NO_WEBSITE)
        return
    host = host_of(url.lower())
    path = url.split("://", 1)[-1].partition("/")[2]
    keys += (
        (WEBSITE, f"website.ending={host.rsplit('.', 1)[-1]}"),
        (WEBSITE, f"website.in_body={host in hosts if hosts else 'none'}"),
        (WEBSITE, f"website.depth={_steps(path.strip('/').count('/') + bool(path), (0, 1, 2))}"),
        (WEBSITE, f"website.labels={_steps(host.count('.'), (1, 2, 3))}"),
        (
            WEBSITE,
            f"website.shape={_steps(len(host), (10, 16, 24))}{_steps(host.count('-'), (0, 1))}{_has_digit(host)}",
        ),
    )
    texts.append((WEBSITE, host or "?"))
    texts += [(WEBSITE, word) for word in dict.fromkeys(_WORD.findall(path.lower()[:200]))]


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _shape(counts: list[int], words: int, distinct: int) -> tuple[Key, ...]:
    lower, upper = counts[_LOWER], counts[_UPPER]
    size = sum(counts) or 1
    letters = lower + upper
    foreign = sum(counts[_CYRILLIC : _EAST + 1])
    script = "latin"
    if foreign > letters:
        script = max(_SCRIPTS, key=lambda pair: counts[pair[0]])[1]
    elif not letters:
        script = "none"
    elif foreign:
        script = "mixed"
    return (
        _WORDS(words),
        _LINES(counts[_LINE]),
        _FEW_CAPS if letters < 10 else _CAPS(upper / letters * 20),
        _BANGS(counts[_BANG]),
        _QUERIES(counts[_QUERY]),
        _MARKS(counts[_MARK] / size * 100),
        _DIGITS(counts[_DIGIT] / size * 100),
        _EMOJIS(counts[_EMOJI]),
        _FEW_REPEATS if words < 8 else _REPEATS(distinct / words * 20),
        _SCRIPT[script],
        _HIDDENS(counts[_HIDDEN]),
        _STYLEDS(counts[_STYLED]),
    )


def _page(comment: Comment) -> Key:
    title = set(_WORD.findall(comment.page_title.lower()))
    if not title:
        return _NO_PAGE
    said = set(_WORD.findall(comment.body.lower()))
    return _PAGE_WORDS(len([word for word in title & said if len(word) > 3]))
