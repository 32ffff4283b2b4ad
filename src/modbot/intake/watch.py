"""Doors for machines that watch: alive, ready, and the counters. Also gives each request its id.

Counters and details are for the networks of the setting ``watch_networks``, never through a proxy, and for whoever has
``watch_token``.
Tells nothing about any comment. May import ``observe`` and ``errors``.
"""

from __future__ import annotations

import hmac
import secrets
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue

from modbot import observe
from modbot.errors import NotFound, StoreError

# A request with one of these came through a proxy, whose own address may well be a watcher's.
PROXY_HEADERS = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via")

bp = Blueprint("watch", __name__)


@bp.before_app_request
def name_request() -> None:
    """Give the request an id of our own: one sent by a caller could carry anything into the log."""
    g.request_id = secrets.token_hex(8)
    observe.begin_request(g.request_id)


@bp.after_app_request
def show_request_id(response: Response) -> Response:
    """Tell the caller the id that stands on our log lines."""
    response.headers["X-Request-ID"] = g.get("request_id", "")
    return response


@bp.get("/healthz")
def alive() -> ResponseReturnValue:
    """Answer as long as the process can answer at all."""
    return jsonify(status="ok")


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """Answer 200 when comments can be taken: database reachable and migrated, model loaded."""
    checks = {"database": _database(), "model": _model()}
    is_ready = all(check["ok"] for check in checks.values())
    shown = {"ready": is_ready, "checks": checks} if _may_watch() else {"ready": is_ready}
    return jsonify(shown), 200 if is_ready else 503


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Show all counters in Prometheus's text format."""
    if not _may_watch():
        raise NotFound("Nothing here for your network: see the setting watch_networks.")
    return Response(observe.render_metrics(_gauges()), content_type=observe.METRICS_TYPE)


def _may_watch() -> bool:
    token = _house().settings.watch_token.get_secret_value()
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    if any(name in request.headers for name in PROXY_HEADERS):
        return False
    try:
        peer = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return any(peer in network for network in _house().settings.watch_networks)


def _database() -> dict[str, object]:
    try:
        status = _house().store.status()
    except StoreError as error:
        return {"ok": False, "reason": error.code}
    if not status.migrated:
        return {"ok": False, "reason": "not_migrated", "revision": status.revision, "expected": status.expected}
    return {"ok": True, "revision": status.revision}


def _model() -> dict[str, object]:
    return {"ok": True, "version": _house().model.version}


def _gauges() -> dict[str, float]:
    store = _house().store
    try:
        counts = store.queue_counts(None)
        return {
            "queued_cases": counts.get("queued", 0),
            "held_cases": counts.get("held", 0),
            "pending_deliveries": store.pending_deliveries(),
            "oldest_wait_seconds": _oldest_wait_s(),
        }
    except StoreError:
        # The counters are still true; /readyz says what is wrong.
        return {}


def _oldest_wait_s() -> float:
    now = _house().clock()
    oldest = _house().store.queue_ages(None, [now]).oldest
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0


def _house() -> Any:
    return current_app.extensions["modbot"]
