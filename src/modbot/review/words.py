"""Numbers and codes in the words that moderators read: bands, shares, scores, times, counts.

Pure. Decides nothing and knows no HTML. May import ``domain`` and ``policy``'s vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from modbot.domain import Action, DecidedBy, DeliveryState, Head, Mode, Policy, ReportKind, Role
from modbot.policy import HEAD_WORDS

MINUTE_S = 60
HOUR_S = 3600
DAY_S = 86_400
# After a week "12 days ago" says less than the date.
WEEK_S = 7 * DAY_S

BANDS = ("clearly fine", "probably fine", "unclear", "probably bad", "clearly bad")
ACTION_WORDS = {Action.PUBLISH: "Published", Action.HOLD: "Held", Action.REJECT: "Rejected"}
DECIDER_WORDS = {
    DecidedBy.MACHINE: "by the machine",
    DecidedBy.PERSON: "by a moderator",
    DecidedBy.SITE: "by the site",
    DecidedBy.TIMER: "by a timer",
}
ROLE_WORDS = {Role.ADMIN: "Admin", Role.MODERATOR: "Moderator", Role.VIEWER: "Viewer"}
REPORT_WORDS = {ReportKind.FLAG: "Flagged by a visitor", ReportKind.APPEAL: "Appealed by the author"}
# What a person may give as the ground for rejecting, in the order of the picker; the kinds of abuse teach their head.
REJECT_REASONS = {
    "spam": "Spam",
    "abuse": "Abuse",
    Head.INSULT.value: "Insult",
    Head.THREAT.value: "Threat",
    Head.IDENTITY_ATTACK.value: "Hate against a group",
    Head.OBSCENE.value: "Obscene",
    "other": "Another reason",
}
REVIEW_REASONS = {
    "spam": "spam",
    "abuse": "abuse",
    "toxicity": "abuse",
    Head.INSULT.value: "an insult",
    Head.THREAT.value: "a threat",
    Head.IDENTITY_ATTACK.value: "hate against a group",
    Head.OBSCENE.value: "obscene",
    "other": "unwanted for another reason",
}
MODE_WORDS = {
    Mode.HOLD_ONLY: ("Hold only", "A person decides every comment."),
    Mode.BORROWED: ("Borrowed", "Clear cases are decided by the shipped model's calibration."),
    Mode.OWN: ("Own evidence", "Clear cases are decided on this site's own checked comments."),
}
DELIVERY_WORDS = {
    DeliveryState.PENDING: "Waiting",
    DeliveryState.SENDING: "Sending",
    DeliveryState.DONE: "Delivered",
    DeliveryState.GIVEN_UP: "Given up",
    DeliveryState.UNDONE: "Taken back",
}
# A risk is a rank among good comments; from each of these on, so many of them look less suspicious.
RANKS = (
    (0.999, "999 in 1,000"),
    (0.99, "99 in 100"),
    (0.95, "19 in 20"),
    (0.9, "9 in 10"),
    (0.7, "7 in 10"),
    (0.5, "half of all"),
    (0.3, "3 in 10"),
    (0.1, "1 in 10"),
)
# Log-odds: 2 multiplies the odds by seven, 0.8 doubles them, below 0.3 nobody would notice alone.
STRENGTHS = ((2.0, "strongly"), (0.8, "clearly"), (0.3, "somewhat"), (0.0, "slightly"))
LIKELIHOODS = ((0.95, "almost certain"), (0.7, "likely"), (0.4, "unclear"), (0.1, "unlikely"), (0.0, "very unlikely"))


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
    return Moment(_ago(at, now), at.isoformat(timespec="seconds"), f"{at:%A, %-d %B %Y, %H:%M} UTC")


def band_of(band: str) -> Band:
    """Place a band on the scale; one that this version does not know stays in the middle, in its own words."""
    if not band:
        return Band(0, "Not assessed")
    level = BANDS.index(band) + 1 if band in BANDS else 3
    return Band(level, band[:1].upper() + band[1:])


def counted(number: int, one: str, many: str = "") -> str:
    """Write a count with its noun: "1 comment", "2,104 comments"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """Say a share in percent, with no more figures than it has meaning."""
    if 1e-9 < share < 0.001:
        return "under 0.1 %"
    return f"{share * 100:.1f}".removesuffix(".0") + " %" if share < 0.1 else f"{share * 100:.0f} %"


def likelihood(probability: float) -> str:
    """Say a calibrated probability in words."""
    return next(words for least, words in LIKELIHOODS if probability >= least)


def among_good(risk: float) -> str:
    """Say a risk, a rank among good comments, in words."""
    found = next((words for least, words in RANKS if risk >= least), "")
    if not found:
        return "It looks less suspicious than 9 in 10 good comments."
    return f"It looks more suspicious than {found} good comments."


def pull(share: float, head: Head) -> str:
    """Say which way a share of the log-odds pulls, and how hard."""
    if share == 0:
        return "noted, not counted"
    strength = next(words for least, words in STRENGTHS if abs(share) >= least)
    return f"{strength} {'for' if share > 0 else 'against'} {HEAD_WORDS[head]}"


def reason_name(code: str) -> str:
    """Turn a signal code into a name for a list: MANY_LINKS is "Many links"."""
    return code.replace("_", " ").capitalize()


def review_words(action: Action, *, first: bool) -> str:
    """Say what a review did. A review that holds is a decision taken back."""
    if action is Action.HOLD:
        return "Held" if first else "Put back into the queue"
    return ACTION_WORDS[action]


def promise_words(policy: Policy) -> str:
    """Say in one sentence how far the machine may go."""
    if policy.mode is Mode.HOLD_ONLY:
        return MODE_WORDS[policy.mode][1]
    return (
        f"At most {_percent(policy.max_good_rejected)} of good comments rejected and "
        f"{_percent(policy.max_bad_published)} of bad ones published by machine."
    )


def excerpt(text: str, chars: int) -> str:
    """Shorten to one line, at a word where there is one."""
    flat = " ".join(text.split())
    if len(flat) <= chars:
        return flat
    cut = flat[:chars].rsplit(" ", 1)[0] if " " in flat[:chars] else flat[:chars]
    return f"{cut}…"


def _ago(at: datetime, now: datetime) -> str:
    age_s = (now - at).total_seconds()
    if age_s < MINUTE_S:
        return "just now"
    if age_s < HOUR_S:
        return f"{int(age_s // MINUTE_S)} min ago"
    if age_s < DAY_S:
        return f"{counted(int(age_s // HOUR_S), 'hour')} ago"
    if age_s < WEEK_S:
        return f"{counted(int(age_s // DAY_S), 'day')} ago"
    return f"{at:%-d %b %Y}" if at.year != now.year else f"{at:%-d %b}"


def _percent(share: float) -> str:
    return f"{share * 100:g} %"
