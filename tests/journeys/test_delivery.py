"""A site hears of what was decided: over HTTP in, over HTTP out, with nothing replaced."""

from __future__ import annotations

import json

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from receivers import a_receiver
from served import Installation, call, wait_for

pytestmark = pytest.mark.slow
COMMENT = {"name": "Cal", "email": "cal@blog.example.org", "body": "Ich fahre jeden Tag mit der Fähre — danke!"}


@pytest.fixture
def installation(tmp_path):
    installation = Installation.found(tmp_path)
    yield installation
    installation.stop()


@pytest.fixture
def keys(installation):
    return json.loads(installation.run("site", "add", "Blog", "--url", "https://blog.example", "--json").stdout)


def test_it_works(installation, keys):
    """The first decision and the site's own are heard of, each once, in words a receiver can order."""
    bearer = {"Authorization": f"Bearer {keys['key']}"}
    with a_receiver(keys["webhook_secret"]) as receiver:
        installation.run("site", "set", "Blog", "--webhook", receiver.url, "--allow-host", receiver.host)
        _, port = installation.serve()
        _, case = call(port, "POST", "/v1/comments", COMMENT, **bearer)
        assert wait_for(lambda: len(receiver.arrived) == 1)
        decision = {"action": "reject", "revision": case["revision"]}
        assert call(port, "POST", f"/v1/comments/{case['id']}/review", decision, **bearer)[0] == 200
        assert wait_for(lambda: len(receiver.arrived) == 2)
    first, second = (event["data"] for _, event in receiver.arrived)
    assert (first["id"], first["action"], first["previous"], first["revision"]) == (case["id"], "hold", None, 1)
    assert (second["action"], second["previous"], second["decided_by"]) == ("reject", "hold", "site")
    assert second["revision"] > first["revision"]
    assert len(set(receiver.ids())) == 2
    assert COMMENT["body"] not in json.dumps(receiver.arrived, ensure_ascii=False)
    assert "cal@" not in json.dumps(receiver.arrived)
    assert "cal@" not in installation.log.read_text()


def test_it_is_verified_with_the_old_and_with_the_new_secret_after_a_rotation(installation, keys):
    rotated = json.loads(installation.run("site", "rotate-key", "Blog", "--kind", "webhook", "--json").stdout)
    for secret in (keys["webhook_secret"], rotated["key"]):
        with a_receiver(secret) as receiver:
            installation.run("site", "set", "Blog", "--webhook", receiver.url, "--allow-host", receiver.host)
            process, port = installation.serve()
            call(port, "POST", "/v1/comments", COMMENT, Authorization=f"Bearer {keys['key']}")
            assert wait_for(lambda receiver=receiver: len(receiver.arrived) == 1)
            process.terminate()
            process.wait(10)
        assert receiver.unverified == 0


def test_it_is_refused_by_a_receiver_with_another_secret_or_a_tampered_body():
    stranger = Webhook("whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU=")
    ours = Webhook("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    from datetime import UTC, datetime, timedelta

    from modbot.delivery import sign

    now = datetime.now(UTC)
    body = b'{"type":"comment.decided"}'
    secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

    def headers(at: datetime) -> dict[str, str]:
        stamp = int(at.timestamp())
        signature = sign([secret], "msg_1", stamp, body)
        return {"webhook-id": "msg_1", "webhook-timestamp": str(stamp), "webhook-signature": signature}

    assert ours.verify(body, headers(now)) == {"type": "comment.decided"}
    for receiver, sent, at in [
        (stranger, body, now),
        (ours, body.replace(b"decided", b"decidex"), now),
        (ours, body, now - timedelta(minutes=6)),
        (ours, body, now + timedelta(minutes=6)),
    ]:
        with pytest.raises(WebhookVerificationError):
            receiver.verify(sent, headers(at))
