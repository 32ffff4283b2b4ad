"""What stands around one comment when it is shown alone: the page, what it answers, and its author's record.

Pure. May import ``domain`` and ``review.words``.
"""

from __future__ import annotations

from dataclasses import dataclass

from modbot.domain import Case, History
from modbot.language import _, number
from modbot.review import words

PARENT_CHARS = 280


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of a comment. ``record`` is what the store knew of the author when it was asked."""

    page_url: str
    parent_name: str
    parent_excerpt: str
    parent_href: str
    record: str
    is_new: bool


def context_of(case: Case, history: History, parent: Case | None) -> Context:
    """Gather what surrounds a comment."""
    url = case.comment.page_url
    counts = (history.published, _("published")), (history.held, _("held")), (history.rejected, _("rejected"))
    return Context(
        page_url=url if url.startswith(("http://", "https://")) else "",
        parent_name=parent.comment.name if parent else "",
        parent_excerpt=words.excerpt(parent.comment.body, PARENT_CHARS) if parent else "",
        parent_href=f"/cases/{parent.id}" if parent else "",
        record=", ".join(f"{number(count)} {word}" for count, word in counts),
        is_new=history.is_new_author,
    )
