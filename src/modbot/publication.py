"""What of a comment may be shown to the public, ready to be put into a page.

A body without markup is text: escaped, split into paragraphs, its links made clickable. A body with simple
markup keeps a short list of elements. Either way email addresses and telephone numbers that people typed are
hidden, links carry ``rel="nofollow ugc noopener"``, and what leaves has gone through nh3 last. Nothing here decides or
looks anything up. May import the nouns; home of nh3 and linkify-it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from html.parser import HTMLParser
from urllib.parse import unquote

import nh3
from linkify_it import LinkifyIt

from modbot.domain import Comment

HIDDEN_ADDRESS = "•••@•••"
HIDDEN_NUMBER = "••• ••• •••"
LINK_REL = "nofollow ugc noopener"
# More links than this in one comment stay text: the search for them is the dear part.
LINKS_MAX = 100
# A longer word is no address of a page, and the search is slow on it.
LINK_MAX_CHARS = 2_000

INLINE_TAGS = frozenset({"a", "abbr", "b", "br", "cite", "code", "del", "em", "i", "q", "s", "strong"})
BLOCK_TAGS = frozenset({"blockquote", "li", "ol", "p", "pre", "ul"})
# Only these make a body count as markup: "if x<y then" and "I <3 it" are text.
_HTML_NAMES = (
    "a|abbr|acronym|address|article|aside|audio|b|base|big|blockquote|body|br|button|canvas|caption|center|cite|code|"
    "col|dd|del|details|dfn|div|dl|dt|em|embed|figcaption|figure|font|footer|form|frame|frameset|h[1-6]|head|header|hr|"
    "html|i|iframe|img|input|ins|kbd|label|li|link|main|map|mark|marquee|math|meta|nav|noscript|object|ol|option|p|"
    "param|picture|pre|q|s|samp|script|section|select|small|source|span|strike|strong|style|sub|summary|sup|svg|table|"
    "tbody|td|template|textarea|tfoot|th|thead|title|tr|tt|u|ul|var|video|wbr"
)
_MARKUP = re.compile(rf"</?(?:{_HTML_NAMES})(?=[\s/>])[^<>]*>", re.IGNORECASE)
_NO_TAG = re.compile(rf"<(?!/?(?:{_HTML_NAMES})[\s/>])", re.IGNORECASE)
_CLEANER = nh3.Cleaner(
    tags=set(INLINE_TAGS | BLOCK_TAGS),
    clean_content_tags={
        "script",
        "style",
        "iframe",
        "noscript",
        "object",
        "svg",
        "math",
        "template",
        "title",
        "textarea",
    },
    attributes={"a": {"href"}},
    url_schemes={"http", "https"},
    link_rel=LINK_REL,
)

_AT = r"(?:[@\uff20\ufe6b]|%40|&\#0*64;|&\#x0*40;|&commat;)"
_DOT = r"[.\uff0e\u3002]"
_HOST = rf"[\w\-]{{1,63}}(?:{_DOT}[\w\-]{{1,63}}){{0,7}}{_DOT}[^\W\d_][\w\-]{{1,62}}"
_SPELLED_DOT = r"(?:\s?[\[({]\s?(?:dot|punkt|point|punto)\s?[\])}]\s?|\sdot\s|\s?\.\s?)"
_ADDRESS = re.compile(
    rf"(?:\"[^\"\n]{{1,64}}\"|[^\s<>()\[\]{{}},;:\"'\\/|@\uff20\ufe6b]{{1,64}})(?:{_AT}|\s{_AT}\s){_HOST}"
    rf"|[\w.+\-]{{1,64}}\s?[\[({{]\s?at\s?[\])}}]\s?[\w\-]{{1,63}}(?:{_SPELLED_DOT}[\w\-]{{1,63}}){{1,6}}"
    r"|[\w.+\-]{1,64}\sat\s[\w\-]{1,63}(?:\sdot\s[\w\-]{1,63}){1,6}",
    re.IGNORECASE,
)
_ADDRESS_HINT = re.compile(rf"{_AT}|\bat\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w+\uff0b])(?:[+\uff0b]\s?)?\(?\d(?:[ \u00a0().\-/\u2010-\u2013]{0,3}\d){6,16}(?!\w)")
_NO_TELEPHONE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b.*"  # a date, and what follows it
    r"|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d\d)\b.*"
    r"|\d{1,3}(?:\.\d{1,3}){3}"  # an IPv4 address
    r"|[1-9]\d*\.\d+|0\.\d+"  # a fraction
    r"|[1-9]\d{0,2}(?:\.\d{3})+|[1-9]\d?(?: \d{3})+"  # thousands
    r"|(?:(?:1[5-9]|20)\d\d(?:\D{1,3}|$))+"  # years
    r"|97[89](?:[- ]?\d){10}"  # an ISBN
)
_BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
# Characters that turn the direction of whatever stands after them in somebody else's page.
_TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_BROKEN_LINE = re.compile(r"<br>\s*\n?")


@dataclass(frozen=True, slots=True)
class PublicView:
    """A comment as the public may see it. ``body_html`` is safe markup, everything else is plain text."""

    name: str
    url: str
    body_html: str
    body_text: str
    avatar: str


def publish_view(comment: Comment) -> PublicView:
    """Make a comment ready to be shown: sanitised, links marked, addresses and numbers hidden."""
    body = _TURNING.sub("", comment.body)
    is_markup = "<" in body and _MARKUP.search(body) is not None
    body_html, body_text = _from_markup(body) if is_markup else _from_text(body)
    return PublicView(
        name=_public_name(comment.name),
        url=public_url(comment.url),
        body_html=_CLEANER.clean(body_html),
        body_text=body_text,
        avatar=comment.author.avatar,
    )


def public_url(url: str) -> str:
    """Return an http or https address that carries no email address, else nothing."""
    return url if _is_web(url) and not _has_address(url) else ""


def hide_contacts(text: str) -> str:
    """Replace email addresses and telephone numbers in plain text."""
    return _hide_numbers(hide_addresses(text))


def hide_addresses(text: str) -> str:
    """Replace email addresses in plain text, also those written around the at sign."""
    return _ADDRESS.sub(HIDDEN_ADDRESS, text) if _ADDRESS_HINT.search(text) else text


def _public_name(name: str) -> str:
    shown = hide_contacts(_TURNING.sub("", name))
    # A page that forgets to escape the name must not become a way in.
    shown = " ".join(shown.replace("<", " ").replace(">", " ").split())
    return shown or ("•••" if name else "")


# -- text -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of text after hiding; ``href`` is empty unless it is a link."""

    text: str
    href: str = ""

    def as_html(self) -> str:
        text = escape(self.text, quote=False)
        return f'<a href="{escape(self.href)}">{text}</a>' if self.href else text


