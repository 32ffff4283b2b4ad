"""Models as files: write one with its report, say which is current, and go back.

``comments/CURRENT`` names the current version on its first line and the ones before it below. Which version a running
house uses is recorded in its database by the caller. May import ``scoring``.
"""

from __future__ import annotations

import dataclasses
import hashlib
import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modbot.errors import ModelMissing
from modbot.scoring import artifacts
from modbot.scoring.heads import Model

_HISTORY_MAX = 20
_COLUMNS = (
    ("rows", "rows"),
    ("positive", "positive"),
    ("auc", "AUC"),
    ("average_precision", "average precision"),
    ("recall_at_1pct", "recall at 1 % good"),
    ("recall_at_0.1pct", "recall at 0.1 % good"),
    ("brier", "Brier"),
    ("calibration_error", "calibration error"),
    ("good_from_half", "good with p ≥ 0.5"),
    ("bad_from_half", "bad with p ≥ 0.5"),
)
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}"
    "th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid #8884}"
    "th:first-child,td:first-child{text-align:left}"
)


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
    return artifacts.save(model, directory, report(model))


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


def report(model: Model) -> str:
    """Write the page for people: what was measured, on what.

    Parameters
    ----------
    model : Model
        With the card that training made.

    Returns
    -------
    str
        A complete HTML page without scripts or foreign parts.
    """
    parts = [f"<h1>Model {html.escape(model.version)}</h1>"]
    for key, title, note in (
        ("held_back", "Held-back parts", "Authors and texts that training never saw, of sources that it knows."),
        (
            "leave_one_source_out",
            "Leave one source out",
            "Each source scored by a fit that never saw it: what an unseen site may expect.",
        ),
    ):
        parts.append(f"<h2>{title}</h2><p>{note}</p>")
        parts += [_table(head, slices) for head, slices in model.card.get(key, {}).items() if slices]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Model {html.escape(model.version)}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _write(directory: Path, names: list[str]) -> None:
    path = directory / artifacts.BUNDLE / artifacts.CURRENT
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(names[:_HISTORY_MAX]) + "\n", encoding="utf-8")


def _table(head: str, slices: Mapping[str, Mapping[str, Any]]) -> str:
    header = "".join(f"<th>{name}</th>" for _, name in _COLUMNS)
    rows = "".join(f"<tr><td>{html.escape(source)}</td>{_cells(figures)}</tr>" for source, figures in slices.items())
    head_row = f"<thead><tr><th>source</th>{header}</tr></thead>"
    return f"<h3>{html.escape(head)}</h3><table>{head_row}<tbody>{rows}</tbody></table>"


def _cells(figures: Mapping[str, Any]) -> str:
    return "".join(f"<td>{_cell(figures.get(key))}</td>" for key, _ in _COLUMNS)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else f"{value:,}"
