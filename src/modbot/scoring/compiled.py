"""The inner loops as this machine has them: compiled, or as they are written in Python.

They are compiled when modbot is installed, if there is a C compiler then. May import this room alone.
"""

from __future__ import annotations

import importlib
import zlib
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from modbot.scoring import loops

SOURCE = Path(__file__).with_name("kernel.c")


def best() -> ModuleType:
    """Choose the loops to use.

    Returns
    -------
    module
        The compiled ones, if they were made of the source that is here and not of one before an update.
    """
    try:
        found = importlib.import_module("modbot.scoring.kernel")
        made_of = zlib.crc32(SOURCE.read_bytes())
    except (ImportError, OSError):
        return loops
    return found if made_of == found.SOURCE else loops


if TYPE_CHECKING:
    kernel = loops
else:
    kernel = best()
