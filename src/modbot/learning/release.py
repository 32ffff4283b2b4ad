"""Models as files: write one with its card and report, and write what was measured later. May import ``scoring``."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modbot.errors import ModelError
from modbot.learning.report import page
from modbot.scoring import artifacts
from modbot.scoring.heads import Model


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
    words = b"" if model.vocabulary is None else model.vocabulary.rows.tobytes()
    digest = hashlib.sha256(model.weights.tobytes() + model.bias.tobytes() + words).hexdigest()
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


def _replace(path: Path, text: str) -> None:
    # A card that is cut off half-way would cost the model.
    whole = path.with_name(f".{path.name}.new")
    whole.write_text(text, encoding="utf-8")
    whole.replace(path)
