"""What is hidden, from whom, and for how long it can be found again."""

from __future__ import annotations

import hashlib
import hmac
import re
import shutil
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from factories import a_comment, a_new_case, a_site, an_author, later
from modbot.errors import ConfigError, Unreadable
from modbot.privacy import Vault, folded_address, key_hash, mask_email, new_key
from modbot.storage import open_key_store, open_store

MASTER = "first-master-key-first-master-key-1"
NEXT = "next-master-key-next-master-key-22"
ADDRESS = "Calliope.Canary@Example.org"


@pytest.fixture
def key_store(tmp_path):
    key_store = open_key_store(f"sqlite:///{tmp_path}/keys.db")
    yield key_store
    key_store.close()


@pytest.fixture
def vault(key_store):
    return Vault((MASTER,), key_store)


def sealed(vault, address=ADDRESS, at_s=0, **changes):
    comment = a_comment(author=an_author(key="", avatar="", email_masked=""), sealed_email=None, **changes)
    return vault.seal(replace(comment, email=address), later(at_s))


def test_it_works(vault):
    comment = sealed(vault)
    assert comment.email is None
    assert comment.author.email_masked == "C•••@E•••.org"
    assert vault.open_email(comment.sealed_email) == ADDRESS
    assert re.fullmatch("[0-9a-f]{64}", comment.author.key)
    assert re.fullmatch("[0-9a-f]{16}", comment.author.avatar)
    assert comment.author.email_domain == "example.org"


def test_it_shows_the_address_nowhere(vault):
    comment = sealed(vault)
    told = f"{comment!r}{comment.sealed_email!r}".lower()
    assert "calliope" not in told
    assert "canary" not in told


def test_it_leaves_no_address_in_the_database_files(vault, key_store, tmp_path, migrated):
    shutil.copy(migrated, tmp_path / "modbot.db")
    store = open_store(f"sqlite:///{tmp_path}/modbot.db")
    store.add_site(a_site(), [])
    case, _ = store.record(a_new_case(comment=sealed(vault)))
    assert vault.open_email(store.case(case.id).comment.sealed_email) == ADDRESS
    files = list(tmp_path.glob("*.db*"))
    assert {"modbot.db", "keys.db"} <= {file.name for file in files}
    kept = b"".join(file.read_bytes() for file in files).lower()
    assert b"canary" not in kept
    assert b"night bus" in kept
    store.close()


# -- finding an author again --------------------------------------------------


def test_it_hashes_as_the_books_say(vault):
    info = b"modbot: author of site site-ada"
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(MASTER.encode())
    expected = hmac.new(key, b"email:calliope.canary@example.org", hashlib.sha256).hexdigest()
    assert sealed(vault).author.key == expected == vault.author_key("site-ada", ADDRESS)


@pytest.mark.parametrize("spelling", ["calliope.canary@example.org", " CALLIOPE.CANARY@EXAMPLE.ORG ", ADDRESS])
def test_it_finds_an_author_by_any_spelling(vault, spelling):
    assert sealed(vault, spelling).author.key == sealed(vault).author.key


def test_it_folds_addresses_of_other_scripts():
    assert folded_address("ΣΊΣΥΦΟΣ@Example.org") == folded_address("σίσυφοσ@example.org")
    assert folded_address("Cafe\u0301@x.org") == folded_address("Café@x.org")


def test_it_keeps_authors_apart(vault):
    assert sealed(vault, "ben@example.org").author.key != sealed(vault).author.key
    assert sealed(vault, "ben@example.org").author.avatar != sealed(vault).author.avatar


def test_it_gives_each_site_hashes_of_its_own(vault):
    here, there = sealed(vault).author, sealed(vault, site_id="site-ben").author
    assert here.key != there.key
    assert here.avatar != there.avatar


def test_it_gives_each_purpose_a_hash_of_its_own(vault):
    author = sealed(vault).author
    assert not author.key.startswith(author.avatar)
    assert vault.person(ADDRESS) not in author.key


def test_it_knows_an_author_without_address_by_name(vault):
    first, again = (sealed(vault, None, name=name) for name in ("Cal  Smith", "cal smith"))
    assert first.author.key == again.author.key != sealed(vault, None, name="Ben").author.key
    assert first.sealed_email is None
    assert first.author.email_masked == ""
    assert sealed(vault, None, name=ADDRESS).author.key != sealed(vault).author.key


# -- a key for each person ----------------------------------------------------


def test_it_gives_a_person_one_key_and_each_comment_its_own_ciphertext(vault):
    first, second = sealed(vault), sealed(vault, site_id="site-ben")
    person = first.sealed_email.split(b"|")[0]
    assert second.sealed_email.startswith(person + b"|")
    assert first.sealed_email != second.sealed_email
    assert sealed(vault, "ben@example.org").sealed_email.split(b"|")[0] != person


def test_it_cannot_read_an_erased_person(vault, key_store):
    comment = sealed(vault)
    other = sealed(vault, "ben@example.org")
    key_store.erase_person(vault.person(ADDRESS), later(5))
    with pytest.raises(Unreadable, match="destroyed"):
        vault.open_email(comment.sealed_email)
    assert vault.open_email(other.sealed_email) == "ben@example.org"


