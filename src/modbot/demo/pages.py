"""What the page of the demo's newspaper shows: one frozen object, filled by the runner, read by ``post.html``.

Nothing here fetches, moderates or cleans: the HTML of the article and of the comments must be safe when it arrives (the
article is a file of ours, a comment's ``body_html`` comes out of ``modbot.publication``). Imports nothing of modbot.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

HUES = 12  # classes hue-0 to hue-11 in site.css; a strict policy leaves no room for a style attribute
MAX_DEPTH = 3  # classes depth-0 to depth-3; deeper replies stay in line with their parent
HONEYPOT_FIELD = "website2"
STAMP_FIELD = "ts"


class NoticeKind(StrEnum):
    """What became of the comment that was just posted, as the form door says in ``?modbot=…``; chooses the colour."""

    NONE = ""
    PUBLISHED = "published"
    HELD = "held"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class PageComment:
    """A published comment as a reader sees it. ``body_html`` must already be safe.

    ``depth`` is 0 for a comment on the article itself and comments come in reading order, each
    reply after its parent. ``reply_url`` empty means that nobody can reply to this one.
    """

    name: str
    url: str
    body_html: str
    published_at: datetime
    avatar_hue: int
    depth: int
    anchor: str
    in_reply_to: str = ""
    reply_url: str = ""

    @property
    def initials(self) -> str:
        """One or two letters of the name for the coloured circle."""
        letters = [word[0] for word in self.name.split() if word[0].isalnum()]
        return "".join(letters[:1] + letters[1:][-1:]).upper() or "?"

    @property
    def hue_class(self) -> str:
        """The class of the circle's colour."""
        return f"hue-{self.avatar_hue % 360 * HUES // 360}"

    @property
    def depth_class(self) -> str:
        """The class of the indent."""
        return f"depth-{min(self.depth, MAX_DEPTH)}"


@dataclass(frozen=True, slots=True)
class FormFields:
    """What already stands in the boxes of *Leave a Reply*, by the names that WordPress gave them."""

    comment: str = ""
    author: str = ""
    email: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A comment to try: ``key`` is its name in ``?try=…``, ``label`` what the link says."""

    key: str
    label: str
    fields: FormFields


EXAMPLES = (
    Example(
        "kind",
        "a kind word",
        FormFields(
            comment="My daughter has counted the days since she heard about it. Thank you to everybody who made "
            "this happen, we will bring biscuits on the first Sunday!",
            author="Ulla Berg",
            email="ulla.berg@example.org",
        ),
    ),
    Example(
        "advert",
        "a casino advert",
        FormFields(
            comment="WIN BIG tonight!!! 300% welcome bonus and 100 free spins at the best online casino, no deposit "
            "needed, instant payout: https://royal-reels.example/join https://royal-reels.example/vip",
            author="Royal Reels Bonus",
            email="bonus@royal-reels.example",
            url="https://royal-reels.example/",
        ),
    ),
    Example(
        "insult",
        "an insult",
        FormFields(
            comment="You stupid, useless idiots. Shut up about your pathetic library, you make me sick.",
            author="Grim",
            email="grim@example.net",
        ),
    ),
    Example(
        "sarcasm",
        "something in between",
        FormFields(
            comment="Well done, geniuses. Next you will sell the roof to pay for the soup. Nobody asked me, of course, "
            "but then nobody ever does in this damn town.",
            author="Old Salt",
            email="old.salt@example.com",
        ),
    ),
)


def example_fields(key: str) -> FormFields:
    """Return what the example of this key puts into the form; empty boxes for any other key."""
    return next((example.fields for example in EXAMPLES if example.key == key), FormFields())


@dataclass(frozen=True, slots=True)
class ReplyTarget:
    """The comment that the form answers: the case's id, and the name of who wrote it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class PostPage:
    """Everything ``post.html`` shows; the template gets this object, named ``page``, and nothing else.

    ``article`` must already be safe. ``form_action`` is modbot's own ``/f/{site}``, ``stamp`` its signed
    time stamp. An empty ``review_url`` hides the link to the review page.
    """

    title: str
    article: str
    comments: tuple[PageComment, ...]
    form_action: str
    page_url: str
    stamp: str
    stylesheet_url: str
    published_at: datetime
    review_url: str = ""
    notice: str = ""
    notice_kind: NoticeKind = NoticeKind.NONE
    fields: FormFields = FormFields()
    reply_to: ReplyTarget | None = None

    @property
    def examples(self) -> tuple[Example, ...]:
        """Comments that a visitor may try with one click."""
        return EXAMPLES

    @property
    def honeypot_field(self) -> str:
        """Name of the box that only machines see and fill."""
        return HONEYPOT_FIELD

    @property
    def stamp_field(self) -> str:
        """Name of the hidden field that tells when the form was served."""
        return STAMP_FIELD
