"""A language that nobody speaks: every letter of ours in its wide form. What comes out as it went in was not marked."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.pofile import read_po, write_po

from modbot.translations import HERE

# What stands in the place of a value, and markup.
KEPT = re.compile(r"(\{\w+\}|<[^>]+>)")
WIDE = {ord(letter): chr(ord(letter) + 0xFEE0) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"}


def wide(message: str) -> str:
    """Widen the letters of a message."""
    return "".join(part if at % 2 else part.translate(WIDE) for at, part in enumerate(KEPT.split(message)))


def write_pseudo(folder: Path, language: str = "ru") -> Path:
    """Write a whole translation; its dates are those of the language that it goes by."""
    with (HERE / "en.po").open("rb") as file:
        catalogue = read_po(file, language)
    for message in catalogue:
        if message.id:
            several = isinstance(message.id, tuple)
            message.string = (wide(message.id[1]),) * catalogue.num_plurals if several else wide(message.id)
    path = folder / f"{language}.po"
    with path.open("wb") as file:
        write_po(file, catalogue)
    return path
