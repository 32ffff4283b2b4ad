"""The door for people: log in, work through the queue, see why, decide, undo.

Server-rendered, complete without JavaScript. Reads through the Store's verbs and decides through the Moderator;
writes no SQL and scores nothing. May import the rooms of rank 0 to 2.
"""

from flask import Flask

from modbot.review import (
    access,
    audit,
    bulk,
    care,
    choices,
    claims,
    copies,
    decisions,
    export,
    factor,
    listing,
    live,
    logins,
    models,
    overview,
    people,
    provider,
    refusals,
    render,
    rules,
    saved,
    sites,
    start,
    tongue,
    users,
    views,
)
from modbot.review.blueprint import bp
from modbot.review.passwords import hash_password, new_password, verify_password
from modbot.review.refusals import refuse

__all__ = ["bp", "configure", "hash_password", "new_password", "refuse", "verify_password"]

# Importing these hangs their views on the blueprint.
_ROUTES = (
    audit,
    bulk,
    care,
    choices,
    claims,
    copies,
    decisions,
    export,
    factor,
    listing,
    live,
    logins,
    models,
    overview,
    people,
    provider,
    refusals,
    rules,
    saved,
    sites,
    start,
    tongue,
    users,
    views,
)


def configure(app: Flask) -> None:
    """Put the review page into an app: sessions, log-in, routes, and the headers of every page."""
    access.configure(app)
    provider.configure(app)
    app.register_blueprint(bp)
    app.after_request(render.add_headers)
