"""Log-in through an identity provider: a real one of OpenID Connect over HTTP, and what it must not be able to say."""

from __future__ import annotations

import base64
import http.client
import json
import re
import sys
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey
from pydantic import SecretStr

from identity import CLIENT, SECRET, Provider
from modbot.app import create_app
from modbot.config import load_settings
from modbot.domain import Deed
from modbot.errors import ConfigError
from review.desk import HASH, Person
from served import in_thread

ACCOUNTS = {
    "a1": {"email": "ada@gazette.example", "email_verified": True, "preferred_username": "ada"},
    "b1": {"email": "ben@boats.example", "email_verified": False, "preferred_username": "ben"},
    "z1": {"email": "zoe@gazette.example", "email_verified": True, "preferred_username": "zoe"},
}


@pytest.fixture(scope="module")
def key():
    """Making one takes a while."""
    return RSAKey.generate_key(2048, {"kid": "k1"})


@pytest.fixture
def provider(key):
    provider = Provider(ACCOUNTS, key)
    with in_thread(provider.app(), threads=4) as provider.issuer:
        yield provider


@pytest.fixture
def settings(settings, provider):
    return settings.model_copy(
        update={
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SecretStr(SECRET),
            "oidc_claim": "preferred_username",
            "oidc_label": "Gazette",
            "login_tries_per_minute": 60,
        }
    )


def at_the_provider(url: str, account: str) -> str:
    """Say yes at the provider's own page; give the way back."""
    parts = urlsplit(url)
    line = http.client.HTTPConnection(parts.netloc, timeout=10)
    line.request("GET", f"{parts.path}?{parts.query}&account={account}")
    back = urlsplit(line.getresponse().getheader("Location"))
    line.close()
    return f"{back.path}?{back.query}"


def come_in(visitor, account, *, next_page="/overview"):
    there = visitor.get(f"/login/provider?next={next_page}")
    assert there.status_code == 302, there.text
    return visitor.get(at_the_provider(there.location, account))


def test_it_works(visitor, house, people):
    assert "Log in with Gazette" in visitor.get("/login").text
    answer = come_in(visitor, "a1")
    assert (answer.status_code, answer.location) == (303, "/overview"), answer.text
    assert visitor.get("/queue").status_code == 200
    (entry,) = house.store.audit_log(None, deed=Deed.LOGGED_IN)
    assert (entry.actor_name, entry.details) == ("ada", {"by": "provider"})


def test_it_asks_for_this_log_in_alone(visitor, provider):
    asked = visitor.get("/login/provider").location
    query = parse_qs(urlsplit(asked).query)
    assert asked.startswith(provider.issuer)
    assert query["code_challenge_method"] == ["S256"]
    assert query["scope"] == ["openid email profile"]
    assert query["redirect_uri"] == ["http://localhost/login/provider/back"]
    assert {"state", "nonce", "code_challenge"} <= set(query)


def test_it_comes_back_to_the_address_that_the_owner_set(house, people):
    settings = house.settings.model_copy(update={"public_url": "https://mod.gazette.example/"})
    app = create_app(replace(house, settings=settings))
    asked = Person(app.test_client()).get("/login/provider", headers={"Host": "evil.example"}).location
    query = parse_qs(urlsplit(asked).query)
    assert query["redirect_uri"] == ["https://mod.gazette.example/login/provider/back"]


@pytest.mark.parametrize("page", ["https://evil.example", "//evil.example", "/login", ""])
def test_it_goes_back_to_pages_of_its_own_only(visitor, page):
    assert come_in(visitor, "a1", next_page=page).location == "/queue"


def test_it_knows_nobody_who_does_not_work_here(visitor, house):
    answer = come_in(visitor, "z1")
    assert answer.status_code == 401
    assert "nobody of that name works here" in answer.text
    assert visitor.get("/queue").status_code == 303
    assert house.store.user_named("zoe") is None


def test_it_lets_nobody_in_who_is_switched_off(visitor, house, people):
    house.store.disable_user(people["ada"].id)
    assert come_in(visitor, "a1").status_code == 401
    assert visitor.get("/queue").status_code == 303


def test_it_asks_for_the_second_factor_too(visitor, house, people, clock):
    house.store.put_second_factor(people["ada"].id, house.vault.seal_secret("JBSWY3DPEHPK3PXP"), 0, [], clock())
    answer = come_in(visitor, "a1")
    assert (answer.status_code, answer.location) == (303, "/login/code")
    assert visitor.get("/queue").status_code == 303


