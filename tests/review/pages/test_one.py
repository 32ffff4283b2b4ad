"""What surrounds one comment: the record of its author, what it answers, the page where the address is one."""

from __future__ import annotations

from factories import a_case, a_comment
from modbot.domain import History
from modbot.review.pages.one import context_of

HISTORY = History(published=3, rejected=1_200)


def test_it_works():
    parent = a_case(id="c9", comment=a_comment(name="Ben", body="word " * 100))
    case = a_case(comment=a_comment(page_url="https://gazette.example/bus"))

    context = context_of(case, HISTORY, parent)

    assert context.record == "3 published, 0 held, 1,200 rejected"
    assert (context.parent_name, context.parent_href) == ("Ben", "/cases/c9")
    assert context.parent_excerpt.endswith("…")
    assert context.page_url == "https://gazette.example/bus"
    assert not context.is_new


def test_it_links_no_page_that_is_no_web_address():
    case = a_case(comment=a_comment(page_url="javascript:alert(1)"))

    assert context_of(case, History(), None).page_url == ""
    assert context_of(case, History(), None).is_new
