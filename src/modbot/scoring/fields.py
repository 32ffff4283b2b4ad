"""What is known of a comment besides its words, as keys to be hashed.

Each field yields one key for each of its facets; a missing field is a value like any other ("email=none"). Counts are
put on coarse scales, so that a site with longer comments is not another world. Decides nothing; may import
``domain``, ``text`` and numpy.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from modbot.domain import Comment
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


def field_keys(
    comment: Comment, order: Sequence[int], distinct: int
) -> tuple[tuple[tuple[int, str], ...], tuple[tuple[int, str], ...]]:
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
    keys: list[tuple[int, str]] = []
    texts: list[tuple[int, str]] = []
    _name(comment.name, keys, texts)
    _email(comment, keys, texts)
    found = links(comment.body)
    hosts = {link.host for link in found}
    _website(comment.url, hosts, keys, texts)
    body = comment.body
    codes = np.frombuffer(body.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    counts: list[int] = np.bincount(_CLASSES[np.minimum(codes, _TABLE_SIZE)], minlength=17).tolist()
    covered = sum(link.end - link.start for link in found)
    share = covered / max(len(body), 1)
    keys += (
        (LINKS, f"links={_steps(len(found), (0, 1, 2, 4, 8))}"),
        (LINKS, f"hosts={_steps(len(hosts), (0, 1, 2, 4))}"),
        (LINKS, f"covered={_steps(share * 10, (0, 2, 5, 8))}"),
        (LINKS, f"markup={_MARKUP.search(body) is not None if found else 'none'}"),
    )
    keys += _shape(counts, len(order), distinct)
    keys.append((TIME, f"elapsed={_elapsed(comment.elapsed_ms)}"))
    keys.append((PAGE, f"page={_page(comment)}"))
    return tuple(keys), tuple(texts)


def _steps(value: float, edges: Sequence[float]) -> int:
    """How many of the ascending edges lie below a value."""
    return bisect_left(edges, value)


def _name(name: str, keys: list[tuple[int, str]], texts: list[tuple[int, str]]) -> None:
    if not name:
        keys.append((NAME, "name=none"))
        return
    words = _WORD.findall(name.lower())
    case = "lower" if name.islower() else "upper" if name.isupper() else "title" if name.istitle() else "mixed"
    keys += (
        (NAME, f"name.words={_steps(len(words), (0, 1, 2, 3, 5))}"),
        (NAME, f"name.case={case}"),
        (NAME, f"name.digits={_has_digit(name)}"),
        (NAME, f"name.link={'.' in name and bool(links(name))}"),
        (NAME, f"name.long={_steps(len(name), (8, 16, 24, 40))}"),
    )
    plain = name.lower() if name.isascii() and name.replace(" ", "").isalpha() else normalise(name[:200]).text
    texts += [(NAME, word) for word in dict.fromkeys(_WORD.findall(plain))]


def _email(comment: Comment, keys: list[tuple[int, str]], texts: list[tuple[int, str]]) -> None:
    domain = comment.author.email_domain.lower()
    if not domain:
        keys.append((EMAIL, "email=none"))
        return
    free = domain in _FREE_MAIL
    keys += (
        (EMAIL, f"email.kind={'disposable' if comment.author.disposable else 'free' if free else 'own'}"),
        (EMAIL, f"email.ending={domain.rsplit('.', 1)[-1]}"),
        (EMAIL, f"email.mx={'missing' if comment.author.mx_missing else 'unknown'}"),
        (EMAIL, f"email.domain={domain if free else 'own'}"),
    )
    if not free:
        keys.append(
            (
                EMAIL,
                f"email.shape={_steps(len(domain), (8, 12, 16, 24))}{'-' in domain}{_has_digit(domain)}",
            )
        )
        same = bool(comment.url) and host_of(comment.url.lower()).endswith(domain)
        keys.append((EMAIL, f"email.site={same if comment.url else 'none'}"))
        texts.append((EMAIL, domain))


def _website(url: str, hosts: set[str], keys: list[tuple[int, str]], texts: list[tuple[int, str]]) -> None:
    if not url:
        keys.append((WEBSITE, "website=none"))
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
    return any([char.isdigit() for char in text])  # noqa: C419 - a generator costs more


def _shape(counts: list[int], words: int, distinct: int) -> tuple[tuple[int, str], ...]:
    lower, upper = counts[_LOWER], counts[_UPPER]
    size = sum(counts)
    letters = lower + upper
    foreign: NDArray[np.int_] | int = sum(counts[kind] for kind, _ in _SCRIPTS)
    script = "latin"
    if foreign > letters:
        script = max(_SCRIPTS, key=lambda pair: counts[pair[0]])[1]
    elif not letters:
        script = "none"
    elif foreign:
        script = "mixed"
    caps = "few" if letters < 10 else str(_steps(upper / letters * 20, (0, 1, 2, 4, 10, 18)))
    return (
        (LENGTH, f"words={_steps(words, (1, 3, 6, 12, 25, 50, 100, 200, 400))}"),
        (LENGTH, f"lines={_steps(counts[_LINE], (0, 1, 3, 8))}"),
        (CAPITALS, f"caps={caps}"),
        (PUNCTUATION, f"bangs={_steps(counts[_BANG], (0, 1, 3, 6))}"),
        (PUNCTUATION, f"queries={_steps(counts[_QUERY], (0, 1, 3))}"),
        (PUNCTUATION, f"marks={_steps(counts[_MARK] / max(size, 1) * 100, (0, 2, 4, 8, 16))}"),
        (PUNCTUATION, f"digits={_steps(counts[_DIGIT] / max(size, 1) * 100, (0, 1, 3, 8, 20))}"),
        (PUNCTUATION, f"emoji={_steps(counts[_EMOJI], (0, 1, 3, 8))}"),
        (REPETITION, f"repeats={'few' if words < 8 else _steps(distinct / words * 20, (8, 10, 12, 14, 16, 18))}"),
        (LANGUAGE, f"script={script}"),
        (LANGUAGE, f"hidden={_steps(counts[_HIDDEN], (0, 2))}"),
        (LANGUAGE, f"styled={_steps(counts[_STYLED], (0, 4))}"),
    )


def _elapsed(elapsed_ms: int | None) -> str:
    return "none" if elapsed_ms is None else str(_steps(elapsed_ms / 1000, (1, 3, 8, 30, 120, 900)))


def _page(comment: Comment) -> str:
    title = set(_WORD.findall(comment.page_title.lower()))
    if not title:
        return "none"
    said = set(_WORD.findall(comment.body.lower()))
    shared = {word for word in title & said if len(word) > 3}
    return str(_steps(len(shared), (0, 1, 3)))
