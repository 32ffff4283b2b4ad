"""Blocks of the overview that judge: mistakes of the machine, agreement with people, reasons, domains, rules.

Pure. May import ``domain``, ``promise``, ``text``, ``review.words`` and other pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import urlencode

from modbot.domain import Action, Appeals, Check, Mode, Rule, RuleEffect, RuleKind, RuleTally, Site, Tally, Trouble
from modbot.language import N_, Phrases, _, counted, number
from modbot.promise.interval import Share, weighted_share
from modbot.review import words
from modbot.review.pages.charts import Bar, Block, Row, Span, bars, shown
from modbot.review.pages.rules import EFFECT_WORDS, KIND_WORDS
from modbot.review.reasons import reason_name
from modbot.text import host_of, links

TOP = 10
# Fewer answers than this show no habit.
ENOUGH = 50
NEARLY_ALWAYS, SELDOM = 0.95, 0.6
RULES_SHOWN = 15
ENTRY_CHARS = 60
MACHINE_DID = Phrases({Action.PUBLISH: N_("Published by the machine"), Action.REJECT: N_("Rejected by the machine")})
LEANS = {"clearly fine": Action.PUBLISH, "probably fine": Action.PUBLISH}
LEANS |= {"probably bad": Action.REJECT, "clearly bad": Action.REJECT}
MISTAKES = (N_("What"), N_("Wrong"), N_("Checked"), N_("Share"), N_("At least"), N_("At most"), N_("Promised at most"))


# What is measured, how it is, and what was promised.
_Told = tuple[str, Share, float | None]


def mistakes(site: Site | None, checks: Sequence[Check], standing: Sequence[str], *, is_admin: bool) -> Block:
    """Say how often the machine is wrong, as far as chance laid its decisions before people."""
    key, title = "mistakes", _("Mistakes of the machine")
    if site is None:
        return Block(
            key, title, _("Each site promises something of its own."), _("Choose a site to see how it keeps that.")
        )
    policy = site.policy
    good, bad = ([one for one in checks if one.good is good] for good in (True, False))
    rejected, published = ([one for one in checks if one.said is did] for did in (Action.REJECT, Action.PUBLISH))
    told: list[_Told] = [
        (_("Good comments that were rejected"), share_of(good, _was_rejected), policy.max_good_rejected),
        (_("Bad comments that were published"), share_of(bad, _was_published), policy.max_bad_published),
        (_("Rejected comments that were good"), share_of(rejected, lambda one: one.good), None),
        (_("Published comments that were bad"), share_of(published, lambda one: not one.good), None),
    ]
    decides = policy.mode is not Mode.HOLD_ONLY or bool(rejected or published)
    lead, remedy, tone = _judged(told[0], told[1]) if decides else _undecided(sum(one.cases for one in checks))
    scale = max((share.high for _name, share, _promised in told if share.n), default=1.0) or 1.0
    return Block(
        key=key,
        title=title,
        lead=lead,
        remedy=remedy,
        columns=tuple(map(_, MISTAKES)),
        rows=tuple(_mistake(*one, scale) for one in told) if decides and checks else (),
        heads=(_("What"), _("Wrong"), _("With 95 % confidence")),
        notes=_notes(checks, standing),
        tone=tone,
        link=("/admin/sites", _("Sites")) if tone and is_admin else None,
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
    lead = _("Chance laid no decision of the machine before people in this time.")
    if looked := _count(drawn):
        agreed = sum(one.decisions for one in drawn if one.action is one.said)
        lead = counted(
            looked,
            "People agreed with {agreed} of {n} decision that chance laid before them.",
            "People agreed with {agreed} of {n} decisions that chance laid before them.",
            agreed=agreed,
        )
    rows = [
        _agreed(f"{did}, {why}", [one for one in tallies if one.said is said and one.audited is audited], said)
        for said, did in MACHINE_DID.items()
        for audited, why in ((True, _("drawn by chance")), (False, _("read for another reason")))
    ]
    held = [one for one in tallies if one.said is Action.HOLD]
    rows += [
        _agreed(_("Held: {band}", band=_(band)), [one for one in held if one.band == band], LEANS.get(band))
        for band in words.BANDS
    ]
    return Block(
        key="agreement",
        title=_("Agreement"),
        lead=lead,
        remedy=_habit(held),
        columns=(_("What the machine did"), _("Answers"), _("People published"), _("People rejected"), _("Agreed")),
        heads=(_("What the machine did"), _("Published"), _("Rejected"), _("Agreed")),
        rows=tuple(row for row in rows if row.cells[1]),
    )


def appeals(found: Appeals) -> Block:
    """Say how often people changed their mind, or the machine's, when an author asked for another look."""
    answered = found.overturned + found.upheld
    lead = _("No author asked for another look in this time.")
    if answered or found.waiting:
        lead = counted(
            answered + found.waiting,
            "{n} author asked for another look.",
            "{n} authors asked for another look.",
        )
    if answered:
        lead += " " + counted(
            answered,
            "{overturned} of {n} answer published the comment after all.",
            "{overturned} of {n} answers published the comment after all.",
            overturned=found.overturned,
        )
    numbers = (found.waiting, found.overturned, found.upheld)
    names = (_("Waiting for an answer"), _("Published after all"), _("The rejection stands"))
    return Block(
        key="appeals",
        title=_("Appeals"),
        lead=lead,
        columns=(_("What became of them"), _("Comments")),
        rows=tuple(Row(one) for one in zip(names, numbers, strict=True)) if sum(numbers) else (),
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
    lead = _("Nothing was held or rejected for a reason in this time.")
    if top:
        lead = _(
            "Most often: {what}, in {found} of {newest}.",
            what=reason_name(top[0]),
            found=found[top[0]],
            newest=_newest(troubles),
        )
    return Block(
        key="reasons",
        title=_("Why comments are held or rejected"),
        lead=lead,
        remedy=_(
            "Open a reason to see its comments; where people publish most of them, it is the reason that is wrong."
        )
        if top
        else "",
        columns=(_("Reason"), _("Comments"), _("Now rejected")),
        rows=tuple(
            Row(
                (reason_name(code), found[code], rejected[code]),
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
    lead = _("No held or rejected comment of this time has a link.")
    if top:
        lead = _(
            "Most often: {what}, in {found} of {newest}.", what=top[0], found=found[top[0]], newest=_newest(troubles)
        )
    block = {"site": site, "kind": RuleKind.LINK.value, "effect": RuleEffect.REJECT.value}
    return Block(
        key="domains",
        title=_("Where they link to"),
        lead=lead,
        remedy=_("A rule rejects all that links to a domain; its form shows first what it would have found.")
        if top
        else "",
        columns=(_("Domain"), _("Comments"), _("Now rejected")),
        rows=tuple(
            Row(
                (host, found[host], rejected[host]),
                f"/queue?{urlencode(given(state='all', site=site, q=host))}",
                mark,
                act=(f"/admin/rules?{urlencode(block | {'pattern': host})}", _("Make a rule")) if is_admin else None,
            )
            for host, mark in zip(top, bars([found[host] for host in top]), strict=True)
        ),
    )


def rules(listed: Sequence[Rule], tallies: Mapping[str, RuleTally], *, is_admin: bool) -> Block:
    """Say what the owner's rules found, and where people decided against them."""
    told = sorted(((tallies.get(rule.id, RuleTally()), rule) for rule in listed), key=lambda one: -one[0].hits)
    against = [(tally.reversed_of(rule.effect), tally) for tally, rule in told]
    wrong = sum(1 for times, tally in against if times > 2 and 2 * times > tally.published + tally.rejected)
    found, turned = sum(tally.hits for tally, _rule_told in told), sum(times for times, _tally in against)
    lead = _("There are no rules: the model and people decide everything.")
    if told:
        lead = counted(
            len(told),
            "{n} rule found {comments}; people decided against {against}.",
            "{n} rules found {comments}; people decided against {against}.",
            comments=counted(found, "{n} comment", "{n} comments"),
            against=turned,
        )
    remedy = ""
    if wrong:
        remedy = counted(
            wrong,
            "People decide mostly against {n} rule: end what is marked.",
            "People decide mostly against {n} rules: end what is marked.",
        )
    return Block(
        key="rules",
        title=_("Rules"),
        lead=lead,
        remedy=remedy,
        columns=(_("Rule"), _("Wants"), _("Found"), _("People decided"), _("Against it")),
        heads=(_("Rule"), _("Found"), _("Against it")),
        rows=tuple(
            _rule(rule, tally, times)
            for (tally, rule), (times, _tally) in zip(told[:RULES_SHOWN], against, strict=False)
        ),
        tone="problem" if wrong else "",
        link=("/admin/rules", _("All rules")) if is_admin else None,
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
    note = "" if promised is None else _("Promised: at most {share}", share=words.percent(promised))
    if not share.n:
        return Row(cells, told=(name, _("none checked"), "–"), note=note)
    within = _("{low} to {high}", low=words.percent(share.low), high=words.percent(share.high))
    low, at, high = (round(100 * part / scale, 1) for part in (share.low, share.share, share.high))
    span = Span(low, at, high, None if promised is None or promised > scale else round(100 * promised / scale, 1))
    return Row(cells, mark=span, told=(name, _("{part} of {whole}", part=share.hits, whole=share.n), within), note=note)


def _judged(*sides: _Told) -> tuple[str, str, str]:
    """Say of each promise whether it is kept, then what to do, and whether that is a problem."""
    said, broken, open_ones = [], False, False
    for (_name, share, promised), found in zip(sides, (_good_ones, _bad_ones), strict=True):
        told = found(share.n, number(share.hits) if share.hits else _("none"))
        if not share.n or promised is None:
            said.append(told)
            open_ones = True
            continue
        if share.high <= promised:
            said.append(_("{told}: the promise is kept.", told=told))
        elif share.low > promised:
            said.append(_("{told}: that is more than promised.", told=told))
            broken = True
        else:
            said.append(_("{told}: too few to tell whether the promise is kept.", told=told))
            open_ones = True
    if broken:
        return (
            " ".join(said),
            _("Let people decide until the machine has learned: set the site to hold only."),
            "problem",
        )
    return " ".join(said), _("Every answer in the queue makes the intervals narrower.") if open_ones else "", ""


def _good_ones(n: int, hits: str) -> str:
    if not n:
        return _("No good comment was checked by chance in this time.")
    return counted(
        n,
        "Chance laid {n} good comment before people; the machine had rejected {hits} of them",
        "Chance laid {n} good comments before people; the machine had rejected {hits} of them",
        hits=hits,
    )


def _bad_ones(n: int, hits: str) -> str:
    if not n:
        return _("No bad comment was checked by chance in this time.")
    return counted(
        n,
        "Chance laid {n} bad comment before people; the machine had published {hits} of them",
        "Chance laid {n} bad comments before people; the machine had published {hits} of them",
        hits=hits,
    )


def _notes(checks: Sequence[Check], standing: Sequence[str]) -> tuple[str, ...]:
    mixed = len({one.rate for one in checks}) > 1
    drawn = _("Chance drew from some comments more often than from others; each counts for as many as it stands for.")
    return (
        *([drawn] if mixed else []),
        *([_("For a promise counts all that was ever checked, on any day."), *standing] if standing else []),
    )


def _undecided(checked: int) -> tuple[str, str, str]:
    lead = _("People decide every comment on this site, so the machine makes no mistakes.")
    if not checked:
        return lead, "", ""
    remedy = counted(
        checked, "{n} answer in this time tells how it would do.", "{n} answers in this time tell how it would do."
    )
    return lead, remedy, ""


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
        return _("People publish nearly all that it calls probably fine: allow it more, and less is held.")
    if (n := _count(bad)) >= ENOUGH and _count(bad, Action.REJECT) <= SELDOM * n:
        return _("People publish much of what it calls probably bad: it learns from these answers.")
    return ""


def _top(found: Counter[str]) -> list[str]:
    return sorted(found, key=lambda name: (-found[name], name))[:TOP]


def _newest(troubles: Sequence[Trouble]) -> str:
    return counted(
        len(troubles),
        "the newest {n} comment that is held or rejected",
        "the newest {n} comments that are held or rejected",
    )


def _rule(rule: Rule, tally: RuleTally, against: int) -> Row:
    entry = rule.label if rule.kind is RuleKind.AUTHOR else rule.entries[0]
    more = len(rule.entries) - 1
    what = f"{KIND_WORDS[rule.kind][0]}: {words.excerpt(entry, ENTRY_CHARS)}"
    if more:
        what = _("{entry} and {n} more", entry=what, n=more)
    effect, decided = EFFECT_WORDS[rule.effect][0], tally.published + tally.rejected
    told = (what, number(tally.hits), _("{part} of {whole}", part=against, whole=decided))
    return Row((what, effect, tally.hits, decided, against), told=told, note=effect)
