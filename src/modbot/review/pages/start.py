"""The first steps, each done or not. Pure. May import ``domain`` and other pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from modbot.domain import CaseRow, Site
from modbot.language import Said, _
from modbot.review.pages.frame import Frame


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what to do, and where; ``now`` marks the first that is not done."""

    title: str
    sentence: str
    href: str
    link: str
    done: bool
    now: bool = False


@dataclass(frozen=True, slots=True)
class StartPage:
    """The steps from an empty house to the first decision."""

    template: ClassVar[str] = "start.html"
    title: ClassVar[Said] = Said("First steps")

    frame: Frame
    steps: tuple[Step, ...]
    done: bool


@dataclass(frozen=True, slots=True)
class StartFacts:
    """What is there already: sites, the newest comment, and whether anybody decided one."""

    sites: tuple[Site, ...]
    newest: CaseRow | None
    decided: bool


def start_page(frame: Frame, facts: StartFacts) -> StartPage:
    """Build the list of steps."""
    site = facts.sites[0] if facts.sites else None
    at = f"/admin/sites/{site.id}" if site else "/admin/sites"
    waits = f"/cases/{facts.newest.id}" if facts.newest else "/queue"
    has_case = facts.newest is not None
    steps = (
        Step(
            title=_("Add your site"),
            sentence=_("A name and its address. Its keys are shown on the next page: keep them."),
            href="/admin/sites",
            link=_("Add a site"),
            done=bool(site),
        ),
        Step(
            title=_("Connect it"),
            sentence=_("Paste the form below your posts, or send comments from your server with the key."),
            href=f"{at}#snippet-title",
            link=_("Form and call"),
            done=has_case,
        ),
        Step(
            title=_("Send a test comment"),
            sentence=_("As a visitor would, or from the page of the site."),
            href=f"{at}#test",
            link=_("Send one"),
            done=has_case,
        ),
        Step(
            title=_("Decide it"),
            sentence=_(
                "Publish it or reject it: keys {publish} and {reject}. You can take that back with {undo}.",
                publish=frame.keys["publish"],
                reject=frame.keys["reject"],
                undo=frame.keys["undo"],
            ),
            href=waits,
            link=_("To the comment"),
            done=facts.decided,
        ),
    )
    first = next((step for step in steps if not step.done), None)
    shown = tuple(replace(step, now=step is first) for step in steps)
    return StartPage(frame, shown, first is None)
