"""Blocks of the overview that judge: mistakes of the machine, agreement with people, reasons, domains, rules.

Pure. May import ``domain``, ``promise``, ``text``, ``review.words`` and other pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import urlencode

from modbot.domain import Action, Check, Mode, Rule, RuleEffect, RuleKind, RuleTally, Site, Tally, Trouble
from modbot.promise.interval import Share, weighted_share
from modbot.review import words
from modbot.review.pages.charts import Bar, Block, Row, Span, bars, shown
from modbot.review.pages.rules import EFFECT_WORDS, KIND_WORDS
from modbot.text import host_of, links

TOP = 10
# Fewer answers than this show no habit.
ENOUGH = 50
NEARLY_ALWAYS, SELDOM = 0.95, 0.6
RULES_SHOWN = 15
ENTRY_CHARS = 60
MACHINE_DID = {Action.PUBLISH: "Published by the machine", Action.REJECT: "Rejected by the machine"}
LEANS = {"clearly fine": Action.PUBLISH, "probably fine": Action.PUBLISH}
LEANS |= {"probably bad": Action.REJECT, "clearly bad": Action.REJECT}
MISTAKES = ("What", "Wrong", "Checked", "Share", "At least", "At most", "Promised at most")


# What is measured, how it is, and what was promised.
_Told = tuple[str, Share, float | None]


def mistakes(site: Site | None, checks: Sequence[Check], standing: Sequence[str], *, is_admin: bool) -> Block:
    """Say how often the machine is wrong, as far as chance laid its decisions before people."""
    key, title = "mistakes", "Mistakes of the machine"
    if site is None:
        return Block(key, title, "Each site promises something of its own.", "Choose a site to see how it keeps that.")
    policy = site.policy
    good, bad = ([one for one in checks if one.good is good] for good in (True, False))
    rejected, published = ([one for one in checks if one.said is did] for did in (Action.REJECT, Action.PUBLISH))
    told: list[_Told] = [
        ("Good comments that were rejected", share_of(good, _was_rejected), policy.max_good_rejected),
        ("Bad comments that were published", share_of(bad, _was_published), policy.max_bad_published),
        ("Rejected comments that were good", share_of(rejected, lambda one: one.good), None),
        ("Published comments that were bad", share_of(published, lambda one: not one.good), None),
    ]
    decides = policy.mode is not Mode.HOLD_ONLY or bool(rejected or published)
    lead, remedy, tone = _judged(told[0], told[1]) if decides else _undecided(sum(one.cases for one in checks))
    scale = max((share.high for _, share, _ in told if share.n), default=1.0) or 1.0
    return Block(
        key=key,
        title=title,
        lead=lead,
        remedy=remedy,
        columns=MISTAKES,
        rows=tuple(_mistake(*one, scale) for one in told) if decides and checks else (),
        heads=("What", "Wrong", "With 95 % confidence"),
        notes=_notes(checks, standing),
        tone=tone,
        link=("/admin/sites", "Sites") if tone and is_admin else None,
    )


def share_of(checks: Iterable[Check], wrong: Callable[[Check], bool]) -> Share:
    """Estimate a share from what was drawn at several rates."""
    hits: Counter[float] = Counter()
    drawn: Counter[float] = Counter()
    for one in checks:
        drawn[one.rate] += one.cases
        hits[one.rate] += one.cases * wrong(one)
    return weighted_share((hits[rate], n, rate) for rate, n in drawn.items())


def agreement(tallies: Sequence[Tally]) -> Block:
    """Say how often people decided as the machine did, or as it leaned."""
    drawn = [one for one in tallies if one.audited]
    lead = "Chance laid no decision of the machine before people in this time."
    if looked := _count(drawn):
        agreed = sum(one.decisions for one in drawn if one.action is one.said)
        lead = f"People agreed with {agreed:,} of {words.counted(looked, 'decision')} that chance laid before them."
    rows = [
        _agreed(f"{did}, {why}", [one for one in tallies if one.said is said and one.audited is audited], said)
        for said, did in MACHINE_DID.items()
        for audited, why in ((True, "drawn by chance"), (False, "read for another reason"))
    ]
    held = [one for one in tallies if one.said is Action.HOLD]
    rows += [
        _agreed(f"Held: {band}", [one for one in held if one.band == band], LEANS.get(band)) for band in words.BANDS
    ]
    return Block(
        key="agreement",
        title="Agreement",
        lead=lead,
        remedy=_habit(held),
        columns=("What the machine did", "Answers", "People published", "People rejected", "Agreed"),
        heads=("What the machine did", "Published", "Rejected", "Agreed"),
        rows=tuple(row for row in rows if row.cells[1]),
    )


def reasons(troubles: Sequence[Trouble], site: str) -> Block:
    """Say why comments are held and rejected."""
    found: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    for one in troubles:
        for code in {reason.code for reason in one.reasons if reason.share > 0}:
            found[code] += 1
            rejected[code] += one.action is Action.REJECT
    top = _top(found)
    lead = "Nothing was held or rejected for a reason in this time."
    if top:
        lead = f"Most often: {words.reason_name(top[0])}, in {found[top[0]]:,} of {_newest(troubles)}."
    return Block(
        key="reasons",
        title="Why comments are held or rejected",
        lead=lead,
        remedy="Open a reason to see its comments; where people publish most of them, it is the reason that is wrong."
        if top
        else "",
        columns=("Reason", "Comments", "Now rejected"),
        rows=tuple(
            Row(
                (words.reason_name(code), found[code], rejected[code]),
                f"/queue?{urlencode(given(state='all', site=site, reason=code))}",
                mark,
            )
            for code, mark in zip(top, bars([found[code] for code in top]), strict=True)
        ),
    )


def domains(troubles: Sequence[Trouble], site: str, *, is_admin: bool) -> Block:
    """Say where held and rejected comments want to lead people."""
    found: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    for one in troubles:
        for host in {*(link.host for link in links(one.body)), host_of(one.url)} - {""}:
            found[host] += 1
            rejected[host] += one.action is Action.REJECT
    top = _top(found)
    lead = "No held or rejected comment of this time has a link."
    if top:
        lead = f"Most often: {top[0]}, in {found[top[0]]:,} of {_newest(troubles)}."
    block = {"site": site, "kind": RuleKind.LINK.value, "effect": RuleEffect.REJECT.value}
    return Block(
        key="domains",
        title="Where they link to",
        lead=lead,
        remedy="A rule rejects all that links to a domain; its form shows first what it would have found."
        if top
        else "",
        columns=("Domain", "Comments", "Now rejected"),
        rows=tuple(
            Row(
                (host, found[host], rejected[host]),
                f"/queue?{urlencode(given(state='all', site=site, q=host))}",
                mark,
                act=(f"/admin/rules?{urlencode(block | {'pattern': host})}", "Make a rule") if is_admin else None,
            )
            for host, mark in zip(top, bars([found[host] for host in top]), strict=True)
        ),
    )


def rules(listed: Sequence[Rule], tallies: Mapping[str, RuleTally], *, is_admin: bool) -> Block:
    """Say what the owner's rules found, and where people decided against them."""
    told = sorted(((tallies.get(rule.id, RuleTally()), rule) for rule in listed), key=lambda one: -one[0].hits)
    against = [(tally.reversed_of(rule.effect), tally) for tally, rule in told]
    wrong = sum(1 for times, tally in against if times > 2 and 2 * times > tally.published + tally.rejected)
    found, turned = sum(tally.hits for tally, _ in told), sum(times for times, _ in against)
    lead = "There are no rules: the model and people decide everything."
    if told:
        found_so_many = f"{words.counted(len(told), 'rule')} found {words.counted(found, 'comment')}"
        lead = f"{found_so_many}; people decided against {turned:,}."
    remedy = f"People decide mostly against {words.counted(wrong, 'rule')}: end what is marked." if wrong else ""
    return Block(
        key="rules",
        title="Rules",
        lead=lead,
        remedy=remedy,
        columns=("Rule", "Wants", "Found", "People decided", "Against it"),
        heads=("Rule", "Found", "Against it"),
        rows=tuple(
            _rule(rule, tally, times) for (tally, rule), (times, _) in zip(told[:RULES_SHOWN], against, strict=False)
        ),
        tone="problem" if wrong else "",
        link=("/admin/rules", "All rules") if is_admin else None,
    )


