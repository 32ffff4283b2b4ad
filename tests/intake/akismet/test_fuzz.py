"""Ten thousand calls that no client would make: an answer in the dialect to each, and never a fault."""

from __future__ import annotations

import json
import random
from collections import Counter

import pytest

from intake.akismet.conftest import KEY
from soak import SOAK

pytestmark = pytest.mark.slow

CALLS = 10_000 * SOAK
METHODS = (
    *("comment-check", "submit-spam", "submit-ham", "verify-key", "get-subscription", "get-stats", "deactivate"),
    *("token", "verify-wpcom-key", "usage-limit", "key-sites", "get-key-stats", "nothing", "%00", "a/b", "é"),
)
NAMES = (
    *(
        "blog",
        "user_ip",
        "user_agent",
        "comment_author",
        "comment_author_email",
        "comment_author_url",
        "comment_content",
    ),
    *(
        "permalink",
        "comment_parent",
        "comment_date_gmt",
        "blog_lang",
        "blog_charset",
        "charset",
        "user_role",
        "is_test",
    ),
    *(
        "recheck_reason",
        "honeypot_field_name",
        "callback",
        "from",
        "month",
        "limit",
        "offset",
        "filter",
        "format",
        "user_id",
    ),
    *("comment_context[0]", "comment_context%5B%5D", "POST_ak_hp_textarea", "", "=", "%zz", "\x00"),
)
VALUES = (
    *("", "a", "0", "1", "true", "-1", "9" * 40, "1e999", "2026-13-99", "2026-03-14 12:00:00", "null", "None", "NaN"),
    *(
        "https://gazette.example/x",
        "http://[::1",
        "javascript:alert(1)",
        "//",
        "a@b",
        "a@example.org",
        "\x00",
        "\ud800",
    ),
    *(
        "utf-16",
        "utf-7",
        "base64",
        "idna",
        "punycode",
        "rot13",
        "unicode_escape",
        "é" * 300,
        "Z\u0351" * 200,
        "csv",
        "all",
    ),
    *(
        "\u202egpj",
        "<script>",
        "' OR 1=1 --",
        "{{7*7}}",
        "../../etc/passwd",
        "%00%ff",
        "administrator",
        "viagra-test-123",
    ),
)
TYPES = (
    *("application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x", "text/plain", ""),
    *(
        "application/x-www-form-urlencoded; charset=ISO-8859-1",
        "application/x-www-form-urlencoded; charset=\x7f",
        "a/b",
    ),
)
DIALECT = ("text/plain", "application/json", "text/csv")


def a_body(chance: random.Random, content_type: str) -> bytes:
    pairs = [(chance.choice(NAMES), chance.choice(VALUES)) for _ in range(chance.randrange(12))]
    if chance.random() < 0.6:
        pairs.append(
            (chance.choice(("key", "api_key")), chance.choice((KEY, KEY.upper(), f" {KEY} ", "f" * 12, "\x00")))
        )
    if chance.random() < 0.1:
        return chance.randbytes(chance.randrange(400))
    if "json" in content_type:
        return json.dumps(dict(pairs) if chance.random() < 0.8 else chance.choice([[], 1, None, [pairs]])).encode()
    joined = "&".join(f"{name}{chance.choice(('=', '', '=='))}{value}" for name, value in pairs)
    return joined.encode("utf-8", "surrogatepass")


def test_it_works(client, akismet_site):
    chance = random.Random(20260314)
    seen: Counter[tuple[int, str]] = Counter()
    for _ in range(CALLS):
        content_type = chance.choice(TYPES)
        version, prefix = chance.choice(("1.1", "1.2")), chance.choice(("", "", "", f"/k/{KEY}", "/k/x", "/k/%00"))
        answer = client.open(
            f"{prefix}/{version}/{chance.choice(METHODS)}",
            method=chance.choice(("POST", "POST", "POST", "GET", "PUT", "HEAD")),
            data=a_body(chance, content_type),
            headers={"Content-Type": content_type, "User-Agent": chance.choice(("WordPress/6.6 | Akismet/5.6", "x"))},
            base_url=chance.choice(("http://localhost", f"http://{KEY}.example", "http://x")),
        )
        assert answer.status_code < 500, (answer.request, answer.text)
        assert answer.mimetype in DIALECT, (answer.request, answer.mimetype)
        if "X-akismet-debug-help" in answer.headers:
            assert answer.text in {"invalid", ""}
        seen[answer.status_code, answer.mimetype] += 1
    assert seen[200, "text/plain"] > 1_000
    assert seen[200, "application/json"] > 300
