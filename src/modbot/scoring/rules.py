"""Hand-written signals, one short function each; what they weigh is the policy's business.

A rule reads the scene and returns a strength in [0, 1] with a sentence for a person, or None. It
cannot reach the database, the clock or the network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from modbot.domain import HeadScore, History, Signal, Span
from modbot.language import N_
from modbot.scoring import Scene
from modbot.text import links

VERSION = "rules-3"
# A human needs some seconds to type even "thanks"; scripts post at once.
TOO_FAST_MS = 3_000
# One link is ordinary, six are an advertisement.
FREE_LINKS = 1
FULL_LINKS = 6
# From this many equal or similar texts on, repetition cannot get more suspicious.
FULL_REPEATS = 5
# A published comment or two by the same author is not yet a reputation.
KNOWN_FROM = 3

# What each says when it finds something; a page says it again in the language of its reader.
HONEYPOT = N_("The hidden field that people cannot see was filled in.")
TOO_FAST = N_("The form was filled in within {seconds} seconds.")
MANY_LINKS = N_("The text has {n} links.")
REPEATED_ONCE = N_("The same text was posted once before.")
REPEATED = N_("The same text was posted {n} times before.")
REJECTED_TEXT = N_("A person rejected the same text before.")
PUBLISHED_TEXT = N_("A person published the same text before.")
# Of one copy, and of several.
SIMILAR = (N_("A similar comment came before."), N_("{n} similar comments came before."))
SIMILAR_REJECTED = (
    N_("A similar comment came before; people rejected it."),
    N_("{n} similar comments came before; people rejected {judged} of them."),
)
SIMILAR_PUBLISHED = (
    N_("A similar comment came before; people published it."),
    N_("{n} similar comments came before; people published {judged} of them."),
)
DISPOSABLE = N_("The address belongs to a throw-away mail service.")
MX_MISSING = N_("The address's domain takes no mail.")
NEW_AUTHOR = N_("Nothing by this author was published here before.")
KNOWN_AUTHOR = N_("This author was published here {n} times and never rejected.")
REJECTED_AUTHOR = N_("This author was rejected here {n} times before.")
SAYINGS = (
    *(HONEYPOT, TOO_FAST, MANY_LINKS, REPEATED_ONCE, REPEATED, REJECTED_TEXT, PUBLISHED_TEXT),
    *(*SIMILAR_REJECTED, *SIMILAR_PUBLISHED, *SIMILAR),
    *(DISPOSABLE, MX_MISSING, NEW_AUTHOR, KNOWN_AUTHOR, REJECTED_AUTHOR),
)

Finding = tuple[float, str, tuple[Span, ...]] | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its code, the sentence of the catalogue, and the function that looks."""

    code: str
    sentence: str
    finds: Callable[[Scene], Finding]

    @property
    def name(self) -> str:
        """The code, under which a failure is reported."""
        return self.code

    @property
    def version(self) -> str:
        """The version of the rule set."""
        return VERSION

    def look(self, scene: Scene) -> tuple[HeadScore | Signal, ...]:
        """Return this rule's signal, or nothing."""
        found = self.finds(scene)
        if found is None:
            return ()
        strength, detail, spans = found
        return (Signal(self.code, strength, detail, f"rule:{self.code.lower()}@{VERSION}", spans),)


def honeypot(scene: Scene) -> Finding:
    """Find a hidden field that only a script fills in."""
    return (1.0, HONEYPOT, ()) if scene.comment.honeypot else None


def too_fast(scene: Scene) -> Finding:
    """Find a form that was filled in faster than people type."""
    elapsed_ms = scene.comment.elapsed_ms
    if elapsed_ms is None or elapsed_ms >= TOO_FAST_MS:
        return None
    return 1 - elapsed_ms / TOO_FAST_MS, TOO_FAST.format(seconds=f"{elapsed_ms / 1000:.1f}"), ()


def many_links(scene: Scene) -> Finding:
    """Find more links than a comment needs."""
    found = links(scene.comment.body)
    if len(found) <= FREE_LINKS:
        return None
    strength = min(1.0, (len(found) - FREE_LINKS) / (FULL_LINKS - FREE_LINKS))
    return strength, MANY_LINKS.format(n=len(found)), tuple(Span(link.start, link.end) for link in found)


def repeated_text(scene: Scene) -> Finding:
    """Find a text that came before, whoever sent it."""
    times = scene.history.same_text
    if not times:
        return None
    saying = REPEATED_ONCE if times == 1 else REPEATED
    return min(1.0, times / FULL_REPEATS), saying.format(n=times), ()


def text_rejected_before(scene: Scene) -> Finding:
    """Find a text that a person rejected earlier."""
    if scene.history.same_text_rejected <= scene.history.same_text_published:
        return None
    return 1.0, REJECTED_TEXT, ()


def text_published_before(scene: Scene) -> Finding:
    """Find a text that a person published earlier."""
    if scene.history.same_text_published <= scene.history.same_text_rejected:
        return None
    return 1.0, PUBLISHED_TEXT, ()


