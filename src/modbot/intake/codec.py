"""JSON in and out through orjson, as the app's provider.

orjson is the one parser that answers NaN, half surrogates, bad UTF-8 and deep nesting with one error; the
others raise four kinds or none. Knows nothing of comments. May import ``flask``'s provider and orjson only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask.json.provider import JSONProvider

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


class OrjsonProvider(JSONProvider):
    """Flask's way to JSON. Times become ISO 8601 with ``Z``; enums their value."""

    def dumps(self, obj: Any, **_kwargs: Any) -> str:
        """Serialise to text."""
        return to_json(obj).decode()

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        """Parse text or bytes; raises ValueError for anything that is no JSON."""
        return orjson.loads(s)


def to_json(value: object) -> bytes:
    """Serialise anything that an answer holds."""
    return orjson.dumps(value, option=OPTIONS)


def from_json(body: bytes) -> Any:
    """Parse a request body; raises ValueError for anything that is no JSON."""
    return orjson.loads(body)


def canonical(fields: Mapping[str, object]) -> bytes:
    """Serialise fields so that the same content is the same bytes, whatever the order and the encoding."""
    return orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)
