"""Sites: tenants with their wishes, limits, credentials and hook.

Policies are versioned: a changed one is a new row. May import ``domain``, ``errors``, this room and SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, insert, or_, select, update

from modbot.domain import Hook, Limits, Mode, Policy, SecretKind, Site, SiteSecret
from modbot.errors import AlreadyExists, StoreError
from modbot.storage.engine import Database
from modbot.storage.evidence import SiteLayerTable
from modbot.storage.rules import RuleTable
from modbot.storage.tables import PolicyTable, SecretTable, SiteTable, table

sites = table(SiteTable)
policies = table(PolicyTable)
secrets = table(SecretTable)
layers = table(SiteLayerTable)
rules = table(RuleTable)

_SITE = select(
    sites,
    *(policies.c[name] for name in ("version", "mode", "max_good_rejected", "max_bad_published", "audit_rate")),
    # These ride along, so that a submission sees a new version at once and asks for it only once.
    select(func.max(layers.c.version)).where(layers.c.site_id == sites.c.id).scalar_subquery().label("layer"),
    select(func.max(rules.c.version)).scalar_subquery().label("rules_added"),
    select(func.max(rules.c.ended_version)).scalar_subquery().label("rules_ended"),
).join(policies, (policies.c.site_id == sites.c.id) & (policies.c.version == sites.c.policy_version))


def _unexpired(at: Any) -> Any:
    return or_(secrets.c.expires_at.is_(None), secrets.c.expires_at > at)


_FOR_KEY = _SITE.join(secrets, secrets.c.site_id == sites.c.id).where(
    secrets.c.kind == bindparam("given_kind"),
    secrets.c.lookup == bindparam("given_lookup"),
    secrets.c.lookup != "",
    _unexpired(bindparam("given_at", type_=secrets.c.expires_at.type)),
)


class SiteVerbs:
    """What the store can do with sites."""

    _db: Database

    def add_site(self, site: Site, credentials: Sequence[SiteSecret]) -> Site:
        """Add a tenant with its first credentials.

        Parameters
        ----------
        site : Site
            Its name must be free.
        credentials : sequence of SiteSecret
            Sealed or hashed.

        Returns
        -------
        Site
            As stored.

        Raises
        ------
        AlreadyExists
            The name, the id or one of the keys is taken.
        """
        with self._db.writing() as connection:
            taken = select(sites.c.id).where(or_(sites.c.name == site.name, sites.c.id == site.id))
            if connection.execute(taken).first() is not None:
                raise AlreadyExists(f"A site named {site.name!r} exists: choose another name.")
            connection.execute(insert(sites).inline().values(**_site_row(site), created_at=site.created_at, **_UNTRIED))
            connection.execute(insert(policies).inline().values(**_policy_row(site.id, site.policy, site.created_at)))
            for secret in credentials:
                _add_secret(connection, site.id, secret, site.created_at)
        return site

    def sites(self) -> tuple[Site, ...]:
        """List every tenant.

        Returns
        -------
        tuple of Site
            By name.
        """
        with self._db.reading() as connection:
            return tuple(_site(row) for row in connection.execute(_SITE.order_by(sites.c.name)))

    def site(self, site_id: str) -> Site | None:
        """Read a tenant.

        Parameters
        ----------
        site_id : str
            Which one.

        Returns
        -------
        Site or None
            None if there is no such site.
        """
        return self._one(_SITE.where(sites.c.id == site_id))

    def site_named(self, name_or_id: str) -> Site | None:
        """Read a tenant by its name, or else by its id.

        Parameters
        ----------
        name_or_id : str
            As a person types it.

        Returns
        -------
        Site or None
            None if there is no such site.
        """
        return self._one(_SITE.where(sites.c.name == name_or_id)) or self.site(name_or_id)

    def change_site(self, site: Site, at: datetime) -> Site:
        """Change a tenant; a changed policy becomes a new version of it.

        Parameters
        ----------
        site : Site
            As it should be. The version of its policy is the store's business.
        at : datetime
            Now, aware.

        Returns
        -------
        Site
            As stored, with the version of its policy.

        Raises
        ------
        AlreadyExists
            The name is another site's.
        StoreError
            There is no such site.
        """
        with self._db.writing() as connection:
            connection.execute(select(sites.c.id).where(sites.c.id == site.id).with_for_update())
            row = connection.execute(_SITE.where(sites.c.id == site.id)).first()
            if row is None:
                raise StoreError(f"There is no site {site.id!r} to change.")
            namesake = select(sites.c.id).where(sites.c.name == site.name, sites.c.id != site.id)
            if connection.execute(namesake).first() is not None:
                raise AlreadyExists(f"A site named {site.name!r} exists: choose another name.")
            old = _site(row)
            policy = replace(site.policy, version=old.policy.version)
            if policy != old.policy:
                policy = replace(policy, version=old.policy.version + 1)
                connection.execute(insert(policies).inline().values(**_policy_row(site.id, policy, at)))
            changed = replace(site, policy=policy, created_at=old.created_at)
            fresh_hook = {} if changed.hook == old.hook else _UNTRIED
            connection.execute(update(sites).where(sites.c.id == site.id).values(**_site_row(changed), **fresh_hook))
        return changed

    def site_for_key(self, kind: SecretKind, index: str, at: datetime) -> Site | None:
        """Find whose credential this is.

        Parameters
        ----------
        kind : SecretKind
            Which kind of credential was shown.
        index : str
            Its hash.
        at : datetime
            Now, aware: credentials expire after a rotation.

        Returns
        -------
        Site or None
            None for an unknown or expired credential.
        """
        asked = {"given_kind": kind.value, "given_lookup": index, "given_at": at}
        with self._db.reading() as connection:
            row = connection.execute(_FOR_KEY, asked).first()
        return None if row is None else _site(row)

    def secrets(self, site_id: str, kind: SecretKind, at: datetime) -> tuple[bytes, ...]:
        """Read the sealed secrets of a kind that count now.

        Parameters
        ----------
        site_id : str
            Whose.
        kind : SecretKind
            Which kind.
        at : datetime
            Now, aware.

        Returns
        -------
        tuple of bytes
            Newest first; during a rotation's overlap there are two.
        """
        query = (
            select(secrets.c.sealed)
            .where(secrets.c.site_id == site_id, secrets.c.kind == kind.value, secrets.c.sealed.is_not(None))
            .where(_unexpired(at))
            .order_by(secrets.c.id.desc())
        )
        with self._db.reading() as connection:
            return tuple(connection.execute(query).scalars())

    def rotate_secret(self, site_id: str, secret: SiteSecret, at: datetime, overlap_s: float) -> None:
        """Add a credential and let the ones of its kind run out.

        Parameters
        ----------
        site_id : str
            Whose.
        secret : SiteSecret
            The new one.
        at : datetime
            Now, aware.
        overlap_s : float
            Seconds for which the old ones still count.

        Raises
        ------
        AlreadyExists
            The new credential was used before.
        """
        end = at + timedelta(seconds=overlap_s)
        old = update(secrets).where(secrets.c.site_id == site_id, secrets.c.kind == secret.kind.value)
        with self._db.writing() as connection:
            # One that runs out sooner still does.
            connection.execute(
                old.where(or_(secrets.c.expires_at.is_(None), secrets.c.expires_at > end)).values(expires_at=end)
            )
            _add_secret(connection, site_id, secret, at)

    def switch_hook(self, site_id: str, on: bool, reason: str, at: datetime) -> None:  # noqa: ARG002, FBT001
        """Switch a hook off or on again; its messages wait meanwhile.

        Parameters
        ----------
        site_id : str
            Whose hook.
        on : bool
            Switching on also forgets the failures.
        reason : str
            Why it is off, for the site's page.
        at : datetime
            Now, aware.
        """
        values = {"hook_on": on, "hook_off_reason": "" if on else reason} | (_UNTRIED if on else {})
        with self._db.writing() as connection:
            connection.execute(update(sites).where(sites.c.id == site_id).values(**values))

    def _one(self, query: Select[Any]) -> Site | None:
        with self._db.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else _site(row)


_UNTRIED = {"hook_failures": 0, "hook_failing_since": None}


def _site_row(site: Site) -> dict[str, Any]:
    hook = site.hook
    return {
        "id": site.id,
        "name": site.name,
        "url": site.url,
        "policy_version": site.policy.version,
        "limits": asdict(site.limits),
        "origins": list(site.origins),
        "allowed_hosts": list(site.allowed_hosts),
        "show_reasons": site.show_reasons,
        "signed_requests": site.signed_requests,
        "hook_url": None if hook is None else hook.url,
        "hook_on": hook is not None and hook.on,
        "hook_off_reason": "" if hook is None else hook.off_reason,
    }


def _policy_row(site_id: str, policy: Policy, at: datetime) -> dict[str, Any]:
    return asdict(policy) | {"site_id": site_id, "mode": policy.mode.value, "at": at}


def _add_secret(connection: Connection, site_id: str, secret: SiteSecret, at: datetime) -> None:
    taken = select(secrets.c.id).where(secrets.c.kind == secret.kind.value, secrets.c.lookup == secret.index)
    if secret.index and connection.execute(taken).first() is not None:
        raise AlreadyExists(f"This {secret.kind.value} key is, or was, in use: choose another one.")
    row = {
        "site_id": site_id,
        "kind": secret.kind.value,
        "lookup": secret.index,
        "sealed": secret.sealed,
        "created_at": at,
        "expires_at": None,
    }
    connection.execute(insert(secrets).inline().values(**row))


def _site(row: Any) -> Site:
    policy = Policy(
        version=row.version,
        mode=Mode(row.mode),
        max_good_rejected=row.max_good_rejected,
        max_bad_published=row.max_bad_published,
        audit_rate=row.audit_rate,
    )
    return Site(
        id=row.id,
        name=row.name,
        url=row.url,
        created_at=row.created_at,
        policy=policy,
        limits=Limits(**row.limits),
        origins=tuple(row.origins),
        allowed_hosts=tuple(row.allowed_hosts),
        hook=None if row.hook_url is None else Hook(row.hook_url, row.hook_on, row.hook_off_reason),
        show_reasons=row.show_reasons,
        signed_requests=row.signed_requests,
        layer=row.layer or 0,
        rules=max(row.rules_added or 0, row.rules_ended or 0),
    )
