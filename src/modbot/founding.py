"""The ground of a new house: settings file, secrets, databases, the first people.

Writes files once and never over existing ones. It serves nothing. May import ``config``, ``storage``, ``privacy``
and the password hashing of ``review``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modbot.config import Settings, load_settings
from modbot.domain import Role, User
from modbot.errors import ConfigError
from modbot.privacy import new_key
from modbot.review.access import add_user
from modbot.review.passwords import new_password
from modbot.storage import open_key_store, open_store, upgrade

SETTINGS_FILE = "modbot.toml"
SECRET_FILES = {"master_key": "secrets/master.key", "secret_key": "secrets/secret.key"}
DATABASE_FILES = ("modbot.db", "keys.db")
SQLITE = "sqlite:///"
HEAD = """\
# The settings of this modbot. A line that begins with # shows a default; remove the # to change it.
# The environment wins over this file: MODBOT_PORT=9000. `modbot serve` reads it at start.
"""


@dataclass(frozen=True, slots=True)
class Founded:
    """What was made, and the first admin's password, which is nowhere else."""

    settings: Settings
    settings_file: Path
    admin: User
    password: str = field(repr=False)


def lay_ground(folder: Path, *, admin: str, given: Mapping[str, Any] | None = None) -> Founded:
    """Make settings file, secrets, databases and the first admin in a folder.

    ``given`` are settings that differ from their defaults; they are written into the file and win over the
    environment. Raises ConfigError, and leaves everything as it is, when there is a house already or the folder
    cannot be written.
    """
    chosen = dict(given or {})
    try:
        _refuse_to_overwrite(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as failed:
            failed.callback(_sweep, folder)
            _write_files(folder, chosen)
            settings = load_settings(folder / SETTINGS_FILE, **chosen)
            user, password = _fill(settings, admin)
            failed.pop_all()
    except OSError as error:
        place = error.filename or folder
        raise ConfigError(
            (f"{place}: cannot be written ({error.strerror or error}); choose another folder.",)
        ) from error
    return Founded(settings, folder / SETTINGS_FILE, user, password)


def settings_text(chosen: Mapping[str, Any]) -> str:
    """Write the settings table as a TOML file: every setting with its sentence, the chosen ones in force."""
    blocks = [HEAD]
    for name, row in Settings.model_fields.items():
        if row.exclude:
            continue
        twin = f"{name}_file"
        key, value = (twin, chosen.get(twin, SECRET_FILES[name])) if name in SECRET_FILES else (name, row.default)
        line = f"{key} = {_toml(chosen[key])}" if key in chosen else f"# {key} = {_toml(value)}"
        blocks.append(f"# {row.description}\n{line}\n")
    return "\n".join(blocks)


def _refuse_to_overwrite(folder: Path) -> None:
    names = (SETTINGS_FILE, *SECRET_FILES.values(), *DATABASE_FILES)
    there = [name for name in names if (folder / name).exists()]
    if there:
        raise ConfigError(
            (f"{', '.join(there)} in {folder}: already there; nothing was changed. Choose another folder.",)
        )


def _write_files(folder: Path, chosen: Mapping[str, Any]) -> None:
    (folder / "secrets").mkdir(mode=0o700, exist_ok=True)
    for name in SECRET_FILES.values():
        _write_private(folder / name, new_key() + "\n")
    own_files = {f"{name}_file": path for name, path in SECRET_FILES.items()}
    (folder / SETTINGS_FILE).write_text(settings_text({**chosen, **own_files}), encoding="utf-8")


def _fill(settings: Settings, admin: str) -> tuple[User, str]:
    """Make the databases and the first admin, and the admin's password."""
    for url in (settings.url("database_url"), settings.url("keys_url")):
        if url.startswith(SQLITE):
            # An empty file is an empty database; the files beside it get the same rights.
            Path(url.removeprefix(SQLITE)).touch(mode=0o600)
    store = open_store(settings.url("database_url"))
    password: str = new_password()
    try:
        # Asked first, because a database that does not answer says so in words here.
        store.status()
        upgrade(settings.url("database_url"))
        open_key_store(settings.url("keys_url")).close()
        return add_user(store, admin, Role.ADMIN, password=password), password
    finally:
        store.close()


def _sweep(folder: Path) -> None:
    """Take away what a failed attempt made; nothing of it was there before."""
    made = (SETTINGS_FILE, *SECRET_FILES.values(), *DATABASE_FILES)
    for path in (folder / f"{name}{end}" for name in made for end in ("", "-wal", "-shm")):
        with suppress(OSError):
            path.unlink()
    with suppress(OSError):
        (folder / "secrets").rmdir()


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(text, encoding="utf-8")


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(part) for part in value)}]"
    return str(value) if isinstance(value, int | float) else json.dumps(str(value), ensure_ascii=False)
