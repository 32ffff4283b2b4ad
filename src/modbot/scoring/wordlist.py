"""Words and patterns of an owner, matched in linear time whatever they say.

Words and phrases are looked up token by token in tables, so thousands of them cost no more than a few. Patterns run in
RE2, which never backtracks. Home of google-re2; may import ``domain``, ``errors`` and ``text``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import re2

from modbot.domain import Rule, RuleKind, Span
from modbot.language import _
from modbot.text import Normalised, normalise

# Each pattern is a search of its own; a table of words has no such limit.
PATTERNS_MAX = 200
ENTRIES_MAX = 10_000
ENTRY_MAX_CHARS = 500
PATTERN_MEMORY_BYTES = 8 << 20
WILDCARD = "*"
# What commonly stands around a word; only the highlighting depends on it.
SEPARATORS = " \t\n\r.,;:!?()[]{}<>\"'“”‘’«»-–—/|*_~"

_TOKEN = re.compile(r"[^\W_]+")
# Longer numbers are all alike once normalised.
_NUMBER = re.compile(r"\d{3}")

Found = Iterator[tuple[Rule, Span]]


class Words:
    """Words and phrases of any number of rules, in one table."""

    def __init__(self) -> None:
        # By the first word of the phrase: whole, as a beginning, or as an ending.
        self._whole: dict[str, list[tuple[tuple[str, ...], Rule]]] = {}
        self._beginnings: dict[str, list[tuple[tuple[str, ...], Rule]]] = {}
        self._endings: dict[str, list[tuple[tuple[str, ...], Rule]]] = {}
        self._lengths: tuple[set[int], set[int]] = set(), set()

    def add(self, phrase: tuple[str, ...], rule: Rule) -> None:
        """Take up a phrase; its first word may begin with the wildcard, its last may end with it."""
        first = phrase[0]
        if len(phrase) == 1 and first.endswith(WILDCARD):
            self._lengths[0].add(len(first) - 1)
            self._beginnings.setdefault(first[:-1], []).append((phrase, rule))
        elif first.startswith(WILDCARD):
            self._lengths[1].add(len(first) - 1)
            self._endings.setdefault(first[1:], []).append((phrase, rule))
        else:
            self._whole.setdefault(first, []).append((phrase, rule))

    def found(self, text: str) -> Found:
        """Find every phrase in a text."""
        stems = self._beginnings or self._endings
        # Most texts have none of the words, and that is quick to see.
        if not stems and (not self._whole or self._whole.keys().isdisjoint(_TOKEN.findall(text.casefold()))):
            return
        places = list(_TOKEN.finditer(text))
        tokens = [place.group().casefold() for place in places]
        for at, token in enumerate(tokens):
            for phrase, rule in self._starting(token):
                if _stands(phrase, tokens[at : at + len(phrase)]):
                    yield rule, Span(places[at].start(), places[at + len(phrase) - 1].end())

    def _starting(self, token: str) -> Iterator[tuple[tuple[str, ...], Rule]]:
        yield from self._whole.get(token, ())
        for size in self._lengths[0]:
            yield from self._beginnings.get(token[:size], ()) if size <= len(token) else ()
        for size in self._lengths[1]:
            yield from self._endings.get(token[-size:], ()) if size <= len(token) else ()


class Matcher:
    """The words and patterns of many rules, compiled once."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        # As they are written, and as they look once normalised: a text is searched in both forms.
        self._plain, self._folded = Words(), Words()
        self._patterns: list[tuple[Any, Rule]] = []
        for rule in rules:
            for entry in rule.entries:
                self._add(entry, rule)

    def found(self, text: str, folded: Normalised) -> Found:
        """Find what stands in a text, also behind look-alike letters; spans are of the text as it is written."""
        yield from self._plain.found(text)
        for pattern, rule in self._patterns:
            yield from ((rule, span) for span in _matches(pattern, text))
        for rule, span in self._folded.found(folded.text):
            yield rule, _unfolded(folded, span)
        # Patterns do not look at case.
        for pattern, rule in self._patterns if folded.text != text.lower() else ():
            yield from ((rule, _unfolded(folded, span)) for span in _matches(pattern, folded.text))

    def _add(self, entry: str, rule: Rule) -> None:
        phrase = () if rule.kind is RuleKind.PATTERN else phrase_of(entry)
        if not phrase:
            self._patterns.append((re2.compile(_pattern(entry, rule.kind), _options()), rule))
            return
        self._plain.add(phrase, rule)
        if not _NUMBER.search(entry) and (folded := phrase_of(normalise(entry).text)):
            self._folded.add(folded, rule)


