"""Links in a body: where they stand and where they lead. Touches no network and imports nothing of modbot."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

# Top-level domains that are recognised without a scheme. A bare "end.Next" must not become a link, so only
# endings that are no English words, plus the ones that spam lives on.
_BARE_TLDS = (
    "com|net|org|info|biz|edu|gov|io|co|uk|de|fr|es|it|nl|pl|ru|ua|su|cn|jp|kr|tw|in|id|br|mx|ar|au|nz|ca|us|eu|"
    "ch|at|be|se|no|dk|fi|cz|sk|hu|ro|bg|gr|tr|ir|vn|th|my|sg|ph|za|ng|ke|tv|cc|ws|ly|me|to|gg|xyz|top|site|online|"
    "shop|store|club|live|pro|app|dev|link|click|win|bid|vip|icu|fun|space|website|tech|blog|news|asia|mobi|name|tk|ml|"
    "ga|cf|gq|pw"
)
URL = r"(?:https?|ftp)://[^\s<>\"'\[\]{}|\\^`]+|www\d{0,2}\.[^\s<>\"'\[\]{}|\\^`]+"
BARE = (
    rf"(?<![\w@.\-])(?:[^\W_](?:[\w\-]{{0,61}}[^\W_])?\.){{1,4}}(?:{_BARE_TLDS})(?![\w\-]|\.\w)"
    r"(?:[/:?][^\s<>\"'\[\]]*)?"
)
ADDRESS = r"[\w.+\-]{1,64}@(?:[\w\-]{1,63}\.){1,5}[a-z]{2,24}\b"
_TRAILING = ".,;:!?)*'\u2019\u201d\u00bb\u3002\uff0c"

BARE_HINT = re.compile(r"\.[^\W\d_]{2}")


@dataclass(frozen=True, slots=True)
class Link:
    """A link somebody put into a body: characters ``start`` to ``end``, its target and the target's host."""

    start: int
    end: int
    url: str
    host: str


def links(body: str) -> tuple[Link, ...]:
    """Find the links in a body, in order, without touching the network.

    Addresses with a scheme or ``www`` and bare hosts under common top-level domains count, in plain text as well as
    inside markup. Email addresses do not.

    Parameters
    ----------
    body : str
        The original body.

    Returns
    -------
    tuple of Link
        Spans in characters of ``body``. ``url`` always has a scheme; ``host`` is lower case, without ``www.`` and port.
    """
    if "://" not in body and "www" not in body and "WWW" not in body and not BARE_HINT.search(body):
        return ()
    found: list[Link] = []
    at = 0
    # No link has a space in it, and few pieces of a body can have a link in them: those are found again from where the
    # last one of them ended, since no other piece can have them within.
    for piece in body.split():
        if "." in piece or "://" in piece:
            at = body.index(piece, at)
            end = at + len(piece)
            found += _links_within(body, at, end)
            at = end
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


def _links_within(body: str, at: int, end: int) -> Iterator[Link]:
    piece = body[at:end]
    schemes = "://" in piece or "www" in piece or "WWW" in piece
    bare = BARE_HINT.search(piece) is not None
    if not schemes and not bare:
        return
    for match in _link_finder(schemes=schemes, address="@" in piece, bare=bare).finditer(body, at, end):
        if match.lastgroup == "address":  # matched so that its domain is not taken for a link
            continue
        url = match.group().rstrip(_TRAILING)
        target = url if "://" in url else f"http://{url}"
        host = host_of(target)
        if "." in host or host == "localhost":
            yield Link(match.start(), match.start() + len(url), target, host)


@functools.lru_cache(maxsize=8)
def _link_finder(*, schemes: bool, address: bool, bare: bool) -> re.Pattern[str]:
    parts = [f"(?P<url>{URL})"] * schemes + [f"(?P<address>{ADDRESS})"] * address + [f"(?P<bare>{BARE})"] * bare
    return re.compile("|".join(parts), re.IGNORECASE)
