"""What an owner decides by name, compiled for one site: which rules find a comment, and the signals they raise.

Each kind of rule is a table, so thousands of rules cost a comment no more than a few. May import ``domain``, ``text``
and this room; the moment from which rules count is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from modbot.domain import (
    HELD_BY_RULE,
    NOTED,
    TRUSTED,
    Comment,
    Rule,
    RuleEffect,
    RuleKind,
    Signal,
    Span,
)
from modbot.language import N_
from modbot.scoring.wordlist import WILDCARD, Matcher
from modbot.text import LINK_MARK, Normalised, host_of, links, normalise

SENTENCES: Mapping[str, str] = {
    "BLOCKED_WORD": "The owner's list forbids a word in it.",
    "BANNED": "The owner banned its author, its address, its network or where it links to.",
    HELD_BY_RULE: "A rule of the owner wants a person to see it.",
    TRUSTED: "The owner trusts its author, its address or its network.",
    NOTED: "A rule of the owner marks it.",
}
WORDY = frozenset({RuleKind.WORDS, RuleKind.PATTERN})
_ENDINGS = {
    RuleEffect.REJECT: N_("that this site does not allow"),
    RuleEffect.HOLD: N_("that this site wants a person to see"),
    RuleEffect.TRUST: N_("that this site trusts"),
    RuleEffect.NOTE: N_("that this site marks"),
}
_DETAILS = {
    RuleKind.WORDS: N_("A word {ending} stands in {where}."),
    RuleKind.PATTERN: N_("A word {ending} stands in {where}."),
    RuleKind.LINK: N_("{where} a domain {ending}."),
    RuleKind.EMAIL_DOMAIN: N_("The address is at a domain {ending}."),
    RuleKind.AUTHOR: N_("It is by an author {ending}."),
    RuleKind.NETWORK: N_("It comes from a network {ending}."),
}
# Where it stands, or leads: in the text, or in what the author said about themselves.
_STANDS = (N_("the text"), N_("the name or website"))
_LEADS = (N_("The text links to"), N_("The website is at"))
SAYINGS = tuple(dict.fromkeys(_DETAILS.values()))


class Ruleset:
    """The rules that count for a site from one moment to another."""

    def __init__(self, rules: Iterable[Rule] = (), version: int = 0) -> None:
        self._rules = tuple(rules)
        self.version = version
        of = {kind: [rule for rule in self._rules if rule.kind is kind] for kind in RuleKind}
        self._words = Matcher([*of[RuleKind.WORDS], *of[RuleKind.PATTERN]]) if any(of[kind] for kind in WORDY) else None
        self._links = _by_domain(of[RuleKind.LINK])
        self._emails = _by_domain(of[RuleKind.EMAIL_DOMAIN])
        self._authors: dict[str, list[Rule]] = {}
        for rule in of[RuleKind.AUTHOR]:
            self._authors.setdefault(rule.pattern, []).append(rule)
        self._networks: dict[tuple[int, int], dict[int, list[Rule]]] = {}
        for rule in of[RuleKind.NETWORK]:
            for entry in rule.entries:
                net = ip_network(entry)
                size = self._networks.setdefault((net.version, net.max_prefixlen - net.prefixlen), {})
                size.setdefault(int(net.network_address) >> (net.max_prefixlen - net.prefixlen), []).append(rule)

    @property
    def until(self) -> datetime | None:
        """The moment at which the first of them runs out; None if none does."""
        return min((rule.until for rule in self._rules if rule.until), default=None)

    def look(self, comment: Comment) -> tuple[Signal, ...]:
        """Return a signal for each rule that finds a comment."""
        if not self._rules:
            return ()
        found: dict[str, tuple[Rule, list[Span]]] = {}
        for rule, span in self._found(comment):
            found.setdefault(rule.id, (rule, []))[1].extend([] if span is None else [span])
        return tuple(self._signal(rule, spans) for rule, spans in found.values())

    def _signal(self, rule: Rule, spans: list[Span]) -> Signal:
        here = tuple(sorted(set(spans), key=lambda span: (span.start, span.end)))
        return Signal(code_of(rule), 1.0, _detail(rule, here), f"owner:{rule.id}@r{self.version}", here)

    def _found(self, comment: Comment) -> Iterator[tuple[Rule, Span | None]]:
        """Find every rule, with the place in the body where there is one."""
        folded = normalise(comment.body) if self._words or self._links else None
        if self._words and folded:
            yield from self._words.found(comment.body, folded)
            for text in filter(None, (comment.name, comment.url)):
                yield from ((rule, None) for rule, _ in self._words.found(text, normalise(text)))
        if self._links and folded:
            for host, span in _hosts(comment, folded):
                yield from ((rule, span) for rule in _under(self._links, host))
        for rules in (_under(self._emails, comment.author.email_domain), self._authors.get(comment.author.key, ())):
            yield from ((rule, None) for rule in rules)
        if self._networks and (address := _address(comment.ip)):
            for (version, shift), known in self._networks.items():
                if version == address.version:
                    yield from ((rule, None) for rule in known.get(int(address) >> shift, ()))


def code_of(rule: Rule) -> str:
    """Name the signal that a rule raises.

    Parameters
    ----------
    rule : Rule
        Any.

    Returns
    -------
    str
        A code of the catalogue: it hangs on the effect, and for what is rejected on the kind.
    """
    if rule.effect is RuleEffect.REJECT:
        return "BLOCKED_WORD" if rule.kind in WORDY else "BANNED"
    return {RuleEffect.HOLD: HELD_BY_RULE, RuleEffect.TRUST: TRUSTED, RuleEffect.NOTE: NOTED}[rule.effect]


def host_in_ascii(host: str) -> str:
    """Write a host as the domain name system does, so that its two spellings meet.

    Parameters
    ----------
    host : str
        In any script, in any case.

    Returns
    -------
    str
        In lower case, other scripts in Punycode; as it was where it cannot be a host.
    """
    lower = host.lower().strip(".")
    if lower.isascii():
        return lower
    try:
        return lower.encode("idna").decode("ascii")
    except UnicodeError:
        return lower


def _by_domain(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    known: dict[str, list[Rule]] = {}
    for rule in rules:
        for entry in rule.entries:
            known.setdefault(entry.removeprefix(f"{WILDCARD}."), []).append(rule)
    return known


def _under(known: Mapping[str, list[Rule]], host: str) -> Iterator[Rule]:
    """Find the rules about a domain and about every domain that it is under."""
    if not known or not host:
        return
    labels = host_in_ascii(host).split(".")
    for start in range(len(labels)):
        yield from known.get(".".join(labels[start:]), ())


def _hosts(comment: Comment, folded: Normalised) -> Iterator[tuple[str, Span | None]]:
    """Name the hosts that a comment links to: as they are written, as they look, and as the website."""
    yield host_of(comment.url), None
    yield from ((link.host, Span(link.start, link.end)) for link in links(comment.body))
    start = folded.text.find(LINK_MARK)
    while start >= 0:
        end = next((at for at in range(start, len(folded.text)) if folded.text[at].isspace()), len(folded.text))
        if end > start + 1:
            yield folded.text[start + 1 : end], Span(folded.starts[start + 1], folded.ends[end - 1])
        start = folded.text.find(LINK_MARK, end)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


def _detail(rule: Rule, spans: tuple[Span, ...]) -> str:
    places = _STANDS if rule.kind in WORDY else _LEADS
    return _DETAILS[rule.kind].format(ending=_ENDINGS[rule.effect], where=places[not spans])


NO_RULES = Ruleset()
"""What a site has whose owner decided nothing by name."""