def given(**asked: str) -> dict[str, str]:
    """Leave out of a query what was not asked for."""
    return {name: value for name, value in asked.items() if value}


def _was_rejected(one: Check) -> bool:
    return one.said is Action.REJECT


def _was_published(one: Check) -> bool:
    return one.said is Action.PUBLISH


def _mistake(name: str, share: Share, promised: float | None, scale: float) -> Row:
    cells = (name, share.hits, share.n, share.share, share.low, share.high, promised)
    note = "" if promised is None else f"Promised: at most {words.percent(promised)}"
    if not share.n:
        return Row(cells, told=(name, "none checked", "–"), note=note)
    within = f"{words.percent(share.low)} to {words.percent(share.high)}"
    low, at, high = (round(100 * part / scale, 1) for part in (share.low, share.share, share.high))
    span = Span(low, at, high, None if promised is None or promised > scale else round(100 * promised / scale, 1))
    return Row(cells, mark=span, told=(name, f"{share.hits:,} of {share.n:,}", within), note=note)


def _judged(*sides: _Told) -> tuple[str, str, str]:
    """Say of each promise whether it is kept, then what to do, and whether that is a problem."""
    said, broken, open_ones = [], False, False
    for (name, share, promised), kind in zip(sides, ("good", "bad"), strict=True):
        if not share.n or promised is None:
            said.append(f"No {kind} comment was checked by chance in this time.")
            open_ones = True
            continue
        did, hits = name.split(" that were ")[1], f"{share.hits:,}" if share.hits else "none"
        laid = f"Chance laid {words.counted(share.n, f'{kind} comment')} before people"
        told = f"{laid}; the machine had {did} {hits} of them"
        if share.high <= promised:
            said.append(f"{told}: the promise is kept.")
        elif share.low > promised:
            said.append(f"{told}: that is more than promised.")
            broken = True
        else:
            said.append(f"{told}: too few to tell whether the promise is kept.")
            open_ones = True
    if broken:
        return " ".join(said), "Let people decide until the machine has learned: set the site to hold only.", "problem"
    return " ".join(said), "Every answer in the queue makes the intervals narrower." if open_ones else "", ""


