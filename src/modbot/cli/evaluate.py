"""``modbot evaluate``: measure a model on labelled comments."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from modbot.cli.model import loaded

COLUMNS = (
    ("rows", "rows"),
    ("positive", "positive"),
    ("auc", "AUC"),
    ("average_precision", "avg prec"),
    ("recall_at_1pct", "rec@1%"),
    ("recall_at_0.1pct", "rec@.1%"),
    ("brier", "Brier"),
    ("calibration_error", "cal err"),
    ("good_from_half", "good≥.5"),
    ("good_rejected", "good rej"),
    ("bad_rejected", "bad rej"),
    ("bad_published", "bad pub"),
)


@click.command("evaluate")
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="Labelled CSV; may be repeated.",
)
@click.argument("more", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--model", "version", help="Version, or folder of a model; else the current one.")
@click.option(
    "--part",
    type=click.Choice(["all", "train", "dev", "test"]),
    default="all",
    show_default=True,
    help="Which rows; test is what training holds back.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:
    """Measure a model per source and head, at the borrowed policy with its default promises.

    Nothing is learned from the files.
    """
    paths = (*given["data"], *given["more"])
    if not paths:
        raise click.UsageError("nothing to measure on: give --data FILE.")
    from modbot.learning import dataset
    from modbot.learning.evaluate import compare

    model = loaded(ctx, given["version"])
    found: dict[str, Any] = {}
    with click.progressbar(paths, label="measure", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        for path in bar:
            examples = dataset.split(dataset.unique(dataset.read_file(path)))
            kept = [one for one in examples if given["part"] in ("all", one.part)]
            if kept:
                found[kept[0].source] = compare(model, kept)
    if given["as_json"]:
        click.echo(json.dumps({"model": model.version, "sources": found}))
        return
    click.echo(f"model {model.version}")
    click.echo(f"{'source':<26}{'head':<16}" + "".join(f"{name:>9}" for _, name in COLUMNS))
    for source, heads in found.items():
        for head, figures in heads.items():
            click.echo(f"{source:<26}{head:<16}" + "".join(f"{_cell(figures.get(key)):>9}" for key, _ in COLUMNS))


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else f"{value:,}"
