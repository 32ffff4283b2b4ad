"""The page of the people from nouns, without HTTP."""

from __future__ import annotations

import pytest

from factories import a_site, a_user
from modbot.domain import Role
from modbot.review.pages.frame import Frame
from modbot.review.pages.users import may_change, users_page

FRAME = Frame("users", None, (), "/static", "/admin/users")


def test_it_names_the_sites_of_each_person():
    users = (
        a_user(),
        a_user(id="b", name="ben", site_ids=frozenset({"site-ada", "unknown"}), role=Role.VIEWER, disabled=True),
        a_user(id="c", name="cal", site_ids=frozenset()),
    )

    shown = users_page(FRAME, users, [a_site()], users[0]).users

    assert [(user.sites, user.is_me, user.disabled) for user in shown] == [
        ("All sites", True, False),
        ("Harbour Gazette", False, True),
        ("None", False, False),
    ]


@pytest.mark.parametrize(
    ("mine", "theirs", "may"),
    [
        (None, None, True),
        (None, {"a"}, True),
        ({"a", "b"}, {"a"}, True),
        ({"a"}, {"a", "b"}, False),
        ({"a"}, None, False),
        ({"a"}, set(), True),
    ],
)
def test_it_lets_an_administrator_change_who_works_nowhere_else(mine, theirs, may):
    sites = lambda some: None if some is None else frozenset(some)  # noqa: E731
    me, other = a_user(role=Role.ADMIN, site_ids=sites(mine)), a_user(id="b", name="b", site_ids=sites(theirs))
    assert may_change(me, other) is may
    assert not may_change(me, me)


def test_it_tells_nobody_the_password_by_accident():
    from modbot.review.pages.users import Made

    assert "secret" not in repr(Made("eve", "secret"))