def _notes(checks: Sequence[Check], standing: Sequence[str]) -> tuple[str, ...]:
    mixed = len({one.rate for one in checks}) > 1
    drawn = "Chance drew from some comments more often than from others; each counts for as many as it stands for."
    return (
        *([drawn] if mixed else []),
        *(["For a promise counts all that was ever checked, on any day.", *standing] if standing else []),
    )


def _undecided(checked: int) -> tuple[str, str, str]:
    lead = "People decide every comment on this site, so the machine makes no mistakes."
    return lead, f"{words.counted(checked, 'answer')} in this time tell how it would do." if checked else "", ""


def _agreed(name: str, some: Sequence[Tally], wanted: Action | None) -> Row:
    published, rejected = (_count(some, action) for action in (Action.PUBLISH, Action.REJECT))
    answers = published + rejected
    agreed = None
    if wanted and answers:
        agreed = (published if wanted is Action.PUBLISH else rejected) / answers
    mark = None if agreed is None else Bar(round(100 * agreed, 1))
    told = (name, *map(shown, (published, rejected, agreed)))
    return Row((name, answers, published, rejected, agreed), mark=mark, told=told)


def _count(some: Iterable[Tally], action: Action | None = None) -> int:
    return sum(one.decisions for one in some if action in {None, one.action})


def _habit(held: Sequence[Tally]) -> str:
    fine, bad = ([one for one in held if one.band == band] for band in ("probably fine", "probably bad"))
    if (n := _count(fine)) >= ENOUGH and _count(fine, Action.PUBLISH) >= NEARLY_ALWAYS * n:
        return "People publish nearly all that it calls probably fine: allow it more, and less is held."
    if (n := _count(bad)) >= ENOUGH and _count(bad, Action.REJECT) <= SELDOM * n:
        return "People publish much of what it calls probably bad: it learns from these answers."
    return ""


def _top(found: Counter[str]) -> list[str]:
    return sorted(found, key=lambda name: (-found[name], name))[:TOP]


def _newest(troubles: Sequence[Trouble]) -> str:
    return f"the newest {words.counted(len(troubles), 'comment')} that are held or rejected"


def _rule(rule: Rule, tally: RuleTally, against: int) -> Row:
    entry = rule.label if rule.kind is RuleKind.AUTHOR else rule.entries[0]
    more = len(rule.entries) - 1
    what = f"{KIND_WORDS[rule.kind][0]}: {words.excerpt(entry, ENTRY_CHARS)}" + (f" and {more:,} more" if more else "")
    effect, decided = EFFECT_WORDS[rule.effect][0], tally.published + tally.rejected
    told = (what, f"{tally.hits:,}", f"{against:,} of {decided:,}")
    return Row((what, effect, tally.hits, decided, against), told=told, note=effect)
