"""Tenants and people: what a site wants and who works for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from modbot.domain.words import Mode, Role, SecretKind


@dataclass(frozen=True, slots=True)
class Limits:
    """What a site accepts. Lengths are characters after normalisation."""

    name_max_chars: int = 100
    body_max_chars: int = 20_000
    email_required: bool = True
    refuse_disposable: bool = False
    check_mx: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """The owner's wishes, versioned: how much the machine may decide.

    ``max_good_rejected`` and ``max_bad_published`` are shares in (0, 1), never percentages.
    ``audit_rate`` is the probability that an automatic outcome is shown to a person anyway.
    """

    version: int = 1
    mode: Mode = Mode.HOLD_ONLY
    max_good_rejected: float = 0.01
    max_bad_published: float = 0.05
    audit_rate: float = 0.05


@dataclass(frozen=True, slots=True)
class Hook:
    """Where a site hears of decisions. ``on`` is False after too many failures."""

    url: str
    on: bool = True
    off_reason: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """A tenant: its name, its wishes and its limits.

    ``layer`` is the version of the newest `SiteLayer`, 0 while nothing was learned from the site. ``rules`` is the
    version of the house's rule set, 0 before the first `Rule`.
    """

    id: str
    name: str
    url: str
    created_at: datetime
    policy: Policy = Policy()
    limits: Limits = Limits()
    origins: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    hook: Hook | None = None
    show_reasons: bool = True
    signed_requests: bool = False
    layer: int = 0
    rules: int = 0


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut-off of a site's own and what it rests on.

    ``at`` is a risk, ``share`` the promise that it keeps, ``evidence`` the number of checked comments behind it, and
    ``looks`` how often a cut-off for this side was made, this time included. ``at`` is None where only the looks are
    left, because the scores that it was made for are given no more.
    """

    at: float | None
    share: float
    evidence: int
    looks: int


@dataclass(frozen=True, slots=True)
class SiteLayer:
    """What was learned from one site alone, versioned; verdicts name the version.

    ``reject`` and ``publish`` are None until the site's evidence sufficed for that side once. Only comments that came
    at ``since`` or later are evidence, where it is given. ``layer`` and ``facts`` are the arrays and the description of
    what is added to the model's scores.
    """

    site_id: str
    version: int
    at: datetime
    reject: Cut | None = None
    publish: Cut | None = None
    since: datetime | None = None
    layer: bytes | None = field(default=None, repr=False)
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """How many comments of a site were drawn without looking and then answered by people.

    What the owner forbade or trusts by name is counted apart, in ``banned``: no promise speaks of it. ``waiting`` were
    drawn too, and nobody has answered yet.
    """

    good: int = 0
    bad: int = 0
    banned: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class SiteSecret:
    """A credential at rest: ``index`` finds it, ``sealed`` can be opened where it must be sent again."""

    kind: SecretKind
    index: str
    sealed: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class User:
    """A person who works at the review page. ``site_ids`` is None for all sites."""

    id: str
    name: str
    role: Role
    site_ids: frozenset[str] | None
    session_version: int
    disabled: bool = False

    def may_see(self, site_id: str) -> bool:
        """Whether cases of this site are this person's business."""
        return not self.disabled and (self.site_ids is None or site_id in self.site_ids)

    def may_review(self, site_id: str) -> bool:
        """Whether this person may decide cases of this site."""
        return self.may_see(site_id) and self.role is not Role.VIEWER


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody logged in at one browser. ``id`` is a hash: what opens it stands in the cookie alone."""

    id: str
    user_id: str
    browser: str
    began_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """What a person logs in with besides the password: a sealed secret, and how many recovery codes are left."""

    sealed: bytes
    last_step: int
    codes_left: int
