"""Sites: added with keys that are shown once, changed, tried, and by whom."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from factories import NOON, a_user, a_verdict
from modbot.domain import Attempt, Deed, DeliveryState, Hook, Mode, Role, SecretKind
from modbot.privacy import key_hash
from review.desk import HASH

POLICY = {"mode": "borrowed", "max_good_rejected": "0.005", "max_bad_published": "0.02", "audit_rate": "0.1"}
SETTINGS = {
    "webhook": "https://gazette.example/hook",
    "origins": "https://gazette.example/a-page\nhttps://www.gazette.example",
    "allowed_hosts": "10.0.0.7\n",
    "name_max_chars": "60",
    "body_max_chars": "5000",
    "email_required": "1",
    "show_reasons": "1",
}


@pytest.fixture
def given_up(house, ada_site, arrive, clock):
    """A message that its site never took."""
    house.store.change_site(replace(ada_site, hook=Hook("https://gazette.example/hook")), NOON)
    arrive()
    (delivery,) = house.store.claim_deliveries(clock(), 10, 60)
    attempt = Attempt(delivered=False, permanent=True, reason="timeout", status=None, at=clock())
    assert house.store.record_attempt(delivery, attempt, None)
    return delivery


@pytest.fixture
def eve(house, visitor, ben_site):
    """An administrator of Ben's site alone."""
    house.store.add_user(a_user(id="user-eve", name="eve", role=Role.ADMIN, site_ids=frozenset({ben_site.id})), HASH)
    visitor.log_in("eve")
    return visitor


def deeds(house):
    return [(entry.deed, entry.subject) for entry in house.store.audit_log(None) if entry.deed is not Deed.LOGGED_IN]


def test_it_works(at_the_desk, given_up, ada_site):
    dora = at_the_desk("dora")
    assert ada_site.name in dora.get("/admin/sites").text
    page = dora.get(f"/admin/sites/{ada_site.id}").text
    for shown in (
        ada_site.name,
        "Borrowed",
        "https://gazette.example/hook",
        "Given up",
        "did not answer in time",
        "Held</a>",
        "0 checked good comments support no promise",
        "Careful: at most 10 in 1,000 good comments rejected by machine",
        "/f/site-ada",
        "YOUR-KEY",
    ):
        assert shown in page, shown


def test_it_adds_a_site_and_shows_its_keys_once(at_the_desk, house, clock, people):
    dora = at_the_desk("dora")
    answer = dora.post("/admin/sites", name="My blog", url="https://blog.example/")
    assert answer.status_code == 201
    keys = re.findall(r"<dd><code>([^<]+)</code></dd>", answer.text)
    assert len(keys) == 4
    assert house.store.site_for_key(SecretKind.BEARER, key_hash(keys[0]), clock()).id == "my-blog"
    # The call can be tried as it stands.
    assert f"Bearer {keys[0]}" in answer.text.replace("&#39;", "'")
    site = house.store.site("my-blog")
    assert (site.policy.mode, site.origins) == (Mode.HOLD_ONLY, ("https://blog.example",))
    page = dora.get("/admin/sites/my-blog").text
    assert not any(key in page for key in keys)
    assert deeds(house) == [(Deed.SITE_ADDED, "my-blog")]


@pytest.mark.parametrize(
    ("name", "url", "said"),
    [
        ("", "https://blog.example", "needs 1 to 100 characters"),
        ("My blog", "blog.example", "must begin with http:// or https://"),
        ("My blog", "javascript:alert(1)", "must begin with http:// or https://"),
        ("Harbour Gazette", "https://blog.example", "has this name already"),
    ],
)
def test_it_says_what_is_wrong_with_a_new_site(at_the_desk, house, ada_site, name, url, said):
    answer = at_the_desk("dora").post("/admin/sites", name=name, url=url)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{url}"' in answer.text
    assert len(house.store.sites()) == 2


def test_it_changes_how_far_the_machine_may_go(at_the_desk, house, ada_site):
    dora = at_the_desk("dora")
    assert dora.post(f"/admin/sites/{ada_site.id}/policy", **POLICY).location == f"/admin/sites/{ada_site.id}"
    policy = house.store.site(ada_site.id).policy
    assert (policy.mode, policy.max_good_rejected, policy.max_bad_published, policy.audit_rate) == (
        Mode.BORROWED,
        0.005,
        0.02,
        0.1,
    )
    assert policy.version == ada_site.policy.version + 1
    (entry,) = house.store.audit_log(None, deed=Deed.SITE_CHANGED)
    assert entry.details["max_good_rejected"] == "0.01 → 0.005"
    assert dora.post(f"/admin/sites/{ada_site.id}/policy", **POLICY | {"max_good_rejected": "0.5"}).status_code == 400


def test_it_refuses_the_mode_own_without_evidence(at_the_desk, house, ada_site):
    answer = at_the_desk("dora").post(f"/admin/sites/{ada_site.id}/policy", **POLICY | {"mode": "own"})
    assert answer.status_code == 422
    assert "evidence carries neither promise yet" in answer.text
    assert house.store.site(ada_site.id) == ada_site


def test_it_foretells_what_each_step_would_do(at_the_desk, house, ada_site, arrive):
    stick = house.moderator.yardstick(ada_site)
    for risk in (
        0.0,
        stick.publish_below - 1e-6,
        stick.publish_below,
        stick.reject_from - 1e-6,
        stick.reject_from,
        1.0,
    ):
        arrive(verdict=a_verdict(risk=risk))
    page = at_the_desk("dora").get(f"/admin/sites/{ada_site.id}").text
    assert "the newest 6 comments" in page
    steps = re.findall(
        r"([\d.]+) in 1,000 good comments[^<]+<span[^>]*>(\d+) published, (\d+) held for people, (\d+) rejected", page
    )
    assert ("10", "2", "2", "2") in steps
    assert [float(step[0]) for step in steps] == [50, 20, 10, 5, 1]
    rejected = [int(step[3]) for step in steps]
    assert rejected == sorted(rejected, reverse=True)


