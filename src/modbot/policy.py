"""An assessment becomes a verdict: the only place where a number becomes an action.

Pure: no I/O, no clock, no randomness; the coin and the cut-offs are arguments. May import
``domain`` only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from modbot.domain import (
    BANS,
    FAILED,
    HELD_BY_RULE,
    TRUSTED,
    Action,
    Assessment,
    Head,
    HeadScore,
    Mode,
    Policy,
    Reason,
    Signal,
    Term,
    Verdict,
)
from modbot.language import N_

# Log-odds that a rule of full strength adds to a head. Chosen by hand to be small beside a clear
# text and large beside an unclear one; a rule without a weight is evidence for people only.
WEIGHTS: Mapping[str, tuple[Head, float]] = {
    "HONEYPOT": (Head.SPAM, 5.0),
    "TOO_FAST": (Head.SPAM, 1.5),
    "MANY_LINKS": (Head.SPAM, 1.0),
    "REPEATED_TEXT": (Head.SPAM, 1.5),
    "TEXT_REJECTED_BEFORE": (Head.SPAM, 4.0),
    "TEXT_PUBLISHED_BEFORE": (Head.SPAM, -1.0),
    "CAMPAIGN": (Head.SPAM, 1.5),
    "CAMPAIGN_REJECTED": (Head.SPAM, 4.0),
    # Weak on purpose: spam that resembles one honest comment must not be published for it.
    "CAMPAIGN_PUBLISHED": (Head.SPAM, -0.5),
    "DISPOSABLE_EMAIL": (Head.SPAM, 0.8),
    "MX_MISSING": (Head.SPAM, 0.7),
    "NEW_AUTHOR": (Head.SPAM, 0.2),
    "KNOWN_AUTHOR": (Head.SPAM, -1.0),
    "REJECTED_AUTHOR": (Head.SPAM, 1.5),
    TRUSTED: (Head.SPAM, -3.0),
}
# Between the cut-offs a risk is put in words by its rank: three in ten good comments look at least this
# suspicious, and one in twenty.
UNCLEAR_FROM = 0.7
PROBABLY_BAD_FROM = 0.95
# So sure of spam, and so far beyond the good comments, that a client may drop it unseen.
BLATANT_FROM = 0.99
BLATANT_RISK = 0.999
# The heads whose words are told as reasons; the sub-heads' scores stand beside them.
MAIN_HEADS = frozenset({Head.SPAM, Head.TOXICITY})
# How many words a sentence about words quotes; the rest is on the case page.
QUOTED_WORDS = 3
# Shorter words, and words that hardly pulled, are not worth a person's glance.
QUOTED_LETTERS = 3
QUOTED_SHARE = 0.2
FIELD_WORDS: Mapping[str, str] = {
    "name": N_("such a name"),
    "email": N_("such a kind of address"),
    "website": N_("what is given as website"),
    "links": N_("the links in the text"),
    "length": N_("the length of the text"),
    "capitals": N_("the use of capital letters"),
    "punctuation": N_("the punctuation"),
    "repetition": N_("repeated words"),
    "language": N_("the script of the text"),
    "time to fill": N_("the time taken to write it"),
    "page": N_("how the text relates to the page"),
}
HEAD_WORDS: Mapping[Head, str] = {
    Head.SPAM: N_("spam"),
    Head.TOXICITY: N_("abuse"),
    Head.SEVERE_TOXICITY: N_("severe abuse"),
    Head.OBSCENE: N_("obscenity"),
    Head.THREAT: N_("threats"),
    Head.INSULT: N_("insults"),
    Head.IDENTITY_ATTACK: N_("attacks on a group"),
}
# What a reason says; a page says it again in the language of its reader.
UNLIKE = N_("The words do not read like {head}.")
TYPICAL = N_("Words typical of {head}: {words}.")
TOGETHER = N_("The words taken together read like {head}.")
MORE_USUAL = N_("More usual in {head} than elsewhere: {fields}.")
LESS_USUAL = N_("Less usual in {head} than elsewhere: {fields}.")
NOTHING_PARTICULAR = N_("nothing in particular")
# Each without and with the words that told most.
HERE_REJECTED = (
    N_("More like what people here rejected as {head}."),
    N_("More like what people here rejected as {head}: {words}."),
)
HERE_PUBLISHED = (
    N_("More like what people here published."),
    N_("More like what people here published: {words}."),
)
SAYINGS = (UNLIKE, TYPICAL, TOGETHER, MORE_USUAL, LESS_USUAL, *HERE_REJECTED[::-1], *HERE_PUBLISHED[::-1])


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What a site's promise allows: a rank of margins, and the cut-offs on that rank.

    Attributes
    ----------
    rank : callable
        Maps each head's calibrated log-odds to a risk in [0, 1]: the worst of the heads' ranks
        among good comments.
    reject_from : float or None
        Risks from here up may be rejected by machine; None where the evidence is too thin.
    publish_below : float or None
        Risks below may be published by machine; None where the evidence is too thin.
    version : str
        Which version of the site's own evidence speaks here, such as ``own2``; empty where it is borrowed.
    """

    rank: Callable[[Mapping[Head, float]], float]
    reject_from: float | None
    publish_below: float | None
    version: str = ""