def campaign(scene: Scene) -> Finding:
    """Find a mutated copy of texts that came before and that people have not judged, or in equal parts."""
    history = scene.history
    if _leaning(history):
        return None
    # What equal texts account for already is not counted twice.
    equal = min(FULL_REPEATS, history.same_text)
    more = min(FULL_REPEATS - equal, history.similar)
    return (more / FULL_REPEATS, _copies(history, SIMILAR), ()) if more else None


def campaign_rejected(scene: Scene) -> Finding:
    """Find a mutated copy of texts that people rejected more often than published."""
    history = scene.history
    leaning = _leaning(history)
    if leaning >= 0:
        return None
    return -leaning, _copies(history, SIMILAR_REJECTED, history.similar_rejected), ()


def campaign_published(scene: Scene) -> Finding:
    """Find a mutated copy of texts that people published; one rejection among them ends the trust."""
    history = scene.history
    leaning = _leaning(history)
    if leaning <= 0 or history.similar_rejected:
        return None
    return leaning, _copies(history, SIMILAR_PUBLISHED, history.similar_published), ()


def disposable_email(scene: Scene) -> Finding:
    """Find an address at a throw-away mail service."""
    return (1.0, DISPOSABLE, ()) if scene.comment.author.disposable else None


def mx_missing(scene: Scene) -> Finding:
    """Find an address whose domain takes no mail."""
    return (1.0, MX_MISSING, ()) if scene.comment.author.mx_missing else None


def new_author(scene: Scene) -> Finding:
    """Find an author of whom nothing was published here yet."""
    return (1.0, NEW_AUTHOR, ()) if scene.history.is_new_author else None


def known_author(scene: Scene) -> Finding:
    """Find an author who was published here before and never rejected."""
    history = scene.history
    if history.published < KNOWN_FROM or history.rejected:
        return None
    return 1.0, KNOWN_AUTHOR.format(n=history.published), ()


def rejected_author(scene: Scene) -> Finding:
    """Find an author who was rejected here more often than published."""
    history = scene.history
    if history.rejected <= history.published:
        return None
    return 1.0, REJECTED_AUTHOR.format(n=history.rejected), ()


@dataclass(frozen=True, slots=True)
class OwnersRules:
    """The scorer that asks the owner's own rules."""

    name: str = "OWNERS_RULES"
    version: str = VERSION

    def look(self, scene: Scene) -> tuple[HeadScore | Signal, ...]:
        """Return a signal for each of the owner's rules that finds the comment."""
        return scene.by_name.look(scene.comment) if scene.by_name else ()


OWNERS = OwnersRules()
RULES: tuple[Rule, ...] = (
    Rule("HONEYPOT", "The form's hidden field was filled in.", honeypot),
    Rule("TOO_FAST", "The form was filled in faster than people type.", too_fast),
    Rule("MANY_LINKS", "The text has more links than a comment needs.", many_links),
    Rule("REPEATED_TEXT", "The same text came before.", repeated_text),
    Rule("TEXT_REJECTED_BEFORE", "A person rejected the same text before.", text_rejected_before),
    Rule("TEXT_PUBLISHED_BEFORE", "A person published the same text before.", text_published_before),
    Rule("CAMPAIGN", "It is a mutated copy of texts that came before.", campaign),
    Rule("CAMPAIGN_REJECTED", "It is a mutated copy of texts that people rejected.", campaign_rejected),
    Rule("CAMPAIGN_PUBLISHED", "It is a mutated copy of texts that people published.", campaign_published),
    Rule("DISPOSABLE_EMAIL", "The address belongs to a throw-away mail service.", disposable_email),
    Rule("MX_MISSING", "The address's domain takes no mail.", mx_missing),
    Rule("NEW_AUTHOR", "Nothing by this author was published here yet.", new_author),
    Rule("KNOWN_AUTHOR", "This author was published here before and never rejected.", known_author),
    Rule("REJECTED_AUTHOR", "This author was rejected here more often than published.", rejected_author),
)

# What these find depends on what the store knew when the comment came, and not on the comment alone.
OF_HISTORY = frozenset(
    {
        "REPEATED_TEXT",
        "TEXT_REJECTED_BEFORE",
        "TEXT_PUBLISHED_BEFORE",
        "CAMPAIGN",
        "CAMPAIGN_REJECTED",
        "CAMPAIGN_PUBLISHED",
        "NEW_AUTHOR",
        "KNOWN_AUTHOR",
        "REJECTED_AUTHOR",
    }
)


def _leaning(history: History) -> float:
    """Say how far people leaned to publish (above 0) or to reject (below) similar texts, and how often they judged.

    Once is a half, three times three quarters. What they said of the very same text says more, so then it is 0.
    """
    if history.same_text_published or history.same_text_rejected:
        return 0.0
    published, rejected = history.similar_published, history.similar_rejected
    return (published - rejected) / (published + rejected + 1)


def _copies(history: History, sayings: tuple[str, str], judged: int = 0) -> str:
    return sayings[history.similar > 1].format(n=history.similar, judged=judged)