def test_it_changes_what_the_site_accepts(at_the_desk, house, ada_site):
    dora = at_the_desk("dora")
    dora.post(f"/admin/sites/{ada_site.id}/settings", **SETTINGS)
    site = house.store.site(ada_site.id)
    assert site.hook == Hook("https://gazette.example/hook")
    assert site.origins == ("https://gazette.example", "https://www.gazette.example")
    assert site.allowed_hosts == ("10.0.0.7",)
    assert (site.limits.name_max_chars, site.limits.body_max_chars) == (60, 5000)
    assert (site.limits.email_required, site.limits.check_mx, site.show_reasons, site.signed_requests) == (
        True,
        False,
        True,
        False,
    )
    page = dora.get(f"/admin/sites/{ada_site.id}").text
    assert 'value="60"' in page

    answer = dora.post(f"/admin/sites/{ada_site.id}/settings", **SETTINGS | {"webhook": "gazette.example/hook"})
    assert answer.status_code == 422
    assert "gazette.example/hook: an address must begin with" in answer.text
    assert house.store.site(ada_site.id) == site
    dora.post(f"/admin/sites/{ada_site.id}/settings", **SETTINGS | {"webhook": ""})
    assert house.store.site(ada_site.id).hook is None


def test_it_switches_a_webhook_on_again_by_saving_it(at_the_desk, house, ada_site):
    hook = Hook("https://gazette.example/hook", on=False, off_reason="It failed too often.")
    house.store.change_site(replace(ada_site, hook=hook), NOON)
    dora = at_the_desk("dora")
    assert "It failed too often." in dora.get(f"/admin/sites/{ada_site.id}").text
    dora.post(f"/admin/sites/{ada_site.id}/settings", **SETTINGS)
    assert house.store.site(ada_site.id).hook == Hook("https://gazette.example/hook")


def test_it_makes_a_new_key_and_lets_the_old_one_work_for_a_day(at_the_desk, house, ada_site, clock):
    dora = at_the_desk("dora")
    made = [
        re.search(r"<dd><code>([^<]+)</code></dd>", dora.post(f"/admin/sites/{ada_site.id}/keys", kind="key").text)[1]
        for _ in range(2)
    ]
    assert made[0] != made[1]
    works = lambda key: house.store.site_for_key(SecretKind.BEARER, key_hash(key), clock()) is not None  # noqa: E731
    assert works(made[0])
    assert works(made[1])
    clock.tick(25 * 3600)
    assert not works(made[0])
    assert works(made[1])
    assert deeds(house) == [(Deed.KEY_ROTATED, ada_site.id)] * 2
    dora = at_the_desk("dora")
    assert dora.post(f"/admin/sites/{ada_site.id}/keys", kind="x").status_code == 400


def test_it_sends_a_test_comment_the_way_all_go(at_the_desk, house, ada_site):
    dora = at_the_desk("dora")
    fields = {"name": "Test", "email": "test@example.org", "body": "This is a test."}
    answer = dora.post(f"/admin/sites/{ada_site.id}/test", **fields)
    case = house.store.case(re.search(r"/cases/(\w+)\">Look at it", answer.text)[1])
    assert (case.comment.body, case.comment.site_id) == ("This is a test.", ada_site.id)
    assert case.comment.page_title == "Test from the page about this site"
    assert "test@" not in case.comment.author.email_masked

    answer = dora.post(f"/admin/sites/{ada_site.id}/test", **fields | {"body": ""})
    assert answer.status_code == 422
    assert "body:" in answer.text


def test_it_sends_a_message_again(at_the_desk, given_up, house, ada_site):
    path = f"/admin/sites/{ada_site.id}/deliveries/{given_up.id}/resending"
    dora = at_the_desk("dora")

    assert at_the_desk("ada").post(path).status_code == 404
    assert dora.post(f"/admin/sites/{ada_site.id}/deliveries/unknown/resending").status_code == 404
    assert dora.post(path).location == f"/admin/sites/{ada_site.id}#webhook"

    (row,) = house.store.deliveries(ada_site.id)
    assert row.state is DeliveryState.PENDING
    assert house.wake.is_set()


def test_it_shows_an_administrator_of_one_site_nothing_of_others(house, eve, ada_site, ben_site, given_up):
    page = eve.get("/admin/sites").text
    assert ada_site.name not in page
    assert "Add a site" not in page
    assert eve.get(f"/admin/sites/{ben_site.id}").status_code == 200
    assert eve.get(f"/admin/sites/{ada_site.id}").status_code == 404
    for path in ("policy", "settings", "keys", "test", f"deliveries/{given_up.id}/resending"):
        assert eve.post(f"/admin/sites/{ada_site.id}/{path}", **POLICY, kind="key").status_code == 404, path
    assert eve.post("/admin/sites", name="My blog", url="https://blog.example").status_code == 403
    assert [entry.deed for entry in house.store.audit_log((ada_site.id,))] == []


@pytest.mark.parametrize("name", ["ada", "cal"])
def test_it_is_for_administrators(at_the_desk, house, ada_site, name):
    person = at_the_desk(name)
    assert person.get(f"/admin/sites/{ada_site.id}").status_code == 404
    for path in ("", "/policy", "/settings", "/keys", "/test"):
        assert person.post(f"/admin/sites{f'/{ada_site.id}' + path if path else ''}", **POLICY).status_code == 404
    assert house.store.site(ada_site.id) == ada_site
