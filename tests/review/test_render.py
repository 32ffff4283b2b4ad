"""Headers, static files, and templates that see nothing but their page."""

from __future__ import annotations

import re

import pytest
from flask import g
from jinja2 import UndefinedError
from markupsafe import Markup

from modbot.review.render import CSP, ENVIRONMENT, HERE, STATIC, STATIC_HREF, VEILING

POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def test_it_works(at_the_desk, arrive):
    page = at_the_desk("ada").get("/queue")

    assert dict(rule.split(" ", 1) for rule in page.headers["Content-Security-Policy"].split("; ")) == POLICY
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/login", "/cases/none", "/queue?site=none"])
def test_it_protects_refusals_too(at_the_desk, path):
    page = at_the_desk("ada").get(path, follow_redirects=True)

    assert page.headers["Content-Security-Policy"] == CSP


def test_it_serves_static_files_to_keep(visitor):
    answer = visitor.get(f"{STATIC_HREF}/tokens.css")
    assert answer.mimetype == "text/css"
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert visitor.get(f"{STATIC_HREF}/main.js").mimetype == "text/javascript"
    assert "31536000" not in visitor.get("/static/review/old/tokens.css").headers["Cache-Control"]
    assert visitor.get(f"{STATIC_HREF}/../render.py").status_code == 404


def test_it_refuses_undefined_names():
    with pytest.raises(UndefinedError):
        ENVIRONMENT.from_string("{{ nothing }}").render()


def test_it_escapes_whatever_the_template_is_called():
    assert ENVIRONMENT.from_string("{{ text }}").render(text="<b>") == "&lt;b&gt;"


@pytest.mark.parametrize("path", sorted((HERE / "templates").glob("*.html")), ids=lambda path: path.name)
def test_it_speaks_to_no_other_host(path):
    assert re.findall(r"(?:href|src|action)=\"(?:https?:)?//", path.read_text()) == []


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_it_keeps_scripts_small_and_plain(path):
    text = path.read_text()

    assert len(text.splitlines()) < 100
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|https?://", text)


def test_it_stays_light(at_the_desk, arrive):
    for number in range(30):
        arrive(f"Comment {number}: " + "the night bus to the harbour is late again and again " * 8)

    assert len(at_the_desk("ada").get("/queue").data) < 150_000


def test_it_sends_no_indentation(at_the_desk, arrive):
    arrive()

    assert re.search(r"^[ \t]+<", at_the_desk("ada").get("/queue").text, re.MULTILINE) is None


def test_it_escapes_what_stands_within_a_sentence_with_markup():
    said = ENVIRONMENT.from_string('{{ rich("Comment by <bdi>{name}</bdi>", name=name) }}')

    assert said.render(name="<b>Eve</b> {name}") == "Comment by <bdi>&lt;b&gt;Eve&lt;/b&gt; {name}</bdi>"
    assert said.render(name=Markup("<time>now</time>")) == "Comment by <bdi><time>now</time></bdi>"


def test_it_veils_what_stands_within_a_sentence_with_markup(app):
    with app.test_request_context():
        g.veil = ()
        said = VEILING.from_string('{{ rich("Comment by <bdi>{name}</bdi>", name=name) }}').render(name="a shitty bus")

    assert said == "Comment by <bdi>a s••••• bus</bdi>"
