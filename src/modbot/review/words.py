"""Numbers and codes in the words that moderators read: bands, shares, scores, times, counts.

Pure. Decides nothing and knows no HTML. May import ``domain`` and ``policy``'s vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from modbot.domain import Action, DecidedBy, DeliveryState, Head, Mode, Policy, ReportKind, Role
from modbot.language import N_, Phrases, _, counted, dated, number
from modbot.policy import HEAD_WORDS

MINUTE_S = 60
HOUR_S = 3600
DAY_S = 86_400
# After a week "12 days ago" says less than the date.
WEEK_S = 7 * DAY_S

BANDS = (N_("clearly fine"), N_("probably fine"), N_("unclear"), N_("probably bad"), N_("clearly bad"))
ACTION_WORDS = Phrases({Action.PUBLISH: N_("Published"), Action.HOLD: N_("Held"), Action.REJECT: N_("Rejected")})
# Where a case stands, and through whom.
STATE_WORDS = Phrases(
    {
        (Action.PUBLISH, DecidedBy.MACHINE): N_("Published by the machine"),
        (Action.PUBLISH, DecidedBy.PERSON): N_("Published by a moderator"),
        (Action.PUBLISH, DecidedBy.SITE): N_("Published by the site"),
        (Action.PUBLISH, DecidedBy.TIMER): N_("Published by a timer"),
        (Action.REJECT, DecidedBy.MACHINE): N_("Rejected by the machine"),
        (Action.REJECT, DecidedBy.PERSON): N_("Rejected by a moderator"),
        (Action.REJECT, DecidedBy.SITE): N_("Rejected by the site"),
        (Action.REJECT, DecidedBy.TIMER): N_("Rejected by a timer"),
    }
)
ROLE_WORDS = Phrases({Role.ADMIN: N_("Admin"), Role.MODERATOR: N_("Moderator"), Role.VIEWER: N_("Viewer")})
REPORT_WORDS = Phrases({ReportKind.FLAG: N_("Flagged by a visitor"), ReportKind.APPEAL: N_("Appealed by the author")})
# What a person may give as the ground for rejecting, in the order of the picker; the kinds of abuse teach their head.
REJECT_REASONS = Phrases(
    {
        "spam": N_("Spam"),
        "abuse": N_("Abuse"),
        Head.INSULT.value: N_("Insult"),
        Head.THREAT.value: N_("Threat"),
        Head.IDENTITY_ATTACK.value: N_("Hate against a group"),
        Head.OBSCENE.value: N_("Obscene"),
        "other": N_("Another reason"),
    }
)
REVIEW_REASONS = Phrases(
    {
        "spam": N_("spam"),
        "abuse": N_("abuse"),
        "toxicity": N_("abuse"),
        Head.INSULT.value: N_("an insult"),
        Head.THREAT.value: N_("a threat"),
        Head.IDENTITY_ATTACK.value: N_("hate against a group"),
        Head.OBSCENE.value: N_("obscene"),
        "other": N_("unwanted for another reason"),
    }
)
MODE_WORDS = Phrases(
    {
        Mode.HOLD_ONLY: (N_("Hold only"), N_("A person decides every comment.")),
        Mode.BORROWED: (N_("Borrowed"), N_("Clear cases are decided by the shipped model's calibration.")),
        Mode.OWN: (N_("Own evidence"), N_("Clear cases are decided on this site's own checked comments.")),
    }
)
DELIVERY_WORDS = Phrases(
    {
        DeliveryState.PENDING: N_("Waiting"),
        DeliveryState.SENDING: N_("Sending"),
        DeliveryState.DONE: N_("Delivered"),
        DeliveryState.GIVEN_UP: N_("Given up"),
        DeliveryState.UNDONE: N_("Taken back"),
    }
)
# A risk is a rank among good comments; from each of these on, so many of them look less suspicious.
RANKS = (
    (0.999, N_("999 in 1,000")),
    (0.99, N_("99 in 100")),
    (0.95, N_("19 in 20")),
    (0.9, N_("9 in 10")),
    (0.7, N_("7 in 10")),
    (0.5, N_("half of all")),
    (0.3, N_("3 in 10")),
    (0.1, N_("1 in 10")),
)
# Log-odds: 2 multiplies the odds by seven, 0.8 doubles them, below 0.3 nobody would notice alone.
PULLS = (
    (2.0, N_("strongly for {head}"), N_("strongly against {head}")),
    (0.8, N_("clearly for {head}"), N_("clearly against {head}")),
    (0.3, N_("somewhat for {head}"), N_("somewhat against {head}")),
    (0.0, N_("slightly for {head}"), N_("slightly against {head}")),
)
LIKELIHOODS = (
    (0.95, N_("almost certain")),
    (0.7, N_("likely")),
    (0.4, N_("unclear")),
    (0.1, N_("unlikely")),
    (0.0, N_("very unlikely")),
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as people say it, with the exact one behind it."""

    words: str
    iso: str
    exact: str