def _from_text(body: str) -> tuple[str, str]:
    pieces = tuple(_pieces(body))
    return _paragraphs("".join(piece.as_html() for piece in pieces)), "".join(piece.text for piece in pieces)


def _pieces(text: str) -> Iterator[_Piece]:
    """Hide addresses, find links, and hide numbers between the links."""
    text = hide_addresses(text)
    done = 0
    for start, end, href in _links(text):
        yield _Piece(_hide_numbers(text[done:start]))
        yield _Piece(HIDDEN_ADDRESS) if _has_address(href) else _Piece(text[start:end], href)
        done = end
    yield _Piece(_hide_numbers(text[done:]))


def _links(text: str) -> Iterator[tuple[int, int, str]]:
    linker = _linker()
    found = 0
    for word in re.finditer(r"\S+", text):
        # Without a dot or a scheme there is no link; most words end here.
        if "." not in word.group()[:-1] and "://" not in word.group():
            continue
        if len(word.group()) > LINK_MAX_CHARS:
            continue
        for match in linker.match(word.group()) or ():
            if _is_web(match.url):
                yield word.start() + match.index, word.start() + match.last_index, match.url
                found += 1
                if found == LINKS_MAX:
                    return


@lru_cache(maxsize=1)
def _linker() -> LinkifyIt:
    linker = LinkifyIt(options={"fuzzy_link": True, "fuzzy_email": False, "fuzzy_ip": False})
    for schema in ("mailto:", "ftp:", "//"):
        linker.add(schema, None)
    return linker


