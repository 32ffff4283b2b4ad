"""An identity provider as strict as one should be, whose tokens a test may change: OpenID Connect over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from flask import Flask, Response, abort, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "modbot", "what-they-told-each-other"


@dataclass
class Provider:
    """Who has an account, and what it signs with. ``change`` sees each set of claims, ``after`` each signed token."""

    accounts: dict[str, dict[str, object]]
    key: RSAKey
    issuer: str = ""
    calls_itself: str = ""
    signing_key: RSAKey | None = None
    change: Callable[[dict[str, object]], dict[str, object]] = lambda claims: claims
    after: Callable[[str], str] = lambda token: token
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    bearers: dict[str, str] = field(default_factory=dict)

    def app(self) -> Flask:
        app = Flask("identity")
        app.add_url_rule("/.well-known/openid-configuration", view_func=self.discovery)
        app.add_url_rule("/keys", view_func=self.keys)
        app.add_url_rule("/authorize", view_func=self.authorize)
        app.add_url_rule("/token", view_func=self.token, methods=["POST"])
        app.add_url_rule("/userinfo", view_func=self.userinfo)
        return app

    def discovery(self) -> Response:
        return jsonify(
            issuer=self.calls_itself or self.issuer,
            authorization_endpoint=f"{self.issuer}/authorize",
            token_endpoint=f"{self.issuer}/token",
            userinfo_endpoint=f"{self.issuer}/userinfo",
            jwks_uri=f"{self.issuer}/keys",
            id_token_signing_alg_values_supported=["RS256"],
        )

    def keys(self) -> Response:
        return jsonify(keys=[self.key.as_dict(private=False)])

    def authorize(self) -> Response:
        """The person says yes at once; who it is, the test says beside the question."""
        asked = request.args.to_dict()
        if asked["client_id"] != CLIENT or asked["response_type"] != "code" or "nonce" not in asked:
            abort(400)
        code = secrets.token_urlsafe()
        self.asked[code] = asked
        return redirect(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

    def token(self) -> Response:
        given, name = request.form, request.authorization
        asked = self.asked.pop(given["code"], None)
        digest = hashlib.sha256(given["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or (name.username, name.password) != (CLIENT, SECRET)
            or given["redirect_uri"] != asked["redirect_uri"]
            or (asked["code_challenge"], asked["code_challenge_method"]) != (challenge, "S256")
        ):
            return Response('{"error": "invalid_grant"}', 400, content_type="application/json")
        account, now = asked["account"], int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": account,
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 60,
        }
        claims = self.change({**claims, **self.accounts[account]})
        signed = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.signing_key or self.key)
        bearer = secrets.token_urlsafe()
        self.bearers[bearer] = account
        return jsonify(access_token=bearer, token_type="Bearer", expires_in=3_600, id_token=self.after(signed))

    def userinfo(self) -> Response:
        account = self.bearers[request.authorization.token]
        return jsonify(sub=account, **self.accounts[account])
