"""What an owner pastes: the comment form for a page, and one call to try. May import ``config`` and ``domain``."""

from __future__ import annotations

import json
import shlex
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modbot.config import Settings
    from modbot.domain import Site

FORM = """\
<form method="post" action="{action}" accept-charset="utf-8">
  <p>Your email address will not be published. Required fields are marked *</p>
  <p><label>Comment * <textarea name="comment" rows="7" maxlength="20000" required></textarea></label></p>
  <p><label>Name * <input name="author" maxlength="100" autocomplete="name" required></label></p>
  <p><label>Email * <input name="email" type="email" autocomplete="email" required></label></p>
  <p><label>Website <input name="url" type="url" autocomplete="url"></label></p>
  <p hidden><label>Leave empty <input name="website2" tabindex="-1" autocomplete="off"></label></p>
  <input type="hidden" name="page_url" value="{page_url}">
  <input type="hidden" name="page_title" value="The title of this post">
  <button>Post Comment</button>
</form>"""


def form_snippet(settings: Settings, site: Site) -> str:
    """Write the plain HTML form that posts to a site's door."""
    page_url = f"{site.url.rstrip('/')}/this-post"
    return FORM.format(action=escape(f"{address(settings)}/f/{site.id}"), page_url=escape(page_url))


def curl_line(settings: Settings, key: str) -> str:
    """Write one call that moderates a comment."""
    comment = {"name": "Ada", "email": "ada@example.org", "body": "The night bus helps me a lot."}
    return (
        f"curl {address(settings)}/v1/comments -H 'Authorization: Bearer {key}' "
        f"-H 'Content-Type: application/json' -d {shlex.quote(json.dumps(comment))}"
    )


def address(settings: Settings) -> str:
    """Return under which address the settings say that this modbot is reached."""
    return settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"
