"""``modbot replay``: a labelled, dated file played as one site's life, or a site's stored comments judged anew."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modbot.cli.model import loaded
from modbot.cli.wishes import Percentage, modes
from modbot.domain import Mode, Policy

if TYPE_CHECKING:
    from modbot.replay import Figures, Life

DAY = "%Y-%m-%d"
# So many stored comments say what a change does to within a percent, in less than a minute.
STORED_MAX = 10_000
# What goes with one of the two ways only.
OF_A_HISTORY = {"audit_rate": "--audit-rate", "seed": "--seed"}
OF_A_SITE = {"since": "--since", "limit": "--limit", "show_text": "--show-text"}


@click.command("replay")
@click.option(
    "--history",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="Labelled CSV with created_at, the history of one site; may be repeated, each is a site of its own.",
)
@click.argument("more", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--site", metavar="SITE", help="Judge the stored comments of this site anew instead.")
@click.option("--model", "version", help="Version, or folder of a model; else the current one.")
@click.option("--mode", type=modes, help="How a history begins, borrowed unless given; or what a site would change to.")
@click.option("--max-good-rejected", type=Percentage(), help="The promise; 1% for a history, else as the site has it.")
@click.option("--max-bad-published", type=Percentage(), help="The promise; 5% for a history, else as the site has it.")
@click.option("--audit-rate", type=Percentage(), help="Of a history: share of decisions that are checked; default 5%.")
@click.option("--seed", type=int, help="Of a history: of the coins that decide what is checked; default 0.")
@click.option(
    "--since",
    type=click.DateTime([DAY, f"{DAY}T%H:%M:%S"]),
    metavar="DATE",
    help="Of a site: only what came from then on, such as 2026-03-14, UTC.",
)
@click.option("--limit", type=click.IntRange(min=1), help=f"Of a site: the newest so many; default {STORED_MAX:,}.")
@click.option("--show-text", is_flag=True, default=None, help="Of a site: show name and text of what would flip.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:
    """Try a policy or model on the past: a labelled FILE, or what a site has stored. Nothing is kept.

    With --history, labelled comments are played in the order of their dates, as one site's life. Each goes through the
    whole pipeline of a fresh site and is judged by what was known then. A person's answer, the label, is revealed only
    where the comment was held or drawn for a check; the site learns from these answers as a running one does.

    With --site, stored comments are judged anew: as the site stands, and as it would with another --mode, promise or
    --model; without one of these, verdicts of then are compared with those of now. Shown is what would flip, and how
    both compare with what people decided. No text is shown without --show-text.
    """
    paths = (*given["history"], *given["more"])
    if bool(paths) == (given["site"] is not None):
        raise click.UsageError("expected one thing to replay: give either --history FILE or --site SITE.")
    strange = OF_A_HISTORY if given["site"] is not None else OF_A_SITE
    for name, option in strange.items():
        if given[name] is not None:
            raise click.UsageError(f"{option} goes with --{'history' if strange is OF_A_HISTORY else 'site'} only.")
    if given["site"] is not None:
        from modbot.cli import forecast

        forecast.show(ctx, given | {"limit": given["limit"] or STORED_MAX})
        return
    _play(ctx, paths, given)


def _play(ctx: click.Context, paths: Sequence[Path], given: Mapping[str, Any]) -> None:
    # Own cut-offs need a house that people have worked in; a life begins without one.
    if given["mode"] == Mode.OWN.value:
        raise click.UsageError("--mode own needs a site's own evidence, and a history begins with none: give borrowed.")
    from modbot import replay
    from modbot.learning import dataset

    model = loaded(ctx, given["version"])
    wishes = ("max_good_rejected", "max_bad_published", "audit_rate")
    mode = Mode(given["mode"] or Mode.BORROWED)
    policy = Policy(mode=mode, **{name: given[name] for name in wishes if given[name] is not None})
    lives = {}
    for path in paths:
        history = list(dataset.read_file(path))
        quiet = not sys.stderr.isatty()
        with click.progressbar(length=len(history), label=path.name, file=sys.stderr, hidden=quiet) as bar:
            life = replay.play(history, model, policy, seed=given["seed"] or 0, progress=bar.update)
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