@dataclass(frozen=True, slots=True)
class Band:
    """Where a comment stands between fine and bad: 1 to 5, and in words. 0 is "not assessed"."""

    level: int
    words: str


def moment(at: datetime, now: datetime) -> Moment:
    """Say how long ago something was; older than a week, the date."""
    at = at.astimezone(UTC)
    return Moment(_ago(at, now), at.isoformat(timespec="seconds"), f"{dated(at, 'exact')} UTC")


def when(at: datetime, now: datetime) -> str:
    """Say within a sentence when something was: "2 days ago", "on 3 Aug"."""
    told = _ago(at.astimezone(UTC), now)
    return told if (now - at).total_seconds() < WEEK_S else _("on {date}", date=told)


def band_of(band: str) -> Band:
    """Place a band on the scale; one that this version does not know stays in the middle, in its own words."""
    if not band:
        return Band(0, _("Not assessed"))
    return Band(BANDS.index(band) + 1 if band in BANDS else 3, begun(_(band)))


def begun(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def percent(share: float) -> str:
    """Say a share in percent, with no more figures than it has meaning."""
    if 1e-9 < share < 0.001:
        return _("under 0.1 %")
    has_tenths = share < 0.1 and round(share * 100, 1) % 1
    return _("{number} %", number=number(share * 100, 1 if has_tenths else 0))


def likelihood(probability: float) -> str:
    """Say a calibrated probability in words."""
    return _(next(words for least, words in LIKELIHOODS if probability >= least))


def among_good(risk: float) -> str:
    """Say a risk, a rank among good comments, in words."""
    found = next((words for least, words in RANKS if risk >= least), "")
    if not found:
        return _("It looks less suspicious than 9 in 10 good comments.")
    return _("It looks more suspicious than {so_many} good comments.", so_many=_(found))


def pull(share: float, head: Head) -> str:
    """Say which way a share of the log-odds pulls, and how hard."""
    if share == 0:
        return _("noted, not counted")
    drawn, held = next((drawn, held) for least, drawn, held in PULLS if abs(share) >= least)
    return _(drawn if share > 0 else held, head=head_words(head))


def head_words(head: Head) -> str:
    """Say what a head looks for: "spam", "abuse"."""
    return _(HEAD_WORDS[head])


def as_reason(done: str, reason: str) -> str:
    """Say what was done and as what, where a reason was given: "Rejected as spam"."""
    return _("{what} as {reason}", what=done, reason=reason) if reason else done


def review_words(action: Action, *, first: bool) -> str:
    """Say what a review did. A review that holds is a decision taken back."""
    if action is Action.HOLD:
        return _("Held") if first else _("Put back into the queue")
    return ACTION_WORDS[action]


def done_words(action: Action, count: int) -> str:
    """Say what was just done to many."""
    if action is Action.PUBLISH:
        return counted(count, "Published {n} comment", "Published {n} comments")
    return counted(count, "Rejected {n} comment", "Rejected {n} comments")


def promise_words(policy: Policy) -> str:
    """Say in one sentence how far the machine may go."""
    if policy.mode is Mode.HOLD_ONLY:
        return MODE_WORDS[policy.mode][1]
    return _(
        "At most {good} of good comments rejected and {bad} of bad ones published by machine.",
        good=_promised(policy.max_good_rejected),
        bad=_promised(policy.max_bad_published),
    )


def excerpt(text: str, chars: int) -> str:
    """Shorten to one line, at a word where there is one."""
    flat = " ".join(text.split())
    if len(flat) <= chars:
        return flat
    cut = flat[:chars].rsplit(" ", 1)[0] if " " in flat[:chars] else flat[:chars]
    return f"{cut}…"


def _promised(share: float) -> str:
    percents = f"{share * 100:g}"
    return _("{number} %", number=percents)


def _ago(at: datetime, now: datetime) -> str:
    age_s = (now - at).total_seconds()
    if age_s < MINUTE_S:
        return _("just now")
    if age_s < HOUR_S:
        return _("{n} min ago", n=int(age_s // MINUTE_S))
    if age_s < DAY_S:
        return counted(int(age_s // HOUR_S), "{n} hour ago", "{n} hours ago")
    if age_s < WEEK_S:
        return counted(int(age_s // DAY_S), "{n} day ago", "{n} days ago")
    return dated(at, "day" if at.year == now.year else "date")
