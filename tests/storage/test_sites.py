"""What holds for sites and their credentials, on both engines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from factories import a_site, later
from modbot.domain import Hook, Limits, Mode, Policy, SecretKind, SiteSecret
from modbot.errors import AlreadyExists, StoreError

DAY_S = 86_400


def test_it_works(bare_store):
    site = a_site(
        policy=Policy(mode=Mode.BORROWED, max_good_rejected=0.005, audit_rate=0.1),
        limits=Limits(body_max_chars=500, email_required=False),
        origins=("https://gazette.example",),
        allowed_hosts=("hooks.local",),
        hook=Hook("https://gazette.example/hook"),
        show_reasons=False,
        signed_requests=True,
    )
    added = bare_store.add_site(site, [SiteSecret(SecretKind.BEARER, "hash-1")])
    assert added == site
    assert bare_store.site(site.id) == site
    assert bare_store.site_named(site.name) == site
    assert bare_store.site_named(site.id) == site
    assert bare_store.sites() == (site,)
    assert bare_store.site_for_key(SecretKind.BEARER, "hash-1", later()) == site


def test_it_says_none_where_there_is_no_site(store):
    assert store.site("nobody") is None
    assert store.site_named("nobody") is None


def test_it_lists_sites_by_name(store):
    assert [site.name for site in store.sites()] == ["Ben's Boats", "Harbour Gazette"]


def test_it_refuses_a_name_that_is_taken(store):
    with pytest.raises(AlreadyExists, match="Harbour Gazette"):
        store.add_site(a_site(id="site-new"), [])
    assert len(store.sites()) == 2


def test_it_refuses_a_key_that_is_taken_and_adds_nothing(store):
    newcomer = a_site(id="site-new", name="Newcomer")
    with pytest.raises(AlreadyExists, match="bearer key"):
        store.add_site(newcomer, [SiteSecret(SecretKind.AKISMET, "free"), SiteSecret(SecretKind.BEARER, "ada-key")])
    assert store.site("site-new") is None
    assert store.site_for_key(SecretKind.AKISMET, "free", later()) is None


def test_it_gives_a_changed_policy_a_new_version(store):
    site = store.site("site-ada")
    bolder = store.change_site(replace(site, policy=replace(site.policy, max_good_rejected=0.02)), later(60))
    assert bolder.policy.version == 2
    assert store.site("site-ada") == bolder
    assert (
        store.change_site(replace(bolder, policy=replace(bolder.policy, audit_rate=0.2)), later(61)).policy.version == 3
    )


def test_it_keeps_the_version_of_an_unchanged_policy(store):
    site = store.site("site-ada")
    changed = store.change_site(replace(site, url="https://new.example"), later(60))
    assert changed.policy.version == 1
    assert store.site("site-ada").url == "https://new.example"


def test_it_gives_the_version_itself_whatever_the_caller_says(store):
    site = store.site("site-ada")
    claimed = store.change_site(replace(site, policy=replace(site.policy, version=9)), later(60))
    assert claimed.policy.version == 1


def test_it_refuses_to_change_a_site_into_another_ones_name(store):
    with pytest.raises(AlreadyExists):
        store.change_site(replace(store.site("site-ada"), name="Ben's Boats"), later())


def test_it_refuses_to_change_a_site_that_is_not_there(store):
    with pytest.raises(StoreError, match="no site"):
        store.change_site(a_site(id="nobody", name="Nobody"), later())


def test_it_finds_nobody_by_an_empty_or_unknown_key(store):
    assert store.site_for_key(SecretKind.WEBHOOK, "", later()) is None
    assert store.site_for_key(SecretKind.BEARER, "unknown", later()) is None
    assert store.site_for_key(SecretKind.AKISMET, "ada-key", later()) is None


def test_it_lets_an_old_key_run_out_after_the_overlap(store):
    store.rotate_secret("site-ada", SiteSecret(SecretKind.BEARER, "ada-key-2"), later(), DAY_S)
    for key in ("ada-key", "ada-key-2"):
        assert store.site_for_key(SecretKind.BEARER, key, later(DAY_S - 1)).id == "site-ada"
    assert store.site_for_key(SecretKind.BEARER, "ada-key", later(DAY_S)) is None
    assert store.site_for_key(SecretKind.BEARER, "ada-key-2", later(DAY_S)).id == "site-ada"


def test_it_never_lengthens_an_overlap_by_rotating_again(store):
    store.rotate_secret("site-ada", SiteSecret(SecretKind.BEARER, "second"), later(), 100)
    store.rotate_secret("site-ada", SiteSecret(SecretKind.BEARER, "third"), later(50), DAY_S)
    assert store.site_for_key(SecretKind.BEARER, "ada-key", later(101)) is None
    assert store.site_for_key(SecretKind.BEARER, "second", later(101)).id == "site-ada"


def test_it_refuses_to_rotate_to_a_key_that_was_used_before(store):
    with pytest.raises(AlreadyExists):
        store.rotate_secret("site-ben", SiteSecret(SecretKind.BEARER, "ada-key"), later(), 0)


def test_it_gives_the_newest_sealed_secret_first(store):
    store.rotate_secret("site-ada", SiteSecret(SecretKind.WEBHOOK, "", b"new"), later(), 100)
    assert store.secrets("site-ada", SecretKind.WEBHOOK, later(99)) == (b"new", b"old")
    assert store.secrets("site-ada", SecretKind.WEBHOOK, later(100)) == (b"new",)
    assert store.secrets("site-ben", SecretKind.WEBHOOK, later()) == ()


def test_it_keeps_two_sites_secrets_apart_when_one_rotates(store):
    store.rotate_secret("site-ben", SiteSecret(SecretKind.WEBHOOK, "", b"ben"), later(), 0)
    assert store.secrets("site-ada", SecretKind.WEBHOOK, later(1)) == (b"old",)


def test_it_switches_a_hook_off_with_a_reason_and_on_again(store):
    store.switch_hook("site-ada", False, "10 failures", later())
    assert store.site("site-ada").hook == Hook("https://gazette.example/hook", on=False, off_reason="10 failures")
    store.switch_hook("site-ada", True, "", later(1))
    assert store.site("site-ada").hook == Hook("https://gazette.example/hook")
