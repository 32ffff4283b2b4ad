"""The newspaper's own little server: a post, its published comments, and an ear for webhooks.

It stands for any site that uses modbot and knows no more than one: its key, its secret and the two addresses. Comments
come from ``GET /v1/comments`` over HTTP, decisions from signed webhooks; it keeps no cookie and no comment.
Imports nothing of modbot but its own room.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import urllib.request
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from jinja2 import StrictUndefined
from werkzeug.datastructures import Headers

from modbot.demo.pages import MAX_DEPTH, NoticeKind, PageComment, PostPage, ReplyTarget, example_fields

HERE = Path(__file__).parent
# A page of the list has at most 100; a demo with more than a thousand comments below one post is none.
LIST_LIMIT, LIST_PAGES = 100, 10
API_TIMEOUT_S = 10.0
# As Standard Webhooks says: an older or newer message may be somebody's recording.
TOLERANCE_S = 300
TOLD_KEPT = 200
REFRESH_S = 3
SECRET_PREFIX = "whsec_"  # noqa: S105 - the public mark of a signing secret, not one

NOTICES = {
    NoticeKind.PUBLISHED: "Thank you. Your comment is published.",
    NoticeKind.HELD: "Thank you. Your comment waits for a moderator and appears here once somebody has read it.",
    NoticeKind.REJECTED: "Your comment was not accepted.",
}

bp = Blueprint("news", __name__, template_folder="templates", static_folder="static")


@dataclass(frozen=True, slots=True)
class Told:
    """One decision that modbot told this site of, its signature verified."""

    message_id: str
    at: datetime
    comment_id: str
    action: str
    previous: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class ToldPage:
    """What ``told.html`` shows."""

    told: tuple[Told, ...]
    page_url: str
    stylesheet_url: str


@dataclass(frozen=True, slots=True)
class Newsroom:
    """What the site was given when it was connected. ``stamp`` makes a signed time stamp for the form."""

    site_id: str
    key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    api_url: str
    page_url: str
    title: str
    published_at: datetime
    stamp: Callable[[], str]
    told: deque[Told] = field(default_factory=lambda: deque(maxlen=TOLD_KEPT))


def create_news(newsroom: Newsroom) -> Flask:
    """Build the newspaper's web app; its post is at the path of ``page_url``."""
    app = Flask(__name__, static_folder=None, template_folder=None)
    app.jinja_env.undefined = StrictUndefined
    app.extensions["newsroom"] = newsroom
    app.register_blueprint(bp)
    path = "/" + newsroom.page_url.split("/", 3)[3]
    app.add_url_rule(path, "post", show_post)
    app.after_request(_shield)
    return app


@bp.get("/")
def front() -> ResponseReturnValue:
    """Lead to the one post there is."""
    return redirect(_newsroom().page_url)


def show_post() -> ResponseReturnValue:
    """Show the post with its published comments and the form."""
    newsroom = _newsroom()
    outcome = request.args.get("modbot", "")
    kind = next((kind for kind in NOTICES if kind == outcome), NoticeKind.NONE)
    comments = threaded(published(newsroom), newsroom.page_url)
    chosen = request.args.get("reply_to", "")
    page = PostPage(
        title=newsroom.title,
        article=(HERE / "article.html").read_text(encoding="utf-8"),
        comments=comments,
        form_action=f"{newsroom.api_url}/f/{newsroom.site_id}",
        page_url=newsroom.page_url,
        stamp=newsroom.stamp(),
        stylesheet_url=url_for("news.static", filename="site.css"),
        published_at=newsroom.published_at,
        review_url=f"{newsroom.api_url}/queue",
        notice=NOTICES.get(kind, ""),
        notice_kind=kind,
        fields=example_fields(request.args.get("try", "")),
        reply_to=next((ReplyTarget(chosen, c.name) for c in comments if c.anchor == _anchor(chosen)), None),
    )
    return render_template("post.html", page=page)


@bp.post("/hooks/modbot")
def hear() -> ResponseReturnValue:
    """Take a webhook whose signature is right; a repeat changes nothing."""
    newsroom = _newsroom()
    body = request.get_data()
    if not is_genuine(newsroom.webhook_secret, request.headers, body, now_s=time.time()):
        return {"error": "the signature does not fit"}, 401
    message_id = request.headers["webhook-id"]
    if all(told.message_id != message_id for told in newsroom.told):
        newsroom.told.append(_told(message_id, json.loads(body)["data"]))
    return "", 204


