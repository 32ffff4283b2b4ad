"""An owner's list of blocked words and patterns, matched in linear time whatever it says.

Words and phrases are looked up token by token in a table, so a list of thousands costs no more than a short one.
Patterns run in RE2, which never backtracks. Home of google-re2; may import ``domain`` and ``errors``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import re2

from modbot.domain import Span
from modbot.errors import FieldError, InvalidComment

PATTERN_PREFIX = "re:"
# Each pattern is a search of its own; a table of words has no such limit.
PATTERNS_MAX = 200
ENTRIES_MAX = 10_000
ENTRY_MAX_CHARS = 500
PATTERN_MEMORY_BYTES = 8 << 20
# What commonly stands around a word; only the highlighting depends on it.
SEPARATORS = " \t\n\r.,;:!?()[]{}<>\"'“”‘’«»-–—/|*_~"

_TOKEN = re.compile(r"[^\W_]+")


class Matcher:
    """One list, compiled once."""

    def __init__(self, entries: tuple[str, ...]) -> None:
        self._phrases: dict[str, list[tuple[str, ...]]] = {}
        self._patterns: list[Any] = []
        for entry in entries:
            tokens = _plain_tokens(entry)
            if tokens:
                self._phrases.setdefault(tokens[0], []).append(tokens)
            elif entry.strip():
                self._patterns.append(re2.compile(_pattern(entry), _options()))

    def hits(self, text: str) -> bool:
        """Whether anything of the list stands in a text."""
        return next(self._found(text), None) is not None

    def spans(self, text: str) -> tuple[Span, ...]:
        """Return where the entries stand in a text, from its beginning on."""
        return tuple(sorted(set(self._found(text)), key=lambda span: (span.start, span.end)))

    def _found(self, text: str) -> Iterator[Span]:
        if self._phrases:
            yield from self._found_phrases(text)
        for pattern in self._patterns:
            for match in pattern.finditer(text):
                if match.end() > match.start():
                    yield _trimmed(text, match.start(), match.end())

    def _found_phrases(self, text: str) -> Iterator[Span]:
        places = list(_TOKEN.finditer(text))
        tokens = [place.group().casefold() for place in places]
        for at, token in enumerate(tokens):
            for phrase in self._phrases.get(token, ()):
                if tuple(tokens[at : at + len(phrase)]) == phrase:
                    yield Span(places[at].start(), places[at + len(phrase) - 1].end())


@lru_cache(maxsize=256)
def matcher_of(entries: tuple[str, ...]) -> Matcher:
    """Compile a list, once for as long as it stays the same.

    Parameters
    ----------
    entries : tuple of str
        Words or phrases; ``re:`` before an entry makes it an RE2 pattern.

    Returns
    -------
    Matcher
        Whole words and phrases in any script and case; patterns wherever they match.
    """
    return Matcher(entries)


def check_blocked_words(entries: tuple[str, ...]) -> None:
    """Refuse entries that are no words and no RE2 patterns, and lists that are too long.

    Parameters
    ----------
    entries : tuple of str
        Words or phrases; ``re:`` before an entry makes it an RE2 pattern.

    Raises
    ------
    InvalidComment
        With one field error per bad entry, saying what is wrong with it.
    """
    errors = [
        FieldError(f"blocked_words[{number}]", "bad_pattern", fault)
        for number, entry in enumerate(entries)
        if (fault := _fault(entry))
    ]
    patterns = sum(not _plain_tokens(entry) for entry in entries)
    if len(entries) > ENTRIES_MAX or patterns > PATTERNS_MAX:
        expected = f"at most {ENTRIES_MAX:,} entries, of which {PATTERNS_MAX} patterns or words with signs"
        errors.append(
            FieldError("blocked_words", "too_many", f"expected {expected}; got {len(entries):,} and {patterns:,}")
        )
    if errors:
        raise InvalidComment(tuple(errors))


def _fault(entry: str) -> str:
    if not entry.strip() or len(entry) > ENTRY_MAX_CHARS:
        return f"expected a word, a phrase or a pattern of 1 to {ENTRY_MAX_CHARS} characters, got {len(entry.strip())}"
    if _plain_tokens(entry):
        return ""
    try:
        compiled = re2.compile(_pattern(entry), _options())
    except re2.error as error:
        return f"expected a word or an RE2 pattern (no look-around, no back-references), got: {_explained(error)}"
    return "expected a pattern that finds something, got one that matches the empty text" if compiled.search("") else ""


def _plain_tokens(entry: str) -> tuple[str, ...]:
    """Return the words of an entry that has nothing but words, else nothing."""
    if entry.startswith(PATTERN_PREFIX) or _TOKEN.sub("", entry).strip():
        return ()
    return tuple(token.casefold() for token in _TOKEN.findall(entry))


def _pattern(entry: str) -> str:
    """Return RE2 syntax: a pattern as it is, a word with signs as a whole word in any script."""
    if entry.startswith(PATTERN_PREFIX):
        return entry.removeprefix(PATTERN_PREFIX)
    # RE2's \b knows ASCII only, and has no look-around: the neighbours are matched, but not letters.
    return rf"(?:^|[^\pL\pN]){re2.escape(entry.strip())}(?:$|[^\pL\pN])"


def _trimmed(text: str, start: int, end: int) -> Span:
    """Return the span without the neighbours that a whole word is matched with."""
    found = text[start:end]
    if not found.strip(SEPARATORS):
        return Span(start, end)
    return Span(start + len(found) - len(found.lstrip(SEPARATORS)), end - len(found) + len(found.rstrip(SEPARATORS)))


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = PATTERN_MEMORY_BYTES
    options.log_errors = False
    return options


def _explained(error: Exception) -> str:
    detail = error.args[0] if error.args else ""
    return detail.decode() if isinstance(detail, bytes) else str(detail)
