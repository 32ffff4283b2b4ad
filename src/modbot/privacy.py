"""Keys, hashes and masking: how an address is hidden, found again and, with a reason, opened.

Every key is derived from the master keys (HKDF, one label per purpose). The first master key wraps and seals;
the others still open. Hashes must stay the same over the years, so they hang on the *last* key of the list:
rotate by putting a new key in front, and keep the last one for as long as authors shall be recognised. Home
of ``cryptography``; reads no clock and stores nothing. May import ``domain`` and ``errors``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import unicodedata
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import Protocol

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from modbot.domain import Comment
from modbot.errors import ConfigError, Unreadable
from modbot.language import _

MASTER_KEY_MIN_CHARS = 32
KEY_BYTES = 32
# Enough to tell authors apart by picture, too short to be matched with a list elsewhere.
AVATAR_HEX = 16
PERSON_HEX = 32
STAMP_HEX = 32
# A stamp from the future is a forgery or a clock that is wrong; a little is the latter.
STAMP_SKEW_S = 60
PERSON_KEYS_KEPT = 2_048
# How long a key is used without asking the key store again. If another process erases the person meanwhile,
# what is sealed in this time stays unreadable, which is what erasing means.
PERSON_KEY_TRUSTED_S = 60.0
SEPARATOR = b"|"


class PersonKeys(Protocol):
    """Where wrapped person keys are kept."""

    def person_key(self, person: str, fresh: bytes, at: datetime) -> bytes:
        """Return the person's wrapped key; ``fresh`` becomes it if there is none."""

    def wrapped_key(self, person: str) -> bytes | None:
        """Return the person's wrapped key, None if there is none (any more)."""