@pytest.mark.parametrize(("account", "status"), [("a1", 303), ("b1", 401)])
def test_it_believes_verified_addresses_only(house, people, account, status):
    for name, address in (("ada@gazette.example", "ada"), ("ben@boats.example", "ben")):
        house.store.add_user(replace(people[address], id=name, name=name), HASH)
    settings = house.settings.model_copy(update={"oidc_claim": "email"})
    app = create_app(replace(house, settings=settings))
    assert come_in(Person(app.test_client()), account).status_code == status


def unsigned(token):
    _, payload, _ = token.split(".")
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    return f"{head}.{payload}."


def of_another(token):
    head, payload, signature = token.split(".")
    told = json.loads(base64.urlsafe_b64decode(payload + "=="))
    changed = base64.urlsafe_b64encode(json.dumps({**told, "preferred_username": "dora"}).encode())
    return f"{head}.{changed.rstrip(b'=').decode()}.{signature}"


@pytest.mark.parametrize("after", [unsigned, of_another, lambda _: "", lambda _: "a.b.c"])
def test_it_believes_no_token_that_was_changed(visitor, provider, after):
    provider.after = after
    answer = come_in(visitor, "a1")
    assert answer.status_code == 401
    assert "did not confirm who you are" in answer.text
    assert visitor.get("/queue").status_code == 303


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"nonce": "of-another-log-in"},
        {"nonce": None},
        {"exp": 1_700_000_000},
    ],
    ids=str,
)
def test_it_believes_no_token_for_somebody_else_or_for_another_time(visitor, provider, change):
    provider.change = lambda claims: {name: value for name, value in {**claims, **change}.items() if value is not None}
    assert come_in(visitor, "a1").status_code == 401
    assert visitor.get("/queue").status_code == 303


def test_it_sends_nobody_to_a_provider_that_calls_itself_another(visitor, provider):
    provider.calls_itself = "https://evil.example"
    assert visitor.get("/login/provider").status_code == 502


def test_it_believes_no_token_signed_by_somebody_else(visitor, provider):
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "k1"})
    assert come_in(visitor, "a1").status_code == 401


@pytest.mark.parametrize(("sub", "status"), [("a1", 303), ("a2", 401)])
def test_it_asks_for_what_the_token_does_not_say(visitor, provider, sub, status):
    """What is told when asked counts only if it is about the same person."""
    provider.change = lambda claims: {**{n: v for n, v in claims.items() if n not in ACCOUNTS["a1"]}, "sub": sub}
    assert come_in(visitor, "a1").status_code == status


def test_it_believes_no_answer_to_what_it_did_not_ask(visitor, app):
    """Somebody is made to follow a link that would log them in as somebody else."""
    theirs = visitor.get("/login/provider").location
    back = at_the_provider(theirs, "a1")
    victim = Person(app.test_client())
    assert victim.get(back).status_code == 401
    assert victim.get("/queue").status_code == 303
    assert visitor.get("/login/provider/back?error=access_denied&state=x").status_code == 401


def test_it_says_when_the_provider_is_away(house, people):
    settings = house.settings.model_copy(update={"oidc_issuer": "http://127.0.0.1:9"})
    app = create_app(replace(house, settings=settings))
    answer = Person(app.test_client()).get("/login/provider")
    assert answer.status_code == 502
    assert "Gazette cannot be reached" in answer.text


def test_it_is_not_there_where_there_is_no_provider(house, people):
    settings = house.settings.model_copy(update={"oidc_issuer": ""})
    app = create_app(replace(house, settings=settings))
    visitor = Person(app.test_client())
    assert "/login/provider" not in visitor.get("/login").text
    assert visitor.get("/login/provider").status_code == visitor.get("/login/provider/back").status_code == 404


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"oidc_issuer": "http://login.example"}, "oidc_issuer: expected an https address"),
        ({"oidc_client_id": ""}, "oidc_client_id: missing"),
    ],
)
def test_it_names_what_is_wrong_with_the_settings(house, changes, problem):
    settings = house.settings.model_copy(update=changes)
    with pytest.raises(ConfigError, match=problem):
        create_app(replace(house, settings=settings))


def test_it_names_the_extra_that_is_missing(house, monkeypatch):
    monkeypatch.setitem(sys.modules, "authlib.integrations.flask_client", None)
    with pytest.raises(ConfigError, match=re.escape("pip install 'modbot[oidc]'")):
        create_app(house)


def test_its_secret_comes_from_a_file(tmp_path):
    (tmp_path / "oidc.secret").write_text("from-a-file\n")
    (tmp_path / "modbot.toml").write_text('oidc_client_secret_file = "oidc.secret"\n')
    assert load_settings(tmp_path / "modbot.toml").oidc_client_secret.get_secret_value() == "from-a-file"
