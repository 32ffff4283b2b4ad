"""The shapes of the native door's bodies and answers, for its description.

The models say what `validation` accepts and what `answer` gives; the tests send what they describe. They describe and
do not validate, so that every error is said in one place. Home of pydantic beside ``config``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from modbot import validation
from modbot.domain import Action, DecidedBy, Head, Limits, ReportKind
from modbot.intake import query

LIMITS = Limits()
NO_CONTROL = r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$"
NO_CONTROL_OR_BREAK = r"^[^\u0000-\u001f\u007f-\u009f]*$"
VISIBLE_LINE = rf"^[^\u0000-\u001f\u007f-\u009f]*{validation.VISIBLE}[^\u0000-\u001f\u007f-\u009f]*$"
VISIBLE_TEXT = (
    rf"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*{validation.VISIBLE}[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$"
)
DIGITS = Annotated[str, Field(pattern=r"^[0-9]{1,9}(\.0+)?$")]
COUNT = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,8}(\.0+)?$")]
_LETTER = r"A-Za-z0-9\u00c0-\u167f\u1681-\u1fff\u3041-\ud7ff"
WEB_ADDRESS = (
    rf"^https?://[{_LETTER}]([{_LETTER}.-]*[{_LETTER}])?(:[1-5]?[0-9]{{1,4}})?"
    r"([/?#][^\s\u0000-\u0020\u007f-\u00a0]*)?$"
)
# A form sends every box, also those that nobody filled in: blank is as good as left out.
Blank = Annotated[str, Field(pattern=r"^ *$")]
Url = Annotated[str, Field(max_length=validation.URL_MAX_CHARS, pattern=WEB_ADDRESS)]
Id = (
    Annotated[str, Field(max_length=validation.KEY_MAX_CHARS, pattern=NO_CONTROL_OR_BREAK)]
    | Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
)


class _Described(BaseModel):
    """Something that is described and never instantiated."""

    model_config = ConfigDict(title=None)


class Submission(_Described):
    """A comment as a site sends it. Unknown fields are left out and named in a warning."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Ada",
                    "email": "ada@example.org",
                    "body": "The night bus helps me a lot.",
                    "page_url": "https://gazette.example/night-bus",
                }
            ]
        }
    )

    name: Annotated[str, Field(min_length=1, max_length=LIMITS.name_max_chars, pattern=VISIBLE_LINE)] = Field(
        description="The author's name: at least one visible character. The length is the site's setting."
    )
    email: Annotated[str, Field(max_length=validation.EMAIL_MAX_CHARS, json_schema_extra={"format": "idn-email"})] = (
        Field(description="The author's address, never published. Optional where the site says so.")
    )
    body: Annotated[str, Field(min_length=1, max_length=LIMITS.body_max_chars, pattern=VISIBLE_TEXT)] = Field(
        description="The comment: text, or simple HTML. The length is the site's setting."
    )
    id: Id | None = Field(None, description="The caller's own id: the same id again gives the same answer.")
    url: Url | Blank | None = Field(None, description="The author's website.")
    page_url: Url | Blank | None = Field(None, description="The page that is commented on.")
    page_title: Annotated[str, Field(max_length=validation.TITLE_MAX_CHARS, pattern=NO_CONTROL)] | None = Field(
        None, description="Its title."
    )
    parent_id: Id | None = Field(None, description="The comment that this one answers.")
    ip: Annotated[str, Field(json_schema_extra={"anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]})] | Blank | None = (
        Field(None, description="The author's address on the Internet.")
    )
    user_agent: Annotated[str, Field(pattern=NO_CONTROL)] | None = Field(
        None, description="The author's browser; kept up to 500 characters."
    )
    referrer: Annotated[str, Field(pattern=NO_CONTROL)] | None = Field(
        None, description="Where the author came from; kept up to 2,000 characters."
    )
    user_id: Id | None = Field(None, description="The author's account at the site, vouched for by the site.")
    user_role: Annotated[str, Field(max_length=validation.ROLE_MAX_CHARS, pattern=NO_CONTROL_OR_BREAK)] | None = Field(
        None, description="Their role there."
    )
    language: (
        Annotated[str, Field(max_length=validation.LANGUAGE_MAX_CHARS, pattern=validation.LANGUAGE_PATTERN)]
        | Blank
        | None
    ) = Field(None, description="Language tag of the page.")
    created_at: datetime | Blank | None = Field(None, description="When it was written: ISO 8601 with zone.")
    honeypot: Annotated[str, Field(pattern=NO_CONTROL)] | None = Field(
        None, description="What stood in the form's hidden box: people leave it empty."
    )
    elapsed_ms: Annotated[int, Field(ge=0, le=validation.ELAPSED_MAX_MS)] | DIGITS | Blank | None = Field(
        None, description="Milliseconds from showing the form to sending it."
    )


class Decision(_Described):
    """What the site's own moderators decided."""

    action: Literal["publish", "reject"]
    reason: Annotated[str, Field(max_length=query.REASON_MAX_CHARS, pattern=NO_CONTROL)] | None = Field(
        None, description="For instance spam, abuse or toxicity: these teach the matching head."
    )
    revision: Annotated[int, Field(ge=1, le=query.REVISION_MAX)] | COUNT | None = Field(
        None, description="The revision they saw: another one by now is a 409."
    )


class Complaint(_Described):
    """A visitor's flag or the author's appeal."""

    kind: ReportKind | None = Field(None, description="flag (the default) or appeal.")
    reason: Annotated[str, Field(max_length=query.REASON_MAX_CHARS, pattern=NO_CONTROL)] | None = None


class SpanView(_Described):
    """Characters ``start`` up to, not including, ``end`` of the body in NFC with line feeds."""

    start: int
    end: int


class ReasonView(_Described):
    """Why, in one sentence, with its share of a head's log-odds."""

    code: str
    sentence: str
    head: Head
    share: float
    spans: list[SpanView]


class ShareView(_Described):
    """One word or field and what it adds to the margin, in log-odds."""

    label: str
    kind: str
    share: float
    spans: list[SpanView]


class ExplanationView(_Described):
    """A head's sum: ``bias`` plus all shares is ``margin``; the score is its sigmoid."""

    bias: float
    margin: float
    shares: list[ShareView]


class CommentView(_Described):
    """The comment ready to publish: ``body_html`` is safe markup, the rest is plain text."""

    name: str
    url: str
    body_html: str
    body_text: str
    avatar: str
    created_at: datetime
    received_at: datetime
    page_url: str
    parent_id: str


class Answer(_Described):
    """A case as its site sees it. A site with reasons switched off gets no scores, band, reasons and explanation."""

    id: str
    action: Action
    revision: Annotated[int, Field(ge=1)]
    decided_by: DecidedBy
    erased: bool
    model: str
    policy: str
    warnings: list[str]
    comment: CommentView
    scores: dict[Head, Annotated[float, Field(ge=0, le=1)]] = Field(default_factory=dict)
    band: str = ""
    reasons: list[ReasonView] = Field(default_factory=list)
    explanation: dict[Head, ExplanationView] = Field(default_factory=dict)


class Page(_Described):
    """A stretch of a list. ``next_cursor`` is empty at the end."""

    comments: list[Answer]
    next_cursor: str


class Automation(_Described):
    """Whether a machine found the comment, and whether one decided about it."""

    detection: bool
    decision: bool


class Redress(_Described):
    """Where and until when the author may ask a person to look again."""

    appeal_url: str
    appeal_until: datetime
    text: str


class Statement(_Described):
    """Why a comment was rejected (Digital Services Act, article 17). Empty ``facts`` where a site shows no reasons."""

    id: str
    site: str
    issued_at: datetime
    decided_at: datetime
    page_url: str
    restriction: Literal["not published"]
    ground: Literal["spam", "abuse", "terms"]
    ground_text: str
    facts: list[str]
    automated: Automation
    redress: Redress


class FieldProblem(_Described):
    """One bad field."""

    field: str
    code: str
    message: str


class Problem(_Described):
    """What went wrong (RFC 9457), with a code that stays."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldProblem] = Field(default_factory=list)
    revision: int | None = None


MODELS = (Submission, Decision, Complaint, Answer, Page, Statement, Problem)


def schemas() -> dict[str, Any]:
    """Return every schema of the document; form bodies know no null."""
    _, found = models_json_schema(
        [(model, "validation") for model in MODELS], ref_template="#/components/schemas/{model}"
    )
    named: dict[str, Any] = found["$defs"]
    for model in (Submission, Decision, Complaint):
        named[f"{model.__name__}Form"] = _without_null(named[model.__name__])
    return named


def _without_null(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_null(part) for part in schema if part != {"type": "null"}]
    if isinstance(schema, dict):
        return {name: _without_null(part) for name, part in schema.items() if (name, part) != ("default", None)}
    return schema