class Vault:
    """The keys of the house, opened."""

    def __init__(self, master_keys: Sequence[str], keys: PersonKeys) -> None:
        _require_strong(master_keys)
        self._keys = keys
        self._wrapping = _fernets(master_keys, "person keys")
        self._sealing = _fernets(master_keys, "site secrets")
        # See the module docstring: hashes hang on the last key.
        self._root = master_keys[-1]
        self._site_keys = lru_cache(maxsize=4_096)(self._derive_site_key)
        self._index_key = _derive(self._root, "credential index")
        self._person_id_key = _derive(self._root, "person id")
        self._opened: OrderedDict[str, tuple[datetime, Fernet]] = OrderedDict()
        self._turn = Lock()

    # -- addresses ----------------------------------------------------------------

    def seal(self, comment: Comment, at: datetime) -> Comment:
        """Hide the author's address: a hash to find them, a ciphertext to reach them, a mask to show."""
        sealed = self._seal_email(comment.email, at) if comment.email else None
        return replace(self.trace(comment), sealed_email=sealed)

    def trace(self, comment: Comment) -> Comment:
        """Name the author by a hash and keep no address: for a comment that is looked up and not stored."""
        site_id, email = comment.site_id, comment.email
        if not email and not comment.name and not comment.user_id:
            return replace(comment, author=replace(comment.author, key="", avatar=""))
        who = "name:" + _folded_name(comment.name) if comment.name else "user:" + comment.user_id
        who = "email:" + folded_address(email) if email else who
        known = replace(
            comment.author,
            key=self._hash("author", site_id, who),
            avatar=self._hash("avatar", site_id, who)[:AVATAR_HEX],
            email_masked=mask_email(email) if email else comment.author.email_masked,
        )
        return replace(comment, author=known, email=None)

    def open_email(self, sealed: bytes) -> str:
        """Read a sealed address. Raises Unreadable when the person was erased."""
        person, _dot, token = sealed.partition(SEPARATOR)
        wrapped = self._keys.wrapped_key(person.decode("ascii", "replace"))
        if wrapped is None:
            raise Unreadable(_("The key of this person was destroyed: the address cannot be read any more."))
        try:
            return Fernet(self._wrapping.decrypt(wrapped)).decrypt(token).decode()
        except (InvalidToken, ValueError) as error:
            raise Unreadable(_("Sealed under another master key: put the old one back as a further line.")) from error

    def author_key(self, site_id: str, address: str) -> str:
        """Return the hash under which a site knows an address."""
        return self._hash("author", site_id, "email:" + folded_address(address))

    def person(self, address: str) -> str:
        """Return the house-wide name of a person's key, the same at every site."""
        return _mac(self._person_id_key, folded_address(address))[:PERSON_HEX]

    # -- secrets of sites ---------------------------------------------------------

    def seal_secret(self, text: str) -> bytes:
        """Encrypt a credential that must be sent again."""
        return self._sealing.encrypt(text.encode())

    def open_secret(self, sealed: bytes) -> str:
        """Read a sealed credential. Raises Unreadable under another master key."""
        try:
            return self._sealing.decrypt(sealed).decode()
        except InvalidToken as error:
            raise Unreadable(_("Sealed under another master key: put the old one back as a further line.")) from error

    def index(self, text: str) -> str:
        """Return the keyed hash that finds a short credential."""
        return _mac(self._index_key, text)

    def payload_hash(self, site_id: str, payload: bytes) -> str:
        """Return the keyed hash that tells a repeat from a reused key."""
        return hmac.digest(self._site_keys("payload", site_id), payload, "sha256").hex()

    def rewrap(self, wrapped: bytes) -> bytes:
        """Wrap a person's key under the first master key, whichever of them it was wrapped under."""
        return self._turned(self._wrapping, wrapped)

    def reseal(self, sealed: bytes) -> bytes:
        """Seal a credential under the first master key, whichever of them it was sealed under."""
        return self._turned(self._sealing, sealed)

    # -- stamps of forms ----------------------------------------------------------

    def stamp(self, site_id: str, at: datetime) -> str:
        """Sign the moment at which a form was handed out."""
        moment = str(int(at.timestamp() * 1000))
        return f"{moment}.{self._hash('stamp', site_id, moment)[:STAMP_HEX]}"

    def stamp_age_s(self, site_id: str, stamp: str, at: datetime) -> float | None:
        """Return how old a stamp is, in seconds; None for a forged, foreign or future one."""
        moment, _dot, signature = stamp.partition(".")
        if not (moment.isascii() and moment.isdigit() and len(moment) <= 16):
            return None
        expected = self._hash("stamp", site_id, moment)[:STAMP_HEX]
        if not hmac.compare_digest(signature.encode(), expected.encode()):
            return None
        age_s = at.timestamp() - int(moment) / 1000
        return max(0.0, age_s) if age_s >= -STAMP_SKEW_S else None

    # -- links of appeals ---------------------------------------------------------

    def appeal_token(self, site_id: str, case_id: str, until: datetime) -> str:
        """Sign the link under which the author of a comment may appeal until a moment."""
        said = f"{case_id}.{int(until.timestamp())}"
        return f"{said}.{self._hash('appeal', site_id, said)[:STAMP_HEX]}"

    def opens_appeal(self, site_id: str, token: str, at: datetime) -> bool:
        """Say whether a link is one of ours and not too old; which case it is about stands in front of it."""
        said, _dot, signature = token.rpartition(".")
        _case, _dot, until = said.partition(".")
        if not (until.isascii() and until.isdigit() and len(until) <= 12):
            return False
        expected = self._hash("appeal", site_id, said)[:STAMP_HEX]
        return hmac.compare_digest(signature.encode(), expected.encode()) and at.timestamp() <= int(until)

    # -- the steps ----------------------------------------------------------------

    def _seal_email(self, address: str, at: datetime) -> bytes:
        person = self.person(address)
        return person.encode() + SEPARATOR + self._person_fernet(person, at).encrypt(address.encode())

    def _person_fernet(self, person: str, at: datetime) -> Fernet:
        with self._turn:
            since, fernet = self._opened.get(person, (None, None))
        if fernet is not None and since is not None and 0 <= (at - since).total_seconds() < PERSON_KEY_TRUSTED_S:
            return fernet
        fresh = Fernet.generate_key()
        offered = self._wrapping.encrypt(fresh)
        wrapped = self._keys.person_key(person, offered, at)
        fernet = Fernet(fresh if wrapped == offered else self._wrapping.decrypt(wrapped))
        with self._turn:
            self._opened[person] = (at, fernet)
            while len(self._opened) > PERSON_KEYS_KEPT:
                self._opened.popitem(last=False)
        return fernet

    def _turned(self, keys: MultiFernet, token: bytes) -> bytes:
        try:
            return keys.rotate(token)
        except InvalidToken as error:
            raise Unreadable(_("Sealed under another master key: put the old one back as a further line.")) from error

    def _hash(self, purpose: str, site_id: str, text: str) -> str:
        return _mac(self._site_keys(purpose, site_id), text)

    def _derive_site_key(self, purpose: str, site_id: str) -> bytes:
        return _derive(self._root, f"{purpose} of site {site_id}")


def new_key() -> str:
    """Make a master key or a bearer key: 256 random bits in letters and digits that need no quoting."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode().rstrip("=")


def key_hash(key: str) -> str:
    """Hash a bearer key. It is random and long, so nothing slower than SHA-256 is called for."""
    return hashlib.sha256(key.encode()).hexdigest()


def mask_email(address: str) -> str:
    """Show an address so that its owner recognises it and nobody else learns it."""
    local, _at, domain = address.rpartition("@")
    name, dot, ending = domain.rpartition(".")
    return f"{local[:1]}•••@{name[:1] or domain[:1]}•••{dot}{ending if dot else ''}"


def folded_address(address: str) -> str:
    """Return the form of an address under which all its spellings meet."""
    return unicodedata.normalize("NFC", address.strip()).casefold()


def _folded_name(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _require_strong(master_keys: Sequence[str]) -> None:
    if not master_keys:
        raise ConfigError(("master_key: missing; run `modbot init`",))
    weak = [number for number, key in enumerate(master_keys, 1) if len(key) < MASTER_KEY_MIN_CHARS]
    if weak:
        lines = ", ".join(map(str, weak))
        raise ConfigError((f"master_key: line {lines} has fewer than {MASTER_KEY_MIN_CHARS} characters",))


def _fernets(master_keys: Sequence[str], purpose: str) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(key, purpose))) for key in master_keys])


def _derive(master_key: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"modbot: {purpose}".encode()).derive(
        master_key.encode()
    )


def _mac(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()
