"""The second factor: its page in the preferences, and the question for a code after the password. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from modbot.language import Said
from modbot.review.pages.frame import Frame


@dataclass(frozen=True, slots=True)
class CodePage:
    """The question for a code, with what was wrong the last time."""

    template: ClassVar[str] = "code.html"
    title: ClassVar[Said] = Said("Log in")

    frame: Frame
    problem: str = ""


@dataclass(frozen=True, slots=True)
class FactorPage:
    """Whether there is a second factor. ``picture`` is a drawing of ours, ``codes`` are shown this once."""

    template: ClassVar[str] = "factor.html"
    title: ClassVar[Said] = Said("Second factor")

    frame: Frame
    is_on: bool = False
    secret: str = ""
    picture: str = ""
    problem: str = ""
    codes: tuple[str, ...] = ()
    codes_left: int = 0
