"""``modbot demo``: everything in a temporary folder, served until Ctrl-C. May import ``demo`` inside the command."""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modbot.cli.worker import stop_signals
from modbot.snippet import curl_line

if TYPE_CHECKING:
    from modbot.demo.run import Demo
    from modbot.demo.stage import Sample

TICK_S = 0.25


@click.command("demo")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port of the review page.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Make everything in this new folder and leave it there; else it is gone afterwards.",
)
def command(port: int, keep: Path | None) -> None:
    """Try modbot: a sample news site with a comment box, in a temporary folder."""
    click.echo("Loading modbot ...")
    from modbot.demo.run import running

    # While the stage is set, a stop leaves at once by way of everybody's cleaning up; later it is polite.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    with _folder(keep) as folder, running(folder, port=port, bar=_bar) as demo, stop_signals() as stop:
        _welcome(demo, keep)
        while not stop.wait(TICK_S):
            pass
        click.echo("\nStopping.")


def _bar(samples: Iterable[Sample]) -> AbstractContextManager[Iterable[Sample]]:
    return click.progressbar(samples, label="Moderating three days of comments", width=30)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="modbot-demo-") as folder:
        yield Path(folder)


def _welcome(demo: Demo, keep: Path | None) -> None:
    house, places = demo.stage.house, demo.places
    counts = house.store.queue_counts(None)
    if demo.port_was_taken:
        click.echo(f"Port {demo.wanted_port} is taken by another program; this demo uses the next free one.")
    click.echo("")
    click.echo(f"  News post with a comment box   {places.page}")
    click.echo(f"  Review page                    {places.review}/queue")
    click.echo(f"                                 log in as admin, password {demo.stage.password}")
    click.echo(f"  What the site was told         {places.news}/hooks")
    click.echo("  As a site's server             " + curl_line(house.settings, demo.stage.keys.key))
    click.echo("")
    click.echo(f"{counts['queued']} comments wait for a person. Post one yourself, decide it, and reload the post.")
    if keep is not None:
        click.echo(f"Everything is in {keep} and stays there.")
    click.echo("Ctrl-C stops the demo" + ("." if keep else " and takes everything away."))