def phrase_of(entry: str) -> tuple[str, ...]:
    """Return the words of an entry that has nothing but words, else nothing.

    Parameters
    ----------
    entry : str
        A word or a phrase; a wildcard may stand at its beginning or at its end.

    Returns
    -------
    tuple of str
        Folded as words are compared, with the wildcard on the first or on the last one.
    """
    bare = entry.strip()
    before, after = bare.startswith(WILDCARD), bare.endswith(WILDCARD)
    bare = bare.removeprefix(WILDCARD).removesuffix(WILDCARD)
    tokens = [token.casefold() for token in _TOKEN.findall(bare)]
    if not tokens or (before and after) or _TOKEN.sub("", bare).strip():
        return ()
    tokens[0] = WILDCARD * before + tokens[0]
    tokens[-1] += WILDCARD * after
    return tuple(tokens)


def fault_of(entry: str, kind: RuleKind) -> str:
    """Say what is wrong with a word or a pattern.

    Parameters
    ----------
    entry : str
        One line.
    kind : RuleKind
        Of the rule that it is for.

    Returns
    -------
    str
        What was expected and what came; empty where nothing is wrong.
    """
    if not entry.strip() or len(entry) > ENTRY_MAX_CHARS:
        return _(
            "expected a word, a phrase or a pattern of 1 to {most} characters, got {n}",
            most=ENTRY_MAX_CHARS,
            n=len(entry.strip()),
        )
    if kind is RuleKind.WORDS and phrase_of(entry):
        return ""
    try:
        compiled = re2.compile(_pattern(entry, kind), _options())
    except re2.error as error:
        why = _explained(error)
        return _("expected a word or an RE2 pattern (no look-around, no back-references), got: {why}", why=why)
    if compiled.search("") or not entry.strip(WILDCARD + " "):
        return _("expected a pattern that finds something, got one that matches the empty text")
    return ""


def _stands(phrase: tuple[str, ...], tokens: list[str]) -> bool:
    return len(phrase) == len(tokens) and all(
        token.startswith(part[:-1])
        if part.endswith(WILDCARD)
        else token.endswith(part[1:])
        if part.startswith(WILDCARD)
        else token == part
        for part, token in zip(phrase, tokens, strict=True)
    )


def _matches(pattern: Any, text: str) -> Iterator[Span]:
    return (_trimmed(text, m.start(), m.end()) for m in pattern.finditer(text) if m.end() > m.start())


def _unfolded(folded: Normalised, span: Span) -> Span:
    return Span(folded.starts[span.start], folded.ends[span.end - 1])


def _pattern(entry: str, kind: RuleKind) -> str:
    """Return RE2 syntax: a pattern as it is, a word with signs as a whole word in any script."""
    if kind is RuleKind.PATTERN:
        return entry
    bare = entry.strip()
    # RE2's \b knows ASCII only, and has no look-around: the neighbours are matched, but not letters.
    before = "" if bare.startswith(WILDCARD) else r"(?:^|[^\pL\pN])"
    after = "" if bare.endswith(WILDCARD) else r"(?:$|[^\pL\pN])"
    return f"{before}{re2.escape(bare.removeprefix(WILDCARD).removesuffix(WILDCARD))}{after}"


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
