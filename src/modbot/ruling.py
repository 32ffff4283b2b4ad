"""From what an owner types to a rule: checked, hashed where it names a person, and tried on the stored comments.

May import ``domain``, ``errors``, ``privacy``, ``scoring``, ``storage`` and ``text``; time is an argument.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from ipaddress import ip_network

from modbot.domain import Action, Comment, DecidedBy, PastComment, Rule, RuleEffect, RuleKind
from modbot.errors import FieldError, InvalidComment
from modbot.language import _
from modbot.privacy import Vault, mask_email
from modbot.scoring.ruleset import WORDY, Ruleset, host_in_ascii
from modbot.scoring.wordlist import ENTRIES_MAX, PATTERNS_MAX, WILDCARD, fault_of, phrase_of
from modbot.storage import Store
from modbot.text import host_of

PATTERN_PREFIX = "re:"
"""In a site's list of blocked words, what stands before a pattern."""

NOTE_MAX_CHARS = 500
# Wider networks are half the world, and surely a slip.
WIDEST_PREFIX = {4: 8, 6: 16}
# Publishing for a word or a link would tell spammers what to write.
TRUSTING = frozenset({RuleKind.AUTHOR, RuleKind.EMAIL_DOMAIN, RuleKind.NETWORK})
# So many stored comments are tried in about a second.
TRIED_MAX = 5_000
EXAMPLES_MAX = 10
NO_ADDRESS = "without address"
_DOMAIN = re.compile(r"(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


@dataclass(frozen=True, slots=True)
class Wish:
    """A rule as a person types it: an entry in each line. ``site_id`` is None for every site."""

    site_id: str | None
    kind: RuleKind
    pattern: str
    effect: RuleEffect
    until: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would have found among the newest stored comments, and where those stand.

    ``found`` counts by who decided (people are moderators and sites) and what; ``since`` is when the oldest came.
    """

    tried: int
    since: datetime | None
    found: Mapping[tuple[bool, Action], int]
    examples: tuple[PastComment, ...]

    @property
    def hits(self) -> int:
        """How many it would have found."""
        return sum(self.found.values())


def rule_from(wish: Wish, vault: Vault, by: str, at: datetime) -> Rule:
    """Make a rule of what somebody typed; an address becomes a hash at once. Raises InvalidComment for bad fields."""
    entries = tuple(dict.fromkeys(line.strip() for line in wish.pattern.splitlines() if line.strip()))
    faults = [FieldError(field, "bad_rule", fault) for field, fault in _faults(wish, entries, at) if fault]
    if faults:
        raise InvalidComment(tuple(faults))
    rule = Rule(
        id="",
        site_id=wish.site_id,
        kind=wish.kind,
        pattern="\n".join(entries),
        effect=wish.effect,
        by=by,
        at=at,
        until=wish.until,
        note=wish.note.strip(),
    )
    if wish.kind is RuleKind.AUTHOR and wish.site_id is not None:
        address = entries[0]
        return replace(rule, pattern=vault.author_key(wish.site_id, address), label=mask_email(address))
    tidy = _TIDY.get(wish.kind)
    return replace(rule, pattern="\n".join(dict.fromkeys(map(tidy, entries)))) if tidy else rule


def rule_for_author(comment: Comment, effect: RuleEffect, by: str, at: datetime, until: datetime | None = None) -> Rule:
    """Make a rule about the author of a stored comment, at its site."""
    return Rule(
        id="",
        site_id=comment.site_id,
        kind=RuleKind.AUTHOR,
        pattern=comment.author.key,
        effect=effect,
        by=by,
        at=at,
        until=until,
        label=comment.author.email_masked or NO_ADDRESS,
    )


def add_rule(store: Store, rule: Rule) -> Rule:
    """Record a rule, unless its site would have more of them than comments can be compared with at once."""
    sites = [rule.site_id] if rule.site_id is not None else [site.id for site in store.sites()]
    for site_id in sites:
        _require_room((*store.rules_in_force(site_id, rule.at), rule))
    return store.add_rule(rule)


def try_rule(store: Store, rule: Rule) -> Trial:
    """Say what a rule would have found among the newest stored comments of its site, before it counts."""
    ruleset = Ruleset((rule,))
    past = store.past_comments(rule.site_id, TRIED_MAX)
    hits = [one for one in past if ruleset.look(one.comment)]
    found: dict[tuple[bool, Action], int] = {}
    for one in hits:
        key = (one.decided_by in {DecidedBy.PERSON, DecidedBy.SITE}, one.action)
        found[key] = found.get(key, 0) + 1
    return Trial(len(past), past[-1].received_at if past else None, found, tuple(hits[:EXAMPLES_MAX]))


def blocked_words(store: Store, site_id: str, at: datetime) -> tuple[str, ...]:
    """List the words and patterns (after ``re:``) that the site's own rules reject for good."""
    return tuple(entry for rule in _blocking(store, site_id, at) for entry in _as_listed(rule))


def block_words(store: Store, site_id: str, words: Iterable[str], by: str, at: datetime) -> None:
    """Put a new list of blocked words in the place of all that the site's own rules reject for good."""
    before = _blocking(store, site_id, at)
    listed = tuple(dict.fromkeys(words))
    if listed == blocked_words(store, site_id, at):
        return
    patterns = [word.removeprefix(PATTERN_PREFIX) for word in listed if word.startswith(PATTERN_PREFIX)]
    plain = [word for word in listed if not word.startswith(PATTERN_PREFIX)]
    found = [(RuleKind.WORDS, "\n".join(plain))] * bool(plain) + [(RuleKind.PATTERN, one) for one in patterns]
    added = tuple(Rule("", site_id, kind, pattern, RuleEffect.REJECT, by, at) for kind, pattern in found)
    ended = {rule.id for rule in before}
    _require_room((*(rule for rule in store.rules_in_force(site_id, at) if rule.id not in ended), *added))
    store.change_rules(added, ended, by, at)


def check_blocked_words(words: Iterable[str]) -> None:
    """Refuse words and patterns (after ``re:``) that would find everything or nothing. Raises InvalidComment."""
    faults = []
    for number, word in enumerate(words):
        is_pattern = word.startswith(PATTERN_PREFIX)
        fault = fault_of(word.removeprefix(PATTERN_PREFIX), RuleKind.PATTERN if is_pattern else RuleKind.WORDS)
        faults += [FieldError(f"blocked_words[{number}]", "bad_pattern", fault)] * bool(fault)
    if faults:
        raise InvalidComment(tuple(faults))


# -- the steps --------------------------------------------------------------------


def _faults(wish: Wish, entries: tuple[str, ...], at: datetime) -> Iterable[tuple[str, str]]:
    if not entries:
        yield "pattern", _("expected at least one entry, got none")
    if len(entries) > ENTRIES_MAX:
        yield "pattern", _("expected at most {most} lines, got {n}", most=ENTRIES_MAX, n=len(entries))
    if wish.kind in {RuleKind.AUTHOR, RuleKind.PATTERN} and len(entries) > 1:
        yield "pattern", _("expected one line, got {n}: add a rule for each", n=len(entries))
    yield from (("pattern", _fault(entry, wish.kind)) for entry in entries[:ENTRIES_MAX])
    if wish.kind is RuleKind.AUTHOR and wish.site_id is None:
        yield "site", _("expected a site: each site knows its authors by a hash of its own")
    if wish.effect is RuleEffect.TRUST and wish.kind not in TRUSTING:
        yield (
            "effect",
            _("expected an author, an email domain or a network to trust: anybody can write words and links"),
        )
    if wish.until is not None and wish.until <= at:
        until = f"{wish.until:%Y-%m-%d %H:%M}"
        yield "until", _("expected a time to come, got {time} UTC", time=until)
    if len(wish.note) > NOTE_MAX_CHARS:
        yield "note", _("expected at most {most} characters, got {n}", most=NOTE_MAX_CHARS, n=len(wish.note))


def _fault(entry: str, kind: RuleKind) -> str:
    if kind in WORDY:
        return fault_of(entry, kind)
    if kind is RuleKind.AUTHOR:
        return "" if _ADDRESS.fullmatch(entry) else _("expected an email address")
    if kind is RuleKind.NETWORK:
        return _network_fault(entry)
    domain = _tidy_domain(entry)
    if len(domain) <= 253 and _DOMAIN.fullmatch(domain) and "." in domain:
        return ""
    return _(
        "expected a domain such as shop.example, or *.example for all that is under it; got {entry}",
        entry=repr(entry[:60]),
    )


def _network_fault(entry: str) -> str:
    try:
        network = ip_network(entry, strict=False)
    except ValueError:
        return _(
            "expected an address or a range such as 192.0.2.7 or 192.0.2.0/24; got {entry}", entry=repr(entry[:60])
        )
    widest = WIDEST_PREFIX[network.version]
    if network.prefixlen >= widest:
        return ""
    return _("expected a range of /{widest} or narrower, got /{size}", widest=widest, size=network.prefixlen)


def _tidy_domain(entry: str) -> str:
    bare = host_of(entry.removeprefix(f"{WILDCARD}."))
    return f"{WILDCARD}." * entry.startswith(f"{WILDCARD}.") + host_in_ascii(bare)


def _tidy_network(entry: str) -> str:
    return str(ip_network(entry, strict=False))


_TIDY: Mapping[RuleKind, Callable[[str], str]] = {
    RuleKind.LINK: _tidy_domain,
    RuleKind.EMAIL_DOMAIN: _tidy_domain,
    RuleKind.NETWORK: _tidy_network,
}


def _require_room(rules: tuple[Rule, ...]) -> None:
    entries = sum(len(rule.entries) for rule in rules)
    patterns = sum(
        rule.kind is RuleKind.PATTERN or not phrase_of(entry)
        for rule in rules
        if rule.kind in WORDY
        for entry in rule.entries
    )
    if entries > ENTRIES_MAX or patterns > PATTERNS_MAX:
        fault = _(
            "expected at most {most} entries in all rules of a site, {most_patterns} of them patterns or words with "
            "signs; got {entries} and {patterns}: end some first",
            most=ENTRIES_MAX,
            most_patterns=PATTERNS_MAX,
            entries=entries,
            patterns=patterns,
        )
        raise InvalidComment((FieldError("pattern", "too_many", fault),))


def _blocking(store: Store, site_id: str, at: datetime) -> tuple[Rule, ...]:
    return tuple(
        rule
        for rule in store.rules_in_force(site_id, at)
        if rule.site_id == site_id and rule.kind in WORDY and rule.effect is RuleEffect.REJECT and rule.until is None
    )


def _as_listed(rule: Rule) -> tuple[str, ...]:
    return (PATTERN_PREFIX + rule.pattern,) if rule.kind is RuleKind.PATTERN else rule.entries