def decide(assessment: Assessment, policy: Policy, yardstick: Yardstick, coin: float) -> Verdict:
    """Turn all evidence about a comment into one verdict.

    The conditions, in this order:

    1. A scorer failed: hold, because nobody knows what it would have said.
    2. The site is hold-only: hold.
    3. The owner's own ban applies: reject.
    4. A rule of the owner wants a person to see it: hold.
    5. The owner trusts who sent it: publish, or hold if it is surely abuse: the heads that are not about spam reach the
       site's reject cut-off by themselves or, where there is none, look as bad as one in twenty good comments.
    6. The risk reaches the site's reject cut-off: reject.
    7. The risk is below the site's publish cut-off: publish.
    8. Otherwise: hold.

    Parameters
    ----------
    assessment : Assessment
        All signals and head scores about one comment.
    policy : Policy
        The site's wishes.
    yardstick : Yardstick
        How risk is measured for this site, and its cut-offs.
    coin : float in [0, 1)
        Drawn before the outcome was known. An automatic outcome with ``coin < policy.audit_rate``
        goes before a person too, so that error rates can be measured without bias. In hold-only, and
        where there is no cut-off at all, every comment that is not banned goes before a person, so there the rate is 1.

    Returns
    -------
    Verdict
        The action with its reasons; for each head, bias + shares of all terms, rules included,
        is the log-odds of its score.
    """
    heads = tuple(_with_rules(score, assessment.signals) for score in assessment.heads)
    risk = yardstick.rank({score.head: score.margin for score in heads}) if heads else 1.0
    undecided = policy.mode is Mode.HOLD_ONLY or (yardstick.reject_from is None and yardstick.publish_below is None)
    codes = {signal.code for signal in assessment.signals}
    if FAILED in codes or policy.mode is Mode.HOLD_ONLY or not heads:
        action = Action.HOLD
    elif codes & BANS:
        action = Action.REJECT
    elif HELD_BY_RULE in codes:
        action = Action.HOLD
    elif TRUSTED in codes:
        action = Action.HOLD if _is_surely_abuse(heads, yardstick) else Action.PUBLISH
    elif _reaches(risk, yardstick.reject_from):
        action = Action.REJECT
    elif yardstick.publish_below is not None and risk < yardstick.publish_below:
        action = Action.PUBLISH
    else:
        action = Action.HOLD
    return Verdict(
        action=action,
        scores={score.head: _sigmoid(score.margin) for score in heads},
        risk=risk,
        band=band(risk, yardstick),
        reasons=_reasons(heads, assessment.signals, _worst_head(heads, yardstick)),
        heads=heads,
        signals=assessment.signals,
        model=assessment.model,
        policy=f"p{policy.version}.{yardstick.version}" if yardstick.version else f"p{policy.version}",
        rules=assessment.rules,
        coin=coin,
        audit_rate=1.0 if undecided and action is Action.HOLD else policy.audit_rate,
        audited=action is not Action.HOLD and coin < policy.audit_rate,
    )


def is_blatant(verdict: Verdict) -> bool:
    """Whether a rejected comment is so surely spam that nobody need ever see it.

    Parameters
    ----------
    verdict : Verdict
        The machine's answer.

    Returns
    -------
    bool
        Never for what chance laid before people, and for nothing that a good comment ever looked like.
    """
    spam = verdict.scores.get(Head.SPAM, 0.0)
    sure = spam >= BLATANT_FROM and verdict.risk >= BLATANT_RISK
    return verdict.action is Action.REJECT and not verdict.audited and sure


def band(risk: float, yardstick: Yardstick) -> str:
    """Say a risk in words.

    Parameters
    ----------
    risk : float in [0, 1]
        Rank among good comments.
    yardstick : Yardstick
        Its cut-offs bound the two "clearly" bands; a missing one leaves its band empty.

    Returns
    -------
    str
        "clearly fine", "probably fine", "unclear", "probably bad" or "clearly bad".
    """
    if _reaches(risk, yardstick.reject_from):
        return "clearly bad"
    if yardstick.publish_below is not None and risk < yardstick.publish_below:
        return "clearly fine"
    return "probably fine" if risk < UNCLEAR_FROM else "unclear" if risk < PROBABLY_BAD_FROM else "probably bad"


def _with_rules(score: HeadScore, signals: tuple[Signal, ...]) -> HeadScore:
    """Add the rules that speak of this head as terms of the same sum."""
    from_rules = tuple(
        _rule_term(signal) for signal in signals if signal.code in WEIGHTS and WEIGHTS[signal.code][0] is score.head
    )
    return HeadScore(head=score.head, bias=score.bias, terms=score.terms + from_rules)


