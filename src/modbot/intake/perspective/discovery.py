"""The description from which Google's client libraries make the calls. Pure."""

from __future__ import annotations

from typing import Any

VERSION = "v1alpha1"
REVISION = "20261128"
TEXT = {"type": "string"}
NUMBER = {"type": "number", "format": "float"}
WHOLE = {"type": "integer", "format": "int32"}
FLAG = {"type": "boolean"}
ALT = {"type": "string", "location": "query", "default": "json", "enum": ["json"], "enumDescriptions": [""]}


def document(root: str) -> dict[str, Any]:
    """Describe the calls of a server whose addresses start with ``root``."""
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": f"commentanalyzer:{VERSION}",
        "name": "commentanalyzer",
        "version": VERSION,
        "revision": REVISION,
        "title": "Comment Analyzer compatible API",
        "description": "Scores of comments, from modbot.",
        "protocol": "rest",
        "rootUrl": root,
        "servicePath": "",
        "basePath": "",
        "baseUrl": root,
        "batchPath": "batch",
        "parameters": {
            "key": {"type": "string", "location": "query", "description": "The key of a site."},
            "alt": {
                "type": "string",
                "location": "query",
                "default": "json",
                "enum": ["json"],
                "enumDescriptions": [""],
            },
            "prettyPrint": {"type": "boolean", "location": "query", "default": "true"},
            "fields": {"type": "string", "location": "query"},
            "quotaUser": {"type": "string", "location": "query"},
        },
        "resources": {
            "comments": {
                "methods": {
                    "analyze": _method("analyze", "AnalyzeComment", "Scores a text."),
                    "suggestscore": _method("suggestscore", "SuggestCommentScore", "Says how a text should score."),
                }
            }
        },
        "schemas": {name: {"id": name, "type": "object", "properties": parts} for name, parts in SCHEMAS.items()},
    }


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": name}


def _many(kind: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": kind}


def _by_name(kind: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": kind}


def _method(name: str, schema: str, about: str) -> dict[str, Any]:
    path = f"{VERSION}/comments:{name}"
    return {
        "id": f"commentanalyzer.comments.{name}",
        "path": path,
        "flatPath": path,
        "httpMethod": "POST",
        "description": about,
        "parameters": {},
        "parameterOrder": [],
        "request": _ref(f"{schema}Request"),
        "response": _ref(f"{schema}Response"),
    }


_ABOUT = {"clientToken": TEXT, "sessionId": TEXT, "communityId": TEXT, "languages": _many(TEXT)}
_COMMENT = {"comment": _ref("TextEntry"), "context": _ref("Context")}
SCHEMAS: dict[str, dict[str, Any]] = {
    "AnalyzeCommentRequest": {
        **_COMMENT,
        **_ABOUT,
        "requestedAttributes": _by_name(_ref("AttributeParameters")),
        "doNotStore": FLAG,
        "spanAnnotations": FLAG,
    },
    "AnalyzeCommentResponse": {
        "attributeScores": _by_name(_ref("AttributeScores")),
        "languages": _many(TEXT),
        "detectedLanguages": _many(TEXT),
        "clientToken": TEXT,
    },
    "SuggestCommentScoreRequest": {**_COMMENT, **_ABOUT, "attributeScores": _by_name(_ref("AttributeScores"))},
    "SuggestCommentScoreResponse": {
        "clientToken": TEXT,
        "detectedLanguages": _many(TEXT),
        "requestedLanguages": _many(TEXT),
    },
    "AttributeParameters": {"scoreType": TEXT, "scoreThreshold": NUMBER},
    "AttributeScores": {"summaryScore": _ref("Score"), "spanScores": _many(_ref("SpanScore"))},
    "Score": {"value": NUMBER, "type": TEXT},
    "SpanScore": {"begin": WHOLE, "end": WHOLE, "score": _ref("Score")},
    "TextEntry": {"text": TEXT, "type": TEXT},
    "Context": {"entries": _many(_ref("TextEntry")), "articleAndParentComment": _ref("ArticleAndParentComment")},
    "ArticleAndParentComment": {"article": _ref("TextEntry"), "parentComment": _ref("TextEntry")},
}