@bp.get("/hooks")
def show_told() -> Response:
    """Show what modbot told this site, the latest first; the page looks again by itself."""
    newsroom = _newsroom()
    page = ToldPage(
        told=tuple(reversed(newsroom.told)),
        page_url=newsroom.page_url,
        stylesheet_url=url_for("news.static", filename="site.css"),
    )
    response = make_response(render_template("told.html", page=page))
    response.headers["Refresh"] = str(REFRESH_S)
    return response


# -- what a site does with modbot ---------------------------------------------


def published(newsroom: Newsroom) -> list[dict[str, Any]]:
    """Ask modbot for the comments to show below the post, all of them, the newest first."""
    found: list[dict[str, Any]] = []
    asked = {"action": "publish", "page_url": newsroom.page_url, "limit": str(LIST_LIMIT)}
    for _ in range(LIST_PAGES):
        call = urllib.request.Request(  # noqa: S310 - the address is this demo's own
            f"{newsroom.api_url}/v1/comments?{urlencode(asked)}", headers={"Authorization": f"Bearer {newsroom.key}"}
        )
        with urllib.request.urlopen(call, timeout=API_TIMEOUT_S) as answer:  # noqa: S310
            page = json.load(answer)
        found += [case for case in page["comments"] if not case["erased"]]
        if not page["next_cursor"]:
            break
        asked["cursor"] = page["next_cursor"]
    return found


def is_genuine(secret: str, headers: Headers, body: bytes, *, now_s: float) -> bool:
    """Whether a message was signed with this secret just now, by the Standard Webhooks scheme."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not timestamp.isascii() or not timestamp.isdigit():
        return False
    if abs(now_s - int(timestamp)) > TOLERANCE_S:
        return False
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")
    entries = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(entry.encode(), expected.encode()) for entry in entries)


def threaded(cases: Iterable[Mapping[str, Any]], page_url: str) -> tuple[PageComment, ...]:
    """Put comments into reading order: the oldest first, each reply after its parent."""
    by_id: dict[str, Mapping[str, Any]] = {}
    replies: dict[str, list[str]] = {"": []}
    for case in sorted(cases, key=lambda case: str(case["comment"]["received_at"])):
        # Nobody answers what is not there yet, so replies cannot go in a circle.
        parent = case["comment"]["parent_id"]
        replies.setdefault(parent if parent in by_id else "", []).append(case["id"])
        by_id[case["id"]] = case
    shown: list[PageComment] = []
    waiting = [(one, "", 0) for one in reversed(replies[""])]
    while waiting:
        one, parent, depth = waiting.pop()
        shown.append(_shown(by_id[one], by_id.get(parent), min(depth, MAX_DEPTH), page_url))
        waiting += [(reply, one, depth + 1) for reply in reversed(replies.get(one, []))]
    return tuple(shown)


def _shown(case: Mapping[str, Any], parent: Mapping[str, Any] | None, depth: int, page_url: str) -> PageComment:
    comment = case["comment"]
    return PageComment(
        name=comment["name"],
        url=comment["url"],
        body_html=comment["body_html"],
        published_at=datetime.fromisoformat(comment["received_at"]),
        avatar_hue=int(comment["avatar"][:4] or "0", 16) % 360,
        depth=depth,
        anchor=_anchor(case["id"]),
        in_reply_to=parent["comment"]["name"] if parent else "",
        reply_url=f"{page_url}?{urlencode({'reply_to': case['id']})}#respond",
    )


def _anchor(case_id: str) -> str:
    return f"comment-{case_id}"


def _told(message_id: str, data: Mapping[str, Any]) -> Told:
    return Told(
        message_id=message_id,
        at=datetime.fromisoformat(data["at"]),
        comment_id=data["id"],
        action=data["action"],
        previous=data["previous"] or "",
        decided_by=data["decided_by"],
    )


def _newsroom() -> Newsroom:
    newsroom: Newsroom = current_app.extensions["newsroom"]
    return newsroom


def _shield(response: Response) -> Response:
    """Forbid everything the page does not need; the form may go to modbot, which leads back here."""
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
        f"form-action 'self' {_newsroom().api_url}; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-cache"
    return response
