"""``modbot model``: which models there are, which one is live, and the way back."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modbot.cli import SETTINGS_FILE, settings_for, store_for
from modbot.cli.audit import write_down
from modbot.domain import Deed
from modbot.errors import StoreError

if TYPE_CHECKING:
    from modbot.scoring.heads import Model

RESTART = "A running `modbot serve` keeps the old model until it is restarted."
MAIN_FIGURES = (("auc", "AUC"), ("recall_at_1pct", "recall at 1 % good"), ("calibration_error", "calibration error"))


def model_folders(ctx: click.Context) -> tuple[Path, ...]:
    """List where models are looked for; without a settings file the package and the checkout."""
    from modbot.scoring.artifacts import model_dirs

    if not _has_settings(ctx):
        return model_dirs(config_dir=Path.cwd())
    settings = settings_for(ctx)
    chosen = settings.path(settings.model_dir) if settings.model_dir else None
    return model_dirs(chosen, settings.path("models").parent)


def folder_of(ctx: click.Context, version: str | None) -> Path:
    """Find a model: the named version or folder, else the live one. Raises ModelMissing."""
    from modbot.scoring import artifacts

    named = Path(version) if version else None
    if named is not None and (named / artifacts.CARD).is_file():
        return named
    folders = model_folders(ctx)
    if version is None:
        # Scoring needs no database: where it does not answer, the file that promoting writes beside it speaks.
        with suppress(StoreError):
            version = _live(ctx, folders)
    return artifacts.find(folders, version)


def loaded(ctx: click.Context, version: str | None) -> Model:
    """Load and verify a model: the named one, else the live one. Raises ModelMissing or ModelMismatch."""
    from modbot.scoring import artifacts

    return artifacts.load(folder_of(ctx, version))


@click.group("model")
def command() -> None:
    """Which models there are, and which one is live."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def list_models(ctx: click.Context, *, as_json: bool) -> None:
    """Show all models, the live one marked."""
    from modbot.scoring import artifacts

    folders = model_folders(ctx)
    live = _live(ctx, folders)
    rows = [
        {"version": folder.name, "live": folder.name == live, "folder": str(folder)}
        for folder in artifacts.versions(folders)
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(f"{'*' if row['live'] else ' '} {row['version']}  {row['folder']}")
    if not rows:
        click.echo("no models yet: train one with `modbot train --data FILE`", err=True)


@command.command("show")
@click.argument("version", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the whole card.")
@click.pass_context
def show(ctx: click.Context, version: str | None, *, as_json: bool) -> None:
    """Show what VERSION was trained on and how it did; without VERSION the current one."""
    from modbot.scoring import artifacts

    folders = model_folders(ctx)
    folder = artifacts.find(folders, version or _live(ctx, folders))
    card = json.loads((folder / artifacts.CARD).read_text(encoding="utf-8"))
    if as_json:
        click.echo(json.dumps(card))
        return
    click.echo(f"model {card['version']} in {folder}")
    click.echo(f"heads: {', '.join(card['heads'])}")
    for title, key in (("held-back parts", "held_back"), ("leave one source out", "leave_one_source_out")):
        click.echo(f"\n{title}")
        for head, slices in card.get(key, {}).items():
            for source, figures in slices.items():
                click.echo(f"  {head:<16}{source:<26}{_line(figures)}")


@command.command("promote")
@click.argument("version")
@click.pass_context
def promote(ctx: click.Context, version: str) -> None:
    """Make VERSION the live one.

    A running `modbot serve` keeps the old model until it is restarted.
    """
    from modbot.scoring import artifacts, current

    folders = model_folders(ctx)
    model = artifacts.load(artifacts.find(folders, version))
    before = _live(ctx, folders)
    current.promote(_writable(ctx), model.version, before)
    _record(ctx, model.version, Deed.MODEL_PROMOTED)
    click.echo(f"live: {model.version} (before: {before or 'none'})\n{RESTART}")


@command.command("rollback")
@click.pass_context
def rollback(ctx: click.Context) -> None:
    """Make the version before the live one live again.

    Before the first one that was promoted, that is the one that came with modbot. A running
    `modbot serve` keeps the old model until it is restarted.
    """
    from modbot.scoring import artifacts, current

    folders = model_folders(ctx)
    version = current.roll_back(_writable(ctx), artifacts.current(artifacts.model_dirs()))
    artifacts.load(artifacts.find(folders, version))
    _record(ctx, version, Deed.MODEL_ROLLED_BACK)
    click.echo(f"live: {version}\n{RESTART}")


def writable_folder(ctx: click.Context) -> Path:
    """Say where new models go: the ``model_dir`` setting, else beside the settings, else below this folder."""
    return _writable(ctx)


def _writable(ctx: click.Context) -> Path:
    if not _has_settings(ctx):
        return Path("models")
    settings = settings_for(ctx)
    return settings.path(settings.model_dir) if settings.model_dir else settings.path("models")


def _has_settings(ctx: click.Context) -> bool:
    return ctx.find_root().obj is not None or Path(SETTINGS_FILE).exists()


def _live(ctx: click.Context, folders: tuple[Path, ...]) -> str | None:
    from modbot.scoring import artifacts

    recorded = store_for(ctx).live_model() if _has_settings(ctx) else None
    return recorded or artifacts.current(folders)


def _record(ctx: click.Context, version: str, deed: Deed) -> None:
    if _has_settings(ctx):
        store = store_for(ctx)
        store.set_live_model(version, "modbot model", datetime.now(UTC))
        write_down(store, deed, version)


def _line(figures: dict[str, Any]) -> str:
    said = [f"{name} {figures[key]:.3f}" for key, name in MAIN_FIGURES if figures.get(key) is not None]
    return f"{figures['rows']:>7,} rows  {'  '.join(said)}"
