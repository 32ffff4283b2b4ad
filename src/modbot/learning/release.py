"""Models as files: write one with its report, say which is current, and go back.

``comments/CURRENT`` names the current version on its first line and the ones before it below. Which version a running
house uses is recorded in its database by the caller. May import ``scoring``.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modbot.errors import ModelError, ModelMissing
from modbot.learning.report import page
from modbot.scoring import artifacts
from modbot.scoring.heads import Model

_HISTORY_MAX = 20


def named(model: Model) -> Model:
    """Name a model after its numbers, so that the same training has the same name.

    Parameters
    ----------
    model : Model
        Any fitted model.

    Returns
    -------
    Model
        The same, its version the first ten hexadecimal digits of a hash of weights and bias.
    """
    digest = hashlib.sha256(model.weights.tobytes() + model.bias.tobytes()).hexdigest()
    return dataclasses.replace(model, version=digest[:10])


def release(model: Model, directory: Path) -> Path:
    """Write a model with card and report.

    Parameters
    ----------
    model : Model
        Named already.
    directory : Path
        Where models live.

    Returns
    -------
    Path
        The folder written.
    """
    return artifacts.save(model, directory, page(model.version, model.card))


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


def update(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write new facts onto a model's card, and its report anew.

    Parameters
    ----------
    folder : Path
        Of one version, as `release` wrote it.
    facts : mapping
        Parts of the card by name; each replaces what stood there.

    Raises
    ------
    ModelError
        The folder cannot be written to.
    """
    path = folder / artifacts.CARD
    card = {**json.loads(path.read_text(encoding="utf-8")), **facts}
    try:
        _replace(path, json.dumps(card, indent=1, ensure_ascii=False) + "\n")
        _replace(folder / artifacts.REPORT, page(folder.name, card))
    except OSError as error:
        raise ModelError(
            f"expected to write to {folder}, got: {error.strerror}; copy the folder to your model_dir, or leave out "
            "--update-card."
        ) from error


def _write(directory: Path, names: list[str]) -> None:
    path = directory / artifacts.BUNDLE / artifacts.CURRENT
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(names[:_HISTORY_MAX]) + "\n", encoding="utf-8")


def _replace(path: Path, text: str) -> None:
    # A card that is cut off half-way would cost the model.
    whole = path.with_name(f".{path.name}.new")
    whole.write_text(text, encoding="utf-8")
    whole.replace(path)
