"""A site's life played again: labelled comments in the order of their dates, each judged by what was known then.

Every comment goes through `Moderator` into a fresh store, as it did or would have done on the site. A person's answer
is revealed only where a person would have looked: the comment was held, or chance laid it before somebody. What the
site's people answer is learned from by the same step and at the same pace as in a running house. May import
``moderation``, ``adapting``, ``learning`` and the rooms below them; time is the history's own.
"""

from __future__ import annotations

import hashlib
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from modbot import adapting
from modbot.domain import (
    Action,
    Case,
    DecidedBy,
    Door,
    Head,
    Limits,
    Policy,
    ReviewDraft,
    Role,
    Site,
    User,
)
from modbot.errors import InvalidComment, ModelError
from modbot.learning.dataset import Example
from modbot.moderation import Moderator, Submission, Surroundings
from modbot.privacy import Vault, new_key
from modbot.scoring.heads import Model
from modbot.storage import Store, open_key_store, open_store, upgrade
from modbot.validation import disposable_domains

PERIODS = 10
"""A life is told in so many stretches of equally many comments."""

BAD_FROM = 0.5
READER = User(id="u0", name="replay", role=Role.MODERATOR, site_ids=None, session_version=1)
SITE = "replay"
NAMELESS = "anonymous"
# A source without dates for some rows has them where the row before was.
STEP = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Lived:
    """One comment of a life: when it came, whether it was bad, what the machine did, and whether a person read it."""

    at: datetime
    bad: bool
    action: Action
    read: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """A stretch of a life. The machine's errors count although an audit caught some; those it caught stand beside."""

    first: datetime
    last: datetime
    comments: int
    good: int
    bad: int
    read: int
    good_rejected: int
    good_rejected_caught: int
    bad_published: int
    bad_published_caught: int


@dataclass(frozen=True, slots=True)
class Life:
    """A whole life: every comment, and what was learned from the site by its end, in the words of ``adapting``."""

    lived: tuple[Lived, ...]
    skipped: int
    learned: str


def play(
    history: Sequence[Example],
    model: Model,
    policy: Policy,
    *,
    seed: int,
    progress: Callable[[int], object],
) -> Life:
    """Play one site's history through a fresh house and tell what the machine and its people did.

    Rows that carry no answer are skipped and counted. Raises ModelError where nothing is left, or nothing is dated.
    """
    known = [(at, one) for at, one in _dated(history) if one.labels]
    if not known:
        raise ModelError("the history has no labelled rows: expected `spam` or another label of 0 or 1 in some rows.")
    with _house(model, policy, known[0][0], seed) as (store, moderator):
        lived = []
        learned_at = datetime.min.replace(tzinfo=UTC)
        for done, (at, one) in enumerate(known, 1):
            case = _moderated(moderator, _site(store), _fields(one, done), at)
            if case.queued:
                _answer(moderator, case, one, at)
                if (at - learned_at).total_seconds() >= adapting.LEARN_EVERY_S:
                    learned_at = at
                    adapting.learn(store, _site(store), at, model)
            lived.append(Lived(at, _is_bad(one), case.verdict.action, case.queued))
            progress(1)
        return Life(tuple(lived), len(history) - len(known), adapting.layer_told(store.site_layer(SITE)))


def figures(lived: Sequence[Lived]) -> Figures:
    """Count a stretch of a life; there must be at least one comment."""
    rejected = [one for one in lived if one.action is Action.REJECT and not one.bad]
    published = [one for one in lived if one.action is Action.PUBLISH and one.bad]
    bad = sum(one.bad for one in lived)
    return Figures(
        first=min(one.at for one in lived),
        last=max(one.at for one in lived),
        comments=len(lived),
        good=len(lived) - bad,
        bad=bad,
        read=sum(one.read for one in lived),
        good_rejected=len(rejected),
        good_rejected_caught=sum(one.read for one in rejected),
        bad_published=len(published),
        bad_published_caught=sum(one.read for one in published),
    )


