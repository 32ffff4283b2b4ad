"""Which model is current, and the way back.

``comments/CURRENT`` names the current version on its first line and the ones before it below. Which version a running
house uses is recorded in its database by the caller. May import ``errors`` and this room.
"""

from __future__ import annotations

from pathlib import Path

from modbot.errors import ModelMissing
from modbot.scoring import artifacts

_HISTORY_MAX = 20


def promote(directory: Path, version: str, before: str | None = None) -> None:
    """Say which version is current, and keep the way back.

    Parameters
    ----------
    directory : Path
        Where models live; need not hold the version itself.
    version : str
        The new current one.
    before : str, optional
        The version that was live, where ``CURRENT`` does not know it yet.
    """
    _write(directory, [version, *[old for old in (before, *history(directory)) if old and old != version]])


def roll_back(directory: Path, shipped: str | None = None) -> str:
    """Make the version before the current one current again.

    Parameters
    ----------
    directory : Path
        Where models live.
    shipped : str, optional
        The version that came with modbot: it was live before the first one that was promoted.

    Returns
    -------
    str
        The version that is current now.

    Raises
    ------
    ModelMissing
        There is none before it.
    """
    known = history(directory)
    if shipped and known and shipped not in known:
        known = [*known, shipped]
    if len(known) < 2:
        raise ModelMissing(
            f"{directory / artifacts.BUNDLE / artifacts.CURRENT} knows no earlier version; promote one by name."
        )
    _write(directory, known[1:])
    return known[1]


def history(directory: Path) -> list[str]:
    """List the current version and those before it.

    Parameters
    ----------
    directory : Path
        Where models live.

    Returns
    -------
    list of str
        Newest first; empty where nothing was promoted.
    """
    path = directory / artifacts.BUNDLE / artifacts.CURRENT
    return path.read_text(encoding="utf-8").split() if path.is_file() else []


def _write(directory: Path, names: list[str]) -> None:
    path = directory / artifacts.BUNDLE / artifacts.CURRENT
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(names[:_HISTORY_MAX]) + "\n", encoding="utf-8")
