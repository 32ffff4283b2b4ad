"""One table of settings: defaults, then a TOML file, then ``MODBOT_…`` in the environment.

Any secret may come from a file through its ``…_file`` twin. Unknown keys are errors and every problem
is reported at once. Nothing reads the environment later. May import ``errors`` only.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from modbot.errors import ConfigError

PREFIX = "MODBOT_"
# These steer the command line itself and are no settings.
NOT_SETTINGS = frozenset({"MODBOT_CONFIG"})
SECRETS = ("secret_key", "master_key", "watch_token", "oidc_client_secret")
Network = IPv4Network | IPv6Network
Networks = Annotated[tuple[Network, ...], NoDecode]


class Settings(BaseSettings):
    """Every setting, its type, default, unit and sentence. ``config.example.toml`` is compared with it."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    database_url: str = Field(
        "sqlite:///modbot.db", description="Where cases are kept: sqlite:/// or postgresql:// URL."
    )
    keys_url: str = Field(
        "sqlite:///keys.db", description="Where the per-person keys are kept: never part of a backup of the database."
    )
    master_key: SecretStr = Field(
        SecretStr(""),
        description="Wraps the per-person keys. Several lines: the first is current, the others still open.",
    )
    secret_key: SecretStr = Field(SecretStr(""), description="Signs sessions and forms of the review page.")
    model_dir: str = Field(
        "", description="Folder with models/; empty: beside this file, in the package, in the checkout."
    )

    host: str = Field(
        "127.0.0.1", description="Address to listen on. Put a proxy with TLS in front of anything public."
    )
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    workers: int = Field(1, ge=1, le=64, description="Processes. More than one needs PostgreSQL to be worth it.")
    threads: int = Field(8, ge=1, le=128, description="Threads per process.")
    public_url: str = Field("", description="Address under which people reach modbot; empty: as the request says.")
    trusted_proxies: Networks = Field((), description="Networks whose X-Forwarded-For and -Proto headers count.")
    watch_networks: Networks = Field(
        (ip_network("127.0.0.0/8"), ip_network("::1/128")),
        description="Networks that may read /metrics and the details of /readyz.",
    )

    watch_token: SecretStr = Field(
        SecretStr(""),
        description="Whoever sends it as bearer token reads /metrics and /readyz from anywhere; empty: nobody.",
    )

    max_request_bytes: int = Field(262_144, ge=1_024, description="Largest request body, in bytes.")
    site_posts_per_minute: int = Field(600, ge=1, description="Submissions a site may send in a minute, with its key.")
    form_posts_per_minute: int = Field(10, ge=1, description="Form posts one address may send in a minute.")
    login_tries_per_minute: int = Field(10, ge=1, description="Log-in tries per address, and per name, in a minute.")
    require_factor: bool = Field(
        False, description="Everybody sets up a second factor before they see anything; false: whoever wants to."
    )
    oidc_issuer: str = Field(
        "", description="Identity provider (OpenID Connect) that people may log in with; empty: passwords only."
    )
    oidc_client_id: str = Field("", description="The name that the identity provider gave to modbot.")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="The secret that it gave to modbot.")
    oidc_claim: str = Field(
        "email",
        description="What the provider says of a person that must be their name here; email only if it is verified.",
    )
    oidc_label: str = Field("single sign-on", description="What the provider is called on the log-in page.")
    session_hours: int = Field(12, ge=1, description="How long a person stays logged in, in hours.")
    session_idle_hours: int = Field(
        4, ge=1, description="After so many hours in which they did nothing they log in anew."
    )

    disposable_domains_file: str = Field("", description="Further disposable mail domains, one per line.")
    mx_timeout_s: float = Field(
        2.0, gt=0, le=30, description="Longest MX look-up, in seconds, where a site asks for one."
    )
    undo_grace_s: float = Field(
        10.0, ge=0, le=600, description="How long a person's decision waits before the site hears of it."
    )
    delivery_timeout_s: float = Field(20.0, gt=0, le=30, description="Longest delivery attempt, in seconds.")
    delivery_lease_s: float = Field(
        120.0, ge=30, description="After this an unfinished delivery is taken up again, in seconds."
    )

    notice_url: str = Field(
        "", description="Where a notice is posted as JSON when comments wait too long, such as a chat's webhook."
    )
    notice_after_hours: float = Field(
        24.0, gt=0, le=8_760, description="How long a comment may wait before a notice is posted, in hours."
    )
    keep_text_days: int = Field(
        0,
        ge=0,
        le=36_500,
        description="Days until a comment's name and text are dropped, if it waits for nobody; 0: never.",
    )
    keep_ip_days: int = Field(
        90, ge=0, le=36_500, description="Days until IP addresses of comments are dropped; 0: never."
    )
    keep_user_agent_days: int = Field(
        90, ge=0, le=36_500, description="Days until user agents of comments are dropped; 0: never."
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much is logged.")
    log_json: bool = Field(True, description="Log lines as JSON; false: for people.")
    translations_dir: str = Field(
        "",
        description="Folder with translations of the review page, such as de.po; empty: those that come with modbot.",
    )
    dev: bool = Field(False, description="Shows /patterns, the page with every component of the review page.")

    # Where relative paths start: the folder of the settings file. Set by load_settings.
    base_dir: Path = Field(Path(), exclude=True)

    @field_validator("trusted_proxies", "watch_networks", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    def path(self, name: str) -> Path:
        """Return a path as written in the settings, relative ones from the settings file's folder."""
        return self.base_dir / name

    def url(self, name: Literal["database_url", "keys_url"]) -> str:
        """Return a database URL with a relative SQLite path made absolute."""
        url: str = getattr(self, name)
        scheme = "sqlite:///"
        if not url.startswith(scheme):
            return url
        return f"{scheme}{self.path(url.removeprefix(scheme)).resolve()}"

    @property
    def provider(self) -> str:
        """What the identity provider is called; empty where there is none."""
        return self.oidc_label if self.oidc_issuer else ""

    def master_keys(self) -> tuple[str, ...]:
        """Return the master keys, the current one first."""
        return tuple(line for line in self.master_key.get_secret_value().split() if line)


def load_settings(path: str | Path | None = None, **given: Any) -> Settings:
    """Read the settings: ``given`` before the environment, that before the TOML file, that before the defaults.

    Raises ConfigError with every problem found.
    """
    base_dir = Path(path).resolve().parent if path else Path.cwd()
    from_file, problems = _from_file(Path(path)) if path else ({}, [])
    from_environment = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in os.environ.items()
        if name.startswith(PREFIX) and name not in NOT_SETTINGS
    }
    values = from_file | from_environment | given
    problems += _read_secret_files(values, base_dir)
    known = set(Settings.model_fields) - {"base_dir"}
    problems += [_unknown(name, known) for name in sorted(set(values) - known)]
    # What the environment says is read by the table itself, in its own syntax.
    ours = {name: value for name, value in values.items() if name in known and value is not from_environment.get(name)}
    try:
        settings = Settings(**ours, base_dir=base_dir)
    except ValidationError as error:
        problems += [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    if problems:
        raise ConfigError(tuple(problems))
    return settings


def _from_file(path: Path) -> tuple[dict[str, Any], list[str]]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")), []
    except OSError as error:
        return {}, [f"settings file {path} cannot be read ({error.strerror}): run `modbot init` or give --config"]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return {}, [f"settings file {path} is not valid TOML: {error}"]


def _read_secret_files(values: dict[str, Any], base_dir: Path) -> list[str]:
    """Replace ``<secret>_file`` by the secret it holds."""
    problems = []
    for name in SECRETS:
        source = values.pop(f"{name}_file", None)
        if source is None:
            continue
        try:
            values.setdefault(name, (base_dir / str(source)).read_text(encoding="utf-8").strip())
        except OSError as error:
            problems.append(f"{name}_file: {source} cannot be read ({error.strerror})")
    return problems


def _unknown(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name, known | {f"{secret}_file" for secret in SECRETS}, n=1)
    return f"{name}: no such setting" + (f"; did you mean {near[0]}?" if near else "; see config.example.toml")
