from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook
from werkzeug.datastructures import Headers

from modbot.demo.site import Newsroom, create_news, is_genuine, threaded

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
PAGE = "http://127.0.0.1:9/post"


def an_answer(case_id: str, minute: int, parent: str = "", **comment) -> dict:
    """A comment as `GET /v1/comments` gives it."""
    shown = {
        "name": f"Name {case_id}",
        "url": "",
        "body_html": f"<p>{case_id}</p>",
        "avatar": "0168aaaa",
        "received_at": f"2026-03-14T12:{minute:02}:00Z",
        "parent_id": parent,
    }
    return {"id": case_id, "erased": False, "comment": shown | comment}


def signed(body: bytes, at: datetime = NOW, message_id: str = "msg_1") -> dict[str, str]:
    """Headers as the reference library of Standard Webhooks makes them."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(message_id, at, body.decode()),
    }


def a_decision(**changes) -> bytes:
    data = {
        "id": "c1",
        "site": "s",
        "action": "publish",
        "previous": "hold",
        "decided_by": "person",
        "revision": 2,
        "at": "2026-03-14T12:00:00Z",
    }
    return json.dumps({"type": "comment.decided", "timestamp": data["at"], "data": data | changes}).encode()


@pytest.fixture
def newsroom():
    return Newsroom("s", "key", SECRET, "http://127.0.0.1:9", PAGE, "A post", NOW, stamp=lambda: "1.x")


@pytest.fixture
def client(newsroom):
    return create_news(newsroom).test_client()


def test_it_works(client, newsroom):
    body = a_decision()
    answer = client.post("/hooks/modbot", data=body, headers=signed(body, datetime.now(UTC)))
    assert answer.status_code == 204
    assert [told.action for told in newsroom.told] == ["publish"]
    page = client.get("/hooks").text
    assert "hold → " in page
    assert "decided by person" in page


def test_it_hears_a_repeat_once(client, newsroom):
    body = a_decision()
    for _ in range(2):
        client.post("/hooks/modbot", data=body, headers=signed(body, datetime.now(UTC)))
    assert len(newsroom.told) == 1


def test_it_refuses_a_message_that_nobody_signed(client, newsroom):
    body = a_decision()
    answer = client.post("/hooks/modbot", data=a_decision(action="reject"), headers=signed(body, datetime.now(UTC)))
    assert (answer.status_code, len(newsroom.told)) == (401, 0)
    assert client.post("/hooks/modbot", data=body).status_code == 401


@pytest.mark.parametrize(
    ("changes", "late_s", "genuine", "why"),
    [
        ({}, 0, True, "as sent"),
        ({}, 299, True, "a slow way is no forgery"),
        ({}, 301, False, "an old message may be a recording"),
        ({}, -301, False, "so may one from the future"),
        ({"webhook-id": "msg_2"}, 0, False, "the id is signed"),
        ({"webhook-id": ""}, 0, False, "without an id nothing is signed"),
        ({"webhook-timestamp": "1e9"}, 0, False, "no whole number"),
        ({"webhook-timestamp": "²"}, 0, False, "a digit for str.isdigit, not for int"),
        ({"webhook-signature": "v1,AAAA"}, 0, False, "another signature"),
        ({"webhook-signature": ""}, 0, False, "no signature"),
        ({"webhook-signature": "v1,é"}, 0, False, "no ASCII"),
    ],
)
def test_it_tells_genuine_messages_from_others(changes, late_s, genuine, why):
    body = "{“café”}".encode()
    headers = Headers({**signed(body), **changes})
    assert is_genuine(SECRET, headers, body, now_s=NOW.timestamp() + late_s) is genuine, why


def test_it_takes_either_signature_during_a_rotation():
    body = b"{}"
    headers = signed(body)
    headers["webhook-signature"] = f"v1,AAAA {headers['webhook-signature']} v1a,BBBB"
    assert is_genuine(SECRET, Headers(headers), body, now_s=NOW.timestamp())


def test_it_shows_each_reply_after_its_parent():
    cases = [
        an_answer("b", 2),
        an_answer("reply-to-a", 5, "a"),
        an_answer("a", 1),
        an_answer("deeper", 6, "reply-to-a"),
        an_answer("second-reply-to-a", 7, "a"),
        an_answer("reply-to-nobody", 8, "gone"),
    ]
    shown = [(c.anchor.removeprefix("comment-"), c.depth, c.in_reply_to) for c in threaded(cases, PAGE)]
    assert shown == [
        ("a", 0, ""),
        ("reply-to-a", 1, "Name a"),
        ("deeper", 2, "Name reply-to-a"),
        ("second-reply-to-a", 1, "Name a"),
        ("b", 0, ""),
        ("reply-to-nobody", 0, ""),
    ]


def test_it_shows_everybody_even_when_replies_go_in_a_circle_or_very_deep():
    circle = [an_answer("a", 1, "b"), an_answer("b", 2, "a"), an_answer("self", 3, "self")]
    assert {c.anchor for c in threaded(circle, PAGE)} == {"comment-a", "comment-b", "comment-self"}
    stamps = {n: f"2026-03-14T12:00:00.{n:06}Z" for n in range(3000)}
    chain = [an_answer(f"c{n}", 0, f"c{n - 1}", received_at=stamps[n]) for n in stamps]
    assert len(threaded(chain, PAGE)) == 3000


def test_it_leads_to_the_post(client):
    answer = client.get("/")
    assert (answer.status_code, answer.location) == (302, PAGE)


def test_it_keeps_no_cookie_and_a_strict_policy(client):
    answer = client.get("/hooks")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
