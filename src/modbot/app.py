"""The only place where the parts meet: settings become a house, a house becomes a web app.

May import every room below the command line; nothing below imports it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from flask import Flask

import modbot
from modbot import intake, outbound, review
from modbot.config import Settings
from modbot.errors import ConfigError
from modbot.language import Language
from modbot.moderation import Moderator, Surroundings
from modbot.privacy import Vault
from modbot.scoring import artifacts
from modbot.scoring.heads import Model
from modbot.storage import KeyStore, Store, open_key_store, open_store
from modbot.translations import languages
from modbot.validation import disposable_domains


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class House:
    """Every room, opened and joined. ``clock`` is read at the doors only."""

    settings: Settings
    store: Store
    key_store: KeyStore
    vault: Vault
    model: Model
    moderator: Moderator
    model_dirs: tuple[Path, ...]
    languages: Mapping[str, Language] = field(default_factory=languages)
    wake: Event = field(default_factory=Event)
    clock: Callable[[], datetime] = _now

    def close(self) -> None:
        """Give the databases back."""
        self.store.close()
        self.key_store.close()


def open_house(settings: Settings, *, clock: Callable[[], datetime] = _now) -> House:
    """Open the databases, load the live model and join the rooms. Raises ConfigError or ModelMissing."""
    if not settings.master_keys():
        raise ConfigError(
            ("master_key: missing; run `modbot init`, or set MODBOT_MASTER_KEY_FILE to the file with it",)
        )
    store = open_store(settings.url("database_url"))
    key_store = open_key_store(settings.url("keys_url"))
    vault = Vault(settings.master_keys(), key_store)
    dirs = model_dirs(settings)
    model = artifacts.load(artifacts.find(dirs, store.live_model()))
    extra = settings.path(settings.disposable_domains_file) if settings.disposable_domains_file else None
    wake = Event()
    around = Surroundings(
        disposable=disposable_domains(extra),
        # The coin decides who is audited: nobody outside may foresee it.
        coin=random.SystemRandom().random,
        has_mx=lambda domain: outbound.mx_exists(domain, settings.mx_timeout_s),
        undo_grace_s=settings.undo_grace_s,
        wake=wake.set,
        note_erased=key_store.note_erased,
    )
    moderator = Moderator(store, vault, model, around)
    return House(settings, store, key_store, vault, model, moderator, dirs, translations(settings), wake, clock)


def translations(settings: Settings) -> Mapping[str, Language]:
    """Read the languages of the review page: those that come along, then the owner's own. Raises ConfigError."""
    own = settings.path(settings.translations_dir)
    if settings.translations_dir and not own.is_dir():
        raise ConfigError((f"translations_dir: {own} is no folder; make it, or leave the setting out",))
    return languages(own) if settings.translations_dir else languages()


def model_dirs(settings: Settings) -> tuple[Path, ...]:
    """Return where models are looked for: the setting, beside the settings file, the package, the checkout."""
    package = Path(modbot.__file__).resolve().parent
    chosen = (settings.path(settings.model_dir),) if settings.model_dir else ()
    return (*chosen, settings.path("models"), package / "models", package.parents[1] / "models")


def create_app(house: House) -> Flask:
    """Build the web app around an opened house: every door, one pipeline."""
    app = Flask("modbot")
    app.extensions["modbot"] = house
    app.config.update(
        SECRET_KEY=house.settings.secret_key.get_secret_value(),
        MAX_CONTENT_LENGTH=house.settings.max_request_bytes,
        MAX_FORM_MEMORY_SIZE=house.settings.max_request_bytes,
    )
    intake.configure(app, review.refuse)
    for adapter in intake.ADAPTERS:
        app.register_blueprint(adapter.bp)
    review.configure(app)
    return app
