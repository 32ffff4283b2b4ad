"""Sets the demo up in a folder: a house, a site, and days of comments that really went through the moderator.

No verdict is made up: each sample is moderated at its own moment, and a person's decisions come between them as they
would have. Times are given. May import any room below the command line.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from modbot import credentials
from modbot.app import House, open_house
from modbot.domain import Action, Case, DecidedBy, Door, Hook, Mode, ReviewDraft, Site, User
from modbot.founding import lay_ground
from modbot.moderation import Submission

SAMPLES_FILE = Path(__file__).parent / "samples.jsonl"
SITE_NAME = "Harbour Gazette"
PAGE_PATH = "/library-opens-on-sundays"
PAGE_TITLE = "Library on Rope Quay will open on Sundays"
HOOK_PATH = "/hooks/modbot"
ADMIN = "admin"
# The post is a little older than its oldest comment.
PAGE_AGE = timedelta(days=3, hours=2)
# Somebody worked the queue until this long ago; what was held since then waits for the visitor of the demo.
UNREAD_FOR = timedelta(hours=9)
REVIEW_DELAY = timedelta(minutes=25)
REASONS = {"spam": "spam", "campaign": "spam", "insult": "abuse"}
FIELDS = ("name", "email", "body", "url", "language", "elapsed_ms", "honeypot")

Sample = Mapping[str, Any]
Bar = Callable[[Iterable[Sample]], AbstractContextManager[Iterable[Sample]]]


@dataclass(frozen=True, slots=True)
class Places:
    """Where the two halves of the demo are reached: scheme, host and port."""

    review: str
    news: str

    @property
    def page(self) -> str:
        """The address of the news post."""
        return self.news + PAGE_PATH


@dataclass(frozen=True, slots=True)
class Stage:
    """A house that is ready to be served, and what the runner must know of it."""

    house: House
    site: Site
    keys: credentials.SiteKeys
    places: Places
    password: str = field(repr=False)


def set_stage(folder: Path, places: Places, now: datetime, bar: Bar) -> Stage:
    """Make everything in a folder: settings, databases, admin, site, moderated samples."""
    founded = lay_ground(folder, admin=ADMIN, given=_wishes(places))
    house = open_house(founded.settings)
    keys = credentials.new_keys()
    draft = credentials.new_site(house.store, SITE_NAME, places.news, mode=Mode.BORROWED, at=now - PAGE_AGE)
    site = credentials.add_site(house.store, house.vault, replace(draft, allowed_hosts=("127.0.0.1",)), keys)
    play(house, site, founded.admin, Script(samples(), places.page, now, bar))
    # Only now: the site need not hear of three days at once.
    site = house.store.change_site(replace(site, hook=Hook(places.news + HOOK_PATH)), now)
    return Stage(house, site, keys, places, founded.password)


def samples() -> tuple[Sample, ...]:
    """Read the sample comments, the oldest first; ``parent`` becomes the id of the comment that is answered."""
    rows = [json.loads(line) for line in SAMPLES_FILE.read_text(encoding="utf-8").splitlines() if line]
    return tuple(row | {"parent": rows[row["parent"]]["id"] if "parent" in row else ""} for row in rows)


@dataclass(frozen=True, slots=True)
class Script:
    """What is played: the samples, below which post, up to which moment, and how progress is shown."""

    samples: tuple[Sample, ...]
    page_url: str
    now: datetime
    bar: Bar


def play(house: House, site: Site, reviewer: User, script: Script) -> tuple[Case, ...]:
    """Moderate the samples in the order of their times, with a person's decisions in between."""
    cases: dict[str, Case] = {}
    waiting: list[tuple[datetime, str, Sample]] = []
    with script.bar(script.samples) as shown:
        for sample in shown:
            at = script.now - timedelta(minutes=sample["minutes_ago"])
            for moment, read in _due(waiting, at):
                _review(house, reviewer, cases[read["id"]], read, moment)
            parent = cases.get(sample["parent"])
            submission = _submission(sample, script.page_url, parent.id if parent else "")
            case = house.moderator.moderate(site, submission, at).case
            cases[sample["id"]] = case
            if case.queued and sample["expected"] != "unclear" and at + REVIEW_DELAY < script.now - UNREAD_FOR:
                heapq.heappush(waiting, (at + REVIEW_DELAY, sample["id"], sample))
        for moment, read in _due(waiting, script.now):
            _review(house, reviewer, cases[read["id"]], read, moment)
    return tuple(cases.values())


def _due(waiting: list[tuple[datetime, str, Sample]], until: datetime) -> Iterator[tuple[datetime, Sample]]:
    while waiting and waiting[0][0] <= until:
        moment, _, sample = heapq.heappop(waiting)
        yield moment, sample


def _submission(sample: Sample, page_url: str, parent_id: str) -> Submission:
    fields = {name: sample[name] for name in FIELDS if name in sample}
    place = {"page_url": page_url, "page_title": PAGE_TITLE}
    reply = {"parent_id": parent_id} if parent_id else {}
    payload = json.dumps(sample, sort_keys=True).encode()
    return Submission(fields={**fields, **place, **reply}, payload=payload, door=Door.FORM, key=sample["id"])


def _review(house: House, reviewer: User, case: Case, sample: Sample, at: datetime) -> None:
    """Decide as a careful person would, who sees at once which of the samples are good."""
    good = sample["expected"] == "good"
    house.moderator.review(
        ReviewDraft(
            case_id=case.id,
            action=Action.PUBLISH if good else Action.REJECT,
            reviewer=reviewer.id,
            reviewer_name=reviewer.name,
            decided_by=DecidedBy.PERSON,
            seen_revision=case.revision,
            at=at,
            not_before=at,
            reason="" if good else REASONS.get(sample["kind"], ""),
        ),
        reviewer,
    )


def _wishes(places: Places) -> dict[str, Any]:
    host, _, port = places.review.removeprefix("http://").rpartition(":")
    return {
        "database_url": "sqlite:///modbot.db",
        "keys_url": "sqlite:///keys.db",
        "host": host,
        "port": int(port),
        "public_url": places.review,
        "log_level": "warning",
        "log_json": False,
        # One person trying things out is no flood.
        "form_posts_per_minute": 60,
    }
