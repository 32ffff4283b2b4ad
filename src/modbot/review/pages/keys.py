"""The keys: what each does, and which one a person gave it. Also the page where they are changed.

Pure. May import ``domain`` and ``review.pages.frame``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from modbot.language import Said, _
from modbot.review.pages.frame import ACTS, DEFAULT_KEYS, Frame

# Keys that browsers, screen readers and the list itself need for something else.
TAKEN = {
    "Enter": "opens the comment",
    " ": "presses the button that has the focus",
    "Tab": "moves the focus",
}


@dataclass(frozen=True, slots=True)
class KeyField:
    """One key to choose."""

    act: str
    words: str
    key: str
    usual: str
    problem: str


@dataclass(frozen=True, slots=True)
class KeysPage:
    """The keys as they are, or as they were just refused."""

    template: ClassVar[str] = "keys.html"
    title: ClassVar[Said] = Said("Keyboard shortcuts")

    frame: Frame
    fields: tuple[KeyField, ...]
    saved: bool = False

    @property
    def refused(self) -> bool:
        """Whether something was wrong with the keys that were asked for."""
        return any(field.problem for field in self.fields)


def keys_page(frame: Frame, asked: Mapping[str, str], problems: Mapping[str, str], *, saved: bool = False) -> KeysPage:
    """Build the page from the keys that count or were asked for."""
    fields = (
        KeyField(act, _(words), asked.get(act, usual), usual, problems.get(act, "")) for (act, usual, words) in ACTS
    )
    return KeysPage(frame, tuple(fields), saved)


def problems_with(asked: Mapping[str, str]) -> dict[str, str]:
    """Say what is wrong with a set of keys, each with the name of what it collides with."""
    names = {act: _(words).split(":")[0] for act, _usual, words in ACTS}
    problems: dict[str, str] = {}
    owners: dict[str, str] = {}
    for act in names:
        key = asked.get(act, "")
        if len(key) != 1 or not key.isprintable() or key in TAKEN:
            problems[act] = _("Expected one letter, digit or sign that your keyboard types without Ctrl or Alt.")
        elif key in owners:
            problems[act] = _(
                "“{key}” is already the key of “{act}”. Choose another one for either.",
                key=key,
                act=names[owners[key]],
            )
        else:
            owners[key] = act
    return problems


def changed(asked: Mapping[str, str]) -> dict[str, str] | None:
    """Return only what differs from the usual keys, to be kept; None if nothing does."""
    return {act: key for act, key in asked.items() if DEFAULT_KEYS[act] != key} or None
