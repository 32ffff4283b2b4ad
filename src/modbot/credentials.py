"""A site's keys: made once, shown once, kept so that a stolen database opens nothing.

Makes new sites and new keys and says how each kind lies at rest: what is only compared is a hash, what must
be sent again is sealed. It prints nothing and decides nothing. May import ``domain``, ``privacy`` and ``storage``.
"""

from __future__ import annotations

import base64
import re
import secrets
import unicodedata
from dataclasses import dataclass, fields
from datetime import datetime
from urllib.parse import urlsplit

from modbot.domain import Mode, Policy, SecretKind, Site, SiteSecret
from modbot.privacy import Vault, key_hash
from modbot.storage import Store

BEARER_PREFIX = "modbot_"
# As Standard Webhooks and Coral want them: the receiver's library checks the prefix.
WEBHOOK_PREFIX = "whsec_"
CORAL_PREFIX = "empsec_"
SECRET_BYTES = 32
# Akismet's own keys have twelve hexadecimal digits, and some of its clients refuse anything else.
AKISMET_KEY = re.compile(r"[0-9a-f]{12}")
SITE_ID_CHARS = 40
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class SiteKeys:
    """Everything a site authenticates with, in clear: exists only between being made and being shown."""

    key: str
    akismet_key: str
    webhook_secret: str
    coral_secret: str

    def __repr__(self) -> str:
        """Say that there are keys, not which."""
        return "SiteKeys(…)"


KIND_OF = {
    "key": SecretKind.BEARER,
    "akismet_key": SecretKind.AKISMET,
    "webhook_secret": SecretKind.WEBHOOK,
    "coral_secret": SecretKind.CORAL,
}


def new_site(store: Store, name: str, url: str, *, mode: Mode, at: datetime) -> Site:
    """Describe a new site; its id is its name made fit for an address."""
    return Site(
        id=_free_id(store, name),
        name=name,
        url=url,
        created_at=at,
        policy=Policy(mode=mode),
        origins=(origin_of(url),),
    )


def new_keys(akismet_key: str = "") -> SiteKeys:
    """Make one key of each kind; an Akismet-style key that a client already has may be kept."""
    made = {kind: new_secret(kind) for kind in SecretKind}
    return SiteKeys(
        key=made[SecretKind.BEARER],
        akismet_key=akismet_key or made[SecretKind.AKISMET],
        webhook_secret=made[SecretKind.WEBHOOK],
        coral_secret=made[SecretKind.CORAL],
    )


def new_secret(kind: SecretKind) -> str:
    """Make one fresh key in the shape that its protocol expects."""
    if kind is SecretKind.AKISMET:
        return secrets.token_hex(6)
    if kind is SecretKind.WEBHOOK:
        return WEBHOOK_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")
    if kind is SecretKind.CORAL:
        return CORAL_PREFIX + secrets.token_hex(SECRET_BYTES)
    return BEARER_PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def add_site(store: Store, vault: Vault, site: Site, keys: SiteKeys) -> Site:
    """Record a site and its keys; AlreadyExists when the name is taken."""
    at_rest = [secret_at_rest(KIND_OF[f.name], getattr(keys, f.name), vault) for f in fields(keys)]
    return store.add_site(site, at_rest)


def secret_at_rest(kind: SecretKind, secret: str, vault: Vault) -> SiteSecret:
    """Say how a key is stored: a hash for what is compared, ciphertext for what must be sent or signed with."""
    if kind is SecretKind.BEARER:
        return SiteSecret(kind=kind, index=key_hash(secret))
    index = vault.index(secret) if kind is SecretKind.AKISMET else ""
    return SiteSecret(kind=kind, index=index, sealed=vault.seal_secret(secret))


def is_web_address(text: str) -> bool:
    """Whether a browser could open this: http or https with a host."""
    try:
        parts = urlsplit(text)
        return parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address as a browser's Origin header has them."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    shown = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    return f"{parts.scheme.lower()}://{shown}{port}"


def _free_id(store: Store, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SITE_ID_CHARS].rstrip("-") or "site"
    return slug if store.site(slug) is None and slug != "site" else f"{slug}-{secrets.token_hex(3)}"