def _is_surely_abuse(heads: tuple[HeadScore, ...], yardstick: Yardstick) -> bool:
    abuse: dict[Head, float] = {score.head: score.margin for score in heads if score.head is not Head.SPAM}
    sure = PROBABLY_BAD_FROM if yardstick.reject_from is None else yardstick.reject_from
    return bool(abuse) and yardstick.rank(abuse) >= sure


def _reaches(risk: float, cutoff: float | None) -> bool:
    return cutoff is not None and risk >= cutoff


def _sigmoid(margin: float) -> float:
    # The two branches keep exp() from overflowing on far-away margins.
    if margin >= 0:
        return 1 / (1 + math.exp(-margin))
    grown = math.exp(margin)
    return grown / (1 + grown)


def _rule_term(signal: Signal) -> Term:
    share = WEIGHTS[signal.code][1] * signal.strength
    return Term(label=signal.code, share=share, spans=signal.spans, kind="rule")


def _reasons(heads: tuple[HeadScore, ...], signals: tuple[Signal, ...], worst: Head | None) -> tuple[Reason, ...]:
    """Say why in sentences: what the owner decides by name, then the head that the risk comes from."""
    found = [_from_signal(signal) for signal in signals]
    for score in heads:
        if score.head in MAIN_HEADS:
            # What is too small to tell by itself is told with the words.
            words = tuple(term for term in score.terms if term.kind in {"word", "rest"})
            fields = tuple(term for term in score.terms if term.kind == "field")
            found += [_from_words(score.head, words)] if words else []
            found += [_from_fields(score.head, fields)] if fields else []
            here = tuple(term for term in score.terms if term.kind == "site")
            found += [_from_site(score.head, here)] if here else []
    order = dict.fromkeys(BANS | {FAILED, HELD_BY_RULE}, 0) | {TRUSTED: 1}
    return tuple(
        sorted(found, key=lambda reason: (order.get(reason.code, 2), reason.head is not worst, -abs(reason.share)))
    )


def _worst_head(heads: tuple[HeadScore, ...], yardstick: Yardstick) -> Head | None:
    """Return the head that makes the comment as risky as it is."""
    main = [score for score in heads if score.head in MAIN_HEADS]
    return max(main, key=lambda score: yardstick.rank({score.head: score.margin})).head if main else None


def _from_signal(signal: Signal) -> Reason:
    head, weight = WEIGHTS.get(signal.code, (Head.SPAM, 0.0))
    return Reason(signal.code, signal.detail, head, weight * signal.strength, signal.spans)


def _from_words(head: Head, words: tuple[Term, ...]) -> Reason:
    share = sum(term.share for term in words)
    telling = _telling(words, share)
    saying = UNLIKE if share <= 0 else TYPICAL if telling else TOGETHER
    sentence = saying.format(head=HEAD_WORDS[head], words=_quoted(telling))
    spans = tuple(span for term in telling for span in term.spans)
    return Reason(f"{head.value.upper()}_WORDS", sentence, head, share, spans)


def _from_fields(head: Head, fields: tuple[Term, ...]) -> Reason:
    share = sum(term.share for term in fields)
    telling = ", ".join(FIELD_WORDS.get(term.label, term.label) for term in _pulling(fields, share)[:QUOTED_WORDS])
    saying = MORE_USUAL if share > 0 else LESS_USUAL
    sentence = saying.format(head=HEAD_WORDS[head], fields=telling or NOTHING_PARTICULAR)
    return Reason(f"{head.value.upper()}_FIELDS", sentence, head, share)


def _from_site(head: Head, terms: tuple[Term, ...]) -> Reason:
    share = sum(term.share for term in terms)
    telling = _telling(tuple(term for term in terms if term.spans), share)
    sayings = HERE_REJECTED if share > 0 else HERE_PUBLISHED
    sentence = sayings[bool(telling)].format(head=HEAD_WORDS[head], words=_quoted(telling))
    spans = tuple(span for term in telling for span in term.spans)
    return Reason(f"{head.value.upper()}_SITE", sentence, head, share, spans)


def _quoted(telling: tuple[Term, ...]) -> str:
    return ", ".join(f"“{term.label}”" for term in telling)


def _telling(words: tuple[Term, ...], share: float) -> tuple[Term, ...]:
    """Return the words that pulled hardest and that a person would name: no full stop, no "a", no trifle."""
    nameable = (term for term in _pulling(words, share) if sum(map(str.isalnum, term.label)) >= QUOTED_LETTERS)
    return tuple(term for term in nameable if abs(term.share) >= QUOTED_SHARE)[:QUOTED_WORDS]


def _pulling(terms: tuple[Term, ...], share: float) -> list[Term]:
    """Return the terms that pulled in the direction of the sum, the strongest first."""
    pulling = [term for term in terms if (term.share > 0) == (share > 0) and term.kind != "rest"]
    return sorted(pulling, key=lambda term: -abs(term.share))