def test_it_makes_a_new_key_for_an_erased_person_who_comes_back(vault, key_store):
    old = sealed(vault)
    key_store.erase_person(vault.person(ADDRESS), later(5))
    new = sealed(vault, at_s=3_600)
    assert vault.open_email(new.sealed_email) == ADDRESS
    with pytest.raises(Unreadable):
        vault.open_email(old.sealed_email)


def test_it_asks_the_key_store_once_for_a_busy_person(vault, key_store, monkeypatch):
    sealed(vault)
    monkeypatch.setattr(key_store, "person_key", lambda *_: pytest.fail("asked again"))
    sealed(vault, at_s=59)


# -- rotating the master key --------------------------------------------------


def test_it_reads_under_a_new_master_key_and_knows_the_same_authors(vault, key_store):
    old = sealed(vault)
    rotated = Vault((NEXT, MASTER), key_store)
    assert rotated.open_email(old.sealed_email) == ADDRESS
    assert sealed(rotated).author == old.author
    assert rotated.open_secret(vault.seal_secret("whsec_x")) == "whsec_x"
    assert rotated.index("akismet") == vault.index("akismet")
    assert rotated.payload_hash("site-ada", b"{}") == vault.payload_hash("site-ada", b"{}")


def test_it_seals_with_the_current_master_key(key_store):
    rotated = Vault((NEXT, MASTER), key_store)
    secret = rotated.seal_secret("whsec_x")
    assert Vault((NEXT,), key_store).open_secret(secret) == "whsec_x"
    with pytest.raises(Unreadable, match="old one back"):
        Vault((MASTER,), key_store).open_secret(secret)


def test_it_says_when_the_master_key_is_another_one(vault, key_store):
    comment = sealed(vault)
    with pytest.raises(Unreadable, match="old one back"):
        Vault((NEXT,), key_store).open_email(comment.sealed_email)


@pytest.mark.parametrize("broken", [b"", b"|", b"nobody|token", b"\xff\xfe|x"])
def test_it_cannot_read_what_nobody_sealed(vault, broken):
    with pytest.raises(Unreadable):
        vault.open_email(broken)


@pytest.mark.parametrize(("keys", "problem"), [((), "missing"), (("short",), "line 1"), ((MASTER, "x"), "line 2")])
def test_it_refuses_weak_master_keys(key_store, keys, problem):
    with pytest.raises(ConfigError, match=problem) as refused:
        Vault(keys, key_store)
    assert "short" not in refused.value.message


# -- secrets, payloads, stamps ------------------------------------------------


def test_it_seals_a_secret_differently_each_time(vault):
    first, second = vault.seal_secret("whsec_x"), vault.seal_secret("whsec_x")
    assert first != second
    assert vault.open_secret(first) == vault.open_secret(second) == "whsec_x"


def test_it_tells_payloads_and_sites_apart(vault):
    hashes = {vault.payload_hash(site, payload) for site in ("a", "b") for payload in (b"", b"{}", b"{} ")}
    assert len(hashes) == 6


def test_it_tells_the_age_of_a_stamp(vault):
    stamp = vault.stamp("site-ada", later())
    assert vault.stamp_age_s("site-ada", stamp, later(7.5)) == pytest.approx(7.5, abs=0.001)
    assert vault.stamp_age_s("site-ada", stamp, later(-30)) == 0.0


def test_it_believes_no_stamp_that_it_did_not_give(vault):
    stamp = vault.stamp("site-ada", later())
    moment, signature = stamp.split(".")
    forged = [f"{int(moment) - 60_000}.{signature}", moment, "", ".", "x.y", f"{moment}.", f"²{stamp}", f"{moment}.é"]
    assert [vault.stamp_age_s("site-ada", one, later(1)) for one in forged] == [None] * len(forged)
    assert vault.stamp_age_s("site-ben", stamp, later(1)) is None
    assert vault.stamp_age_s("site-ada", stamp, later(-3_600)) is None


def test_it_makes_keys_that_nobody_guesses():
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(re.fullmatch(r"[\w-]{43}", key) for key in keys)
    assert key_hash("ada") == hashlib.sha256(b"ada").hexdigest()


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("jane.doe@example.org", "j•••@e•••.org"),
        ("j@e.co.uk", "j•••@e•••.uk"),
        ("jürgen@bücher.example", "j•••@b•••.example"),
        ('"a@b"@example.org', '"•••@e•••.org'),
        ("jane@localhost", "j•••@l•••"),
    ],
)
def test_it_masks_addresses(address, shown):
    assert mask_email(address) == shown


def test_it_traces_an_author_without_keeping_the_address(vault, monkeypatch):
    whole = sealed(vault)
    monkeypatch.setattr(type(vault), "_seal_email", lambda *_: pytest.fail("an address was kept"))
    traced = vault.trace(replace(a_comment(author=an_author(key="", avatar="")), email=ADDRESS))

    assert (traced.author.key, traced.author.avatar) == (whole.author.key, whole.author.avatar)
    assert traced.email is None
