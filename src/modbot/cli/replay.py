"""``modbot replay``: a labelled, dated file played as one site's life."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modbot.cli.model import loaded
from modbot.cli.wishes import Percentage
from modbot.domain import Mode, Policy

if TYPE_CHECKING:
    from modbot.replay import Figures, Life

DAY = "%Y-%m-%d"
# Own cut-offs need a house that people have worked in; a life begins without one.
BEGINNINGS = click.Choice([Mode.BORROWED.value, Mode.HOLD_ONLY.value])
USUAL = Policy()


@click.command("replay")
@click.option(
    "--history",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="Labelled CSV with created_at, the history of one site; may be repeated, each is a site of its own.",
)
@click.argument("more", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--model", "version", help="Version, or folder of a model; else the current one.")
@click.option("--mode", type=BEGINNINGS, default=Mode.BORROWED.value, show_default=True, help="How the site begins.")
@click.option(
    "--max-good-rejected", type=Percentage(), default=USUAL.max_good_rejected, help="The site's promise; default 1%."
)
@click.option(
    "--max-bad-published", type=Percentage(), default=USUAL.max_bad_published, help="The site's promise; default 5%."
)
@click.option(
    "--audit-rate", type=Percentage(), default=USUAL.audit_rate, help="Share of decisions that are checked; default 5%."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the coins that decide what is checked.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:
    """Play labelled comments in the order of their dates, as one site's life, and count the errors.

    Each comment goes through the whole pipeline of a fresh site and is judged by what was known then. A person's
    answer, the label, is revealed only where the comment was held or drawn for a check; the site learns from these
    answers as a running one does. Nothing is kept.
    """
    paths = (*given["history"], *given["more"])
    if not paths:
        raise click.UsageError("nothing to play: give --history FILE.")
    from modbot import replay
    from modbot.learning import dataset

    model = loaded(ctx, given["version"])
    wishes = ("max_good_rejected", "max_bad_published", "audit_rate")
    policy = Policy(mode=Mode(given["mode"]), **{name: given[name] for name in wishes})
    lives = {}
    for path in paths:
        history = list(dataset.read_file(path))
        quiet = not sys.stderr.isatty()
        with click.progressbar(length=len(history), label=path.name, file=sys.stderr, hidden=quiet) as bar:
            life = replay.play(history, model, policy, seed=given["seed"], progress=bar.update)
        name = history[0].source
        lives[str(path) if name in lives else name] = life
    if given["as_json"]:
        told = {name: _facts(life) for name, life in lives.items()}
        whole = _shares(replay.figures([one for life in lives.values() for one in life.lived]))
        click.echo(json.dumps({"model": model.version, "histories": told, "all": whole}, default=str))
        return
    click.echo(
        f"model {model.version}, mode {policy.mode.value}; promised: at most {policy.max_good_rejected:.1%} of good"
        f" comments rejected, at most {policy.max_bad_published:.1%} of bad ones published"
    )
    for name, life in lives.items():
        _show(name, life)
    if len(lives) > 1:
        click.echo("\nall together")
        click.echo(_line(replay.figures([one for life in lives.values() for one in life.lived])))


def _show(name: str, life: Life) -> None:
    from modbot import replay

    skipped = f" ({life.skipped:,} rows without a label left out)" if life.skipped else ""
    click.echo(f"\n{name}{skipped}")
    click.echo(f"{'':<26}{'comments':>9}{'bad':>7}{'read':>8}{'good rejected':>22}{'bad published':>22}")
    for period in replay.periods(life.lived):
        click.echo(_line(period))
    click.echo(f"{'-' * 94}")
    click.echo(_line(replay.figures(life.lived)))
    click.echo(f"  {life.learned}")


def _line(one: Figures) -> str:
    span = f"{one.first:{DAY}} to {one.last:{DAY}}"
    return (
        f"{span:<26}{one.comments:>9,}{one.bad:>7,}{one.read / one.comments:>8.1%}"
        f"{_errors(one.good_rejected, one.good):>22}{_errors(one.bad_published, one.bad):>22}"
    )


def _errors(errors: int, among: int) -> str:
    return f"{errors} of {among:,} ({errors / among:.1%})" if among else "-"


def _facts(life: Life) -> dict[str, Any]:
    from modbot import replay

    return {
        **_shares(replay.figures(life.lived)),
        "skipped": life.skipped,
        "learned": life.learned,
        "periods": [_shares(period) for period in replay.periods(life.lived)],
    }


def _shares(one: Figures) -> dict[str, Any]:
    return {
        **asdict(one),
        "share_read": one.read / one.comments,
        "share_good_rejected": one.good_rejected / one.good if one.good else None,
        "share_bad_published": one.bad_published / one.bad if one.bad else None,
    }
