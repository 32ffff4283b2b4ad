"""``modbot train``: labelled comments in, a model with its card out."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modbot.cli import store_for
from modbot.cli.model import writable_folder

if TYPE_CHECKING:
    from modbot.learning.dataset import Example

STAGES = {"hash": "features", "fit": "fits"}


@click.command("train")
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="Labelled CSV; may be repeated.",
)
@click.option("--without-own-texts", is_flag=True, help="Leave out the comments that come with modbot.")
@click.argument("more", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--from-reviews", is_flag=True, help="Learn from what moderators decided, too; needs settings and database."
)
@click.option(
    "--recipe", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON with weights, penalty, priors."
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for models; else model_dir or ./models."
)
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed and data give the same arrays.")
@click.option("--json", "as_json", is_flag=True, help="Print the card.")
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:
    """Fit, calibrate and measure a model; write it with card and report.

    Files may also follow --data without repeating it: `modbot train --data *.csv.gz`. The files' own test parts, or a
    share of authors and texts, are held back and only measured. Comments written for modbot are learned beside the
    files. The model is not live until `modbot model promote`.
    """
    paths = (*given["data"], *given["more"])
    if not paths and not given["from_reviews"]:
        raise click.UsageError("nothing to learn from: give --data FILE or --from-reviews.")
    from modbot.learning import release
    from modbot.learning.recipe import Recipe, recipe_from
    from modbot.learning.train import train

    recipe = recipe_from(given["recipe"].read_text(encoding="utf-8")) if given["recipe"] else Recipe()
    own = bool(paths) and not given["without_own_texts"]
    examples = _examples(ctx, paths, own=own, from_reviews=given["from_reviews"])
    with ExitStack() as stack:
        model = train(examples, recipe, seed=given["seed"], version="unnamed", progress=bars(stack))
    model = release.named(model)
    directory = given["out"] or writable_folder(ctx)
    folder = release.release(model, directory)
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    click.echo(json.dumps(card) if given["as_json"] else _summary(folder, card))


def _examples(ctx: click.Context, paths: tuple[Path, ...], *, own: bool, from_reviews: bool) -> list[Example]:
    from modbot.learning import dataset

    quiet = not paths or not sys.stderr.isatty()
    with click.progressbar(length=len(paths), label="read", file=sys.stderr, hidden=quiet) as bar:
        examples = dataset.read_files(paths, lambda _: bar.update(1))
    if own:
        examples += dataset.own_texts()
    if from_reviews:
        examples += dataset.split(dataset.unique(dataset.from_labels(store_for(ctx).labels())))
    return dataset.keep_apart(examples)


def bars(stack: ExitStack) -> Any:
    """Show how far fitting is, on a terminal."""
    bars: dict[str, Any] = {}

    def progress(stage: str, done: int, total: int) -> None:
        if stage not in bars:
            bar = click.progressbar(length=total, label=STAGES[stage], file=sys.stderr, hidden=not sys.stderr.isatty())
            bars[stage] = stack.enter_context(bar)
        bars[stage].update(done - bars[stage].pos)
        if done == total:
            bars[stage].render_finish()

    return progress


def _summary(folder: Path, card: dict[str, Any]) -> str:
    lines = [f"model {card['version']} written to {folder}"]
    for head, slices in card["held_back"].items():
        aucs = [figures["auc"] for figures in slices.values() if figures["auc"] is not None]
        if aucs:
            lines.append(f"  {head:<16} AUC on held-back parts {min(aucs):.3f} to {max(aucs):.3f}")
    return "\n".join(
        [*lines, f"  report: {folder / 'report.html'}", f"make it live: modbot model promote {card['version']}"]
    )