def _paragraphs(html: str) -> str:
    blocks = (block.strip() for block in _BLANK_LINES.split(html))
    return "\n".join(f"<p>{block.replace(chr(10), '<br>' + chr(10))}</p>" for block in blocks if block)


# -- markup ---------------------------------------------------------------------


def _from_markup(body: str) -> tuple[str, str]:
    page = _Page()
    page.feed(_CLEANER.clean(_NO_TAG.sub("&lt;", body)))
    page.close()
    html = page.as_html()
    plain = _BLANK_LINES.sub("\n\n", "".join(page.words)).strip()
    text = "".join(piece.text for piece in _pieces(plain))
    # An address taken apart by tags is whole again on the screen: then the markup goes instead.
    if any(text.count(hidden) > html.count(hidden) for hidden in (HIDDEN_ADDRESS, HIDDEN_NUMBER)):
        html, text = _from_text(plain)
    return html, text


class _Page(HTMLParser):
    """Reads what nh3 left of a body and writes it anew: paragraphs, links, nothing private."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._done: list[str] = []
        self._run: list[str] = []
        self._blocks: list[str] = []
        self._anchors: list[bool] = []
        self._verbatim = 0

    def as_html(self) -> str:
        self._flush()
        return "\n".join(self._done)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCK_TAGS:
            self._open_block(tag)
        elif tag == "br":
            self.words.append("\n")
            self._run.append("<br>")
        elif tag == "a":
            href = dict(attrs).get("href") or ""
            is_kept = bool(public_url(href))
            self._anchors.append(is_kept)
            if is_kept:
                self._run.append(f'<a href="{escape(href)}">')
        else:
            self._verbatim += tag == "code"
            self._run.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCK_TAGS:
            self._close_block(tag)
        elif tag == "a":
            if self._anchors and self._anchors.pop():
                self._run.append("</a>")
        elif tag != "br":
            self._verbatim -= tag == "code"
            self._run.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._blocks and self._blocks[-1] in {"ul", "ol"} and not data.strip():
            return
        self.words.append(data)
        if self._anchors or self._verbatim:
            html = escape(hide_contacts(data), quote=False)
        else:
            html = "".join(piece.as_html() for piece in _pieces(data))
        if self._blocks and self._blocks[-1] != "pre":
            html = html.strip("\n").replace("\n", "<br>\n")
        self._run.append(html)

    def _open_block(self, tag: str) -> None:
        self.words.append("\n\n" if tag != "li" else "\n")
        if not self._blocks:
            self._flush()
        self._blocks.append(tag)
        self._verbatim += tag == "pre"
        self._run.append(f"<{tag}>")

    def _close_block(self, tag: str) -> None:
        self.words.append("\n\n" if tag != "li" else "")
        self._run.append(f"</{tag}>")
        self._verbatim -= tag == "pre"
        if self._blocks:
            self._blocks.pop()
        if not self._blocks:
            self._done.append("".join(self._run))
            self._run.clear()

    def _flush(self) -> None:
        run = _BROKEN_LINE.sub("<br>", "".join(self._run))
        self._run.clear()
        if run.strip():
            self._done.append(_paragraphs(run))


# -- what is hidden ---------------------------------------------------------------


def _hide_numbers(text: str) -> str:
    return _NUMBER.sub(_hide_number, text)


def _hide_number(match: re.Match[str]) -> str:
    return HIDDEN_NUMBER if _is_telephone(match.group()) else match.group()


def _is_telephone(written: str) -> bool:
    """Tell a telephone (or card) number from a date, an amount, a range of years or an ISBN."""
    if written[0] in "+\uff0b":
        return True
    if _NO_TELEPHONE.fullmatch(written):
        return False
    groups = re.findall(r"\d+", written)
    digits = sum(map(len, groups))
    if groups[0].startswith("0"):
        return digits >= 9
    if len(groups) == 1:
        return 10 <= digits <= 12
    is_short = re.fullmatch(r"\d{3}-\d{4}|\d{4}[ -]\d{4}", written) is not None
    return is_short or (digits >= 9 and max(map(len, groups)) >= 3)


def _has_address(url: str) -> bool:
    plain = unquote(unquote(url))
    return hide_addresses(plain) != plain


def _is_web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))
