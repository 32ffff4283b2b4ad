"""Doors for machines: each protocol parses into plain fields and renders a case; none looks at meaning.

An adapter is a blueprint, the prefixes of its addresses and ``refuse``, which says errors in the protocol's own
dialect. Errors of routing never reach a blueprint, so `configure` picks the dialect by the prefix. May import
everything below the doors; home of pydantic and ``limits``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from modbot.errors import ModbotError
from modbot.intake import akismet, appeal, coral, forms, native, openai, perspective, problem, watch
from modbot.intake.codec import OrjsonProvider
from modbot.intake.gate import JSON, LIMITER, Limiter

DESCRIPTION = "/openapi.json"
Refuse = Callable[[ModbotError | HTTPException], ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class Adapter:
    """One protocol: its routes, where they start, and how it says no."""

    bp: Blueprint
    prefixes: tuple[str, ...]
    refuse: Callable[[ModbotError | HTTPException], Response]


ADAPTERS = (
    # Before our own door, which has the rest of /v1.
    Adapter(openai.bp, ("/v1/moderations", "/moderations"), openai.refuse),
    Adapter(native.bp, ("/v1/", DESCRIPTION), problem.refuse),
    Adapter(forms.bp, ("/f/",), forms.refuse),
    Adapter(appeal.bp, ("/appeal/",), appeal.refuse),
    Adapter(akismet.bp, ("/1.1/", "/1.2/", "/k/"), akismet.refuse),
    Adapter(perspective.bp, ("/v1alpha1/", "/$discovery/"), perspective.refuse),
    Adapter(coral.bp, ("/coral/",), coral.refuse),
    Adapter(watch.bp, ("/healthz", "/readyz", "/metrics"), problem.refuse),
)


def configure(app: Flask, elsewhere: Refuse | None = None) -> None:
    """Prepare an app for the adapters: JSON, limits, the OpenAPI document and errors by path.

    ``elsewhere`` answers errors under addresses of no adapter; without it they stay as the framework has them.
    """
    app.json = OrjsonProvider(app)
    app.extensions[LIMITER] = Limiter.fresh()
    app.add_url_rule(DESCRIPTION, view_func=describe)

    def by_path(error: ModbotError | HTTPException) -> ResponseReturnValue:
        answer = refuse(error)
        if answer is not None:
            return answer
        if elsewhere is not None:
            return elsewhere(error)
        if isinstance(error, ModbotError):
            raise error
        return error.get_response()

    app.register_error_handler(ModbotError, by_path)
    app.register_error_handler(HTTPException, by_path)


def describe() -> Response:
    """Publish what the native door takes and answers."""
    # A tenth of the start, which most servers are never asked for.
    from modbot.intake import openapi

    return Response(openapi.document(), content_type=JSON)


def refuse(error: ModbotError | HTTPException) -> Response | None:
    """Say an error in the dialect of the current request's address; None when no adapter owns it."""
    for adapter in ADAPTERS:
        if any(_is_under(request.path, prefix) for prefix in adapter.prefixes):
            return adapter.refuse(error)
    return None


def _is_under(path: str, prefix: str) -> bool:
    return path.startswith(prefix) or path == prefix.rstrip("/")