def periods(lived: Sequence[Lived]) -> tuple[Figures, ...]:
    """Cut a life into stretches of equally many comments."""
    count = min(PERIODS, len(lived))
    edges = [len(lived) * i // count for i in range(count + 1)]
    return tuple(figures(lived[start:end]) for start, end in pairwise(edges))


def _dated(history: Sequence[Example]) -> list[tuple[datetime, Example]]:
    if not any(one.at for one in history):
        raise ModelError("the history has no dates: expected `created_at` in ISO 8601, such as 2012-04-22T22:05:15Z.")
    last = min(one.at for one in history if one.at)
    dated = []
    for one in history:
        last = one.at or last
        dated.append((last.astimezone(UTC), one))
    return sorted(dated, key=lambda pair: pair[0])


@contextmanager
def _house(model: Model, policy: Policy, at: datetime, seed: int) -> Iterator[tuple[Store, Moderator]]:
    """Open a house of nothing but a store, a vault and a moderator, with one site, and leave nothing behind."""
    with tempfile.TemporaryDirectory(prefix="modbot-replay-") as folder:
        url = f"sqlite:///{Path(folder) / 'replay.db'}"
        upgrade(url)
        store, keys = open_store(url), open_key_store(f"sqlite:///{Path(folder) / 'keys.db'}")
        around = Surroundings(
            disposable=disposable_domains(None),
            coin=random.Random(seed).random,  # noqa: S311 - a replay must come out the same each time
            has_mx=lambda _: None,
            undo_grace_s=0.0,
            wake=lambda: None,
        )
        limits = Limits(email_required=False, body_max_chars=1_000_000)
        site = Site(id=SITE, name=SITE, url="https://replay.example", created_at=at, policy=policy, limits=limits)
        try:
            store.add_site(site, ())
            yield store, Moderator(store, Vault((new_key(),), keys), model, around)
        finally:
            store.close()
            keys.close()


def _site(store: Store) -> Site:
    site = store.site(SITE)
    assert site is not None  # noqa: S101 - it was added a moment ago
    return site


def _is_bad(one: Example) -> bool:
    return max(one.labels.values()) >= BAD_FROM


def _moderated(moderator: Moderator, site: Site, fields: Mapping[str, str], at: datetime) -> Case:
    """Moderate a row; a field that no door would have taken is left out, as its source had no such door."""
    try:
        return moderator.moderate(site, Submission(fields, b"", Door.NATIVE, ""), at).case
    except InvalidComment as error:
        wrong = {fault.field for fault in error.fields}
        kept = {name: value for name, value in fields.items() if name not in wrong}
        kept = {"name": NAMELESS, "body": _printable(fields["body"]), **kept}
        return moderator.moderate(site, Submission(kept, b"", Door.NATIVE, ""), at).case


def _fields(one: Example, number: int) -> dict[str, str]:
    comment = one.comment
    # Who is not named is nobody that was here before.
    name = comment.name or f"{NAMELESS} {''.join(chr(ord('a') + int(digit)) for digit in str(number))}"
    fields = {"name": name, "body": comment.body, "url": comment.url}
    if comment.author.email_domain:
        # Sources keep the domain only; a name writes from one mailbox there.
        mailbox = hashlib.sha256(comment.author.key.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        fields["email"] = f"{mailbox}@{comment.author.email_domain}"
    return fields


def _printable(body: str) -> str:
    text = "".join(char for char in body if char.isprintable() or char in "\n\t")
    return text if text.strip() else "(nothing readable)"


def _answer(moderator: Moderator, case: Case, one: Example, at: datetime) -> None:
    """Answer as the label says, a moment after the comment came."""
    bad = _is_bad(one)
    reason = "spam" if one.labels.get(Head.SPAM, 0.0) >= BAD_FROM else "abuse"
    moderator.review(
        ReviewDraft(
            case_id=case.id,
            action=Action.REJECT if bad else Action.PUBLISH,
            reviewer=READER.id,
            reviewer_name=READER.name,
            decided_by=DecidedBy.PERSON,
            seen_revision=case.revision,
            at=at + STEP,
            not_before=at + STEP,
            reason=reason if bad else "",
        ),
        READER,
    )
