"""People who may log in: what each may do, and where.

Pure. May import ``domain``, ``review.words`` and other pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from modbot.domain import Role, Site, User
from modbot.language import Said, _
from modbot.review import words
from modbot.review.pages.filters import Choice
from modbot.review.pages.frame import Frame


@dataclass(frozen=True, slots=True)
class UserView:
    """A person who works here. ``may_change`` says whether whoever looks may change them."""

    id: str
    name: str
    role: str
    sites: str
    disabled: bool
    is_me: bool
    may_change: bool
    roles: tuple[Choice, ...]
    at: tuple[Choice, ...]
    everywhere: bool


@dataclass(frozen=True, slots=True)
class Made:
    """A password that was made for somebody: exists only between being made and being shown."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class UsersPage:
    """Everybody who may log in, and the form for one more. ``may_give_all`` sites belongs to administrators of all."""

    template: ClassVar[str] = "users.html"
    title: ClassVar[Said] = Said("People")

    frame: Frame
    users: tuple[UserView, ...]
    roles: tuple[Choice, ...]
    sites: tuple[Choice, ...]
    may_give_all: bool
    made: Made | None = None
    problem: str = ""
    name: str = ""


def users_page(frame: Frame, users: Sequence[User], sites: Sequence[Site], me: User) -> UsersPage:
    """Build the list of people."""
    names = {site.id: site.name for site in sites}
    return UsersPage(
        frame=frame,
        users=tuple(_view(user, names, me) for user in users),
        roles=_roles(Role.MODERATOR),
        sites=tuple(Choice(site.id, site.name, chosen=False) for site in sites),
        may_give_all=me.site_ids is None,
    )


def may_change(me: User, other: User) -> bool:
    """Whether an administrator may change somebody: not themselves, and nobody who works where they do not."""
    covers = me.site_ids is None or (other.site_ids is not None and other.site_ids <= me.site_ids)
    return me.id != other.id and covers


def _view(user: User, names: Mapping[str, str], me: User) -> UserView:
    return UserView(
        id=user.id,
        name=user.name,
        role=words.ROLE_WORDS[user.role],
        sites=_site_names(user, names),
        disabled=user.disabled,
        is_me=user.id == me.id,
        may_change=may_change(me, user),
        roles=_roles(user.role),
        at=tuple(Choice(one, name, one in (user.site_ids or ())) for one, name in names.items()),
        everywhere=user.site_ids is None,
    )


def _roles(chosen: Role) -> tuple[Choice, ...]:
    return tuple(Choice(role.value, words.ROLE_WORDS[role], role is chosen) for role in Role)


def _site_names(user: User, names: Mapping[str, str]) -> str:
    if user.site_ids is None:
        return _("All sites")
    known = sorted(names[site_id] for site_id in user.site_ids & names.keys())
    return ", ".join(known) or _("None")
