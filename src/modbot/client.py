"""What a site written in Python needs to talk to modbot: one class, three calls, nothing but the standard library.

The file imports nothing of modbot's, so it may be copied into a project that does not want the whole package.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen


class Refused(Exception):
    """modbot did not take a call; ``errors`` names each bad field with what to do about it."""

    def __init__(self, status: int, detail: str, errors: tuple[Mapping[str, str], ...] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.errors = errors


class Unreachable(Exception):
    """modbot did not answer. Keep the comment and send it again with the same id: a repeat is harmless."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a comment: "publish", "hold" or "reject", why, and the comment ready to show."""

    id: str
    action: str
    comment: Mapping[str, Any]
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Client:
    """A site's way to its modbot.

    Parameters
    ----------
    url : str
        Where modbot is, such as ``http://127.0.0.1:8000``.
    key : str
        The site's key.
    timeout_s : float
        How long to wait for an answer.
    """

    url: str
    key: str = field(repr=False)
    timeout_s: float = 5.0

    def moderate(self, *, name: str, body: str, email: str = "", **fields: object) -> Decision:
        """Send a comment; further fields as ``docs/api.md`` names them. Raises Refused or Unreachable."""
        said = {"name": name, "email": email, "body": body, **fields}
        return _decision(
            self._call("POST", "/v1/comments", {name: one for name, one in said.items() if one is not None})
        )

    def published(self, page_url: str) -> list[Mapping[str, Any]]:
        """Return the published comments of a page, the oldest first. Raises Refused or Unreachable."""
        query = urlencode({"action": "publish", "page_url": page_url})
        return [one["comment"] for one in reversed(self._call("GET", f"/v1/comments?{query}")["comments"])]

    def review(self, comment_id: str, action: str, reason: str = "") -> Decision:
        """Say what the site's own moderators decided. Raises Refused or Unreachable."""
        said = {"action": action, **({"reason": reason} if reason else {})}
        return _decision(self._call("POST", f"/v1/comments/{comment_id}/review", said))

    def _call(self, method: str, path: str, said: Mapping[str, object] | None = None) -> dict[str, Any]:
        body = None if said is None else json.dumps(said).encode()
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        # The address is the owner's own setting.
        request = Request(f"{self.url.rstrip('/')}{path}", body, headers, method=method)  # noqa: S310
        try:
            with urlopen(request, timeout=self.timeout_s) as answer:  # noqa: S310
                told: dict[str, Any] = json.load(answer)
        except HTTPError as error:
            raise _refused(error) from None
        except (URLError, OSError, ValueError) as error:
            raise Unreachable(str(error)) from error
        return told


def _decision(told: Mapping[str, Any]) -> Decision:
    reasons = tuple(reason["sentence"] for reason in told.get("reasons", ()))
    return Decision(told["id"], told["action"], told["comment"], reasons)


def _refused(error: HTTPError) -> Refused | Unreachable:
    if error.code >= 500:
        return Unreachable(f"modbot answered {error.code}")
    try:
        told = json.load(error)
    except ValueError:
        told = {}
    return Refused(error.code, str(told.get("detail", error.reason)), tuple(told.get("errors", ())))
