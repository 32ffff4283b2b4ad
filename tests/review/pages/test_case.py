"""The page of one case from nouns, without HTTP."""

from __future__ import annotations

from dataclasses import replace

from factories import NOON, a_case, a_comment, a_site, a_user, a_verdict, an_author, later
from modbot.domain import (
    Action,
    DecidedBy,
    Head,
    HeadScore,
    History,
    Report,
    ReportKind,
    Review,
    Role,
    Span,
    Term,
)
from modbot.policy import Yardstick
from modbot.review.pages.case import CaseFacts, case_page, story
from modbot.review.pages.frame import Frame
from modbot.review.pages.queue import row_of

FRAME = Frame("queue", None, (), "/static", "/queue")


def facts(**changes):
    base = CaseFacts(
        user=a_user(),
        case=a_case(),
        site=a_site(),
        history=History(published=3, rejected=1, same_text=2),
        earlier=(row_of(a_case()), row_of(a_case(id="c-other"))),
        parent=None,
        precedents=(),
        yardstick=Yardstick(rank=lambda _: 0.0, reject_from=0.99, publish_below=0.5),
        next_id="c-next",
        queue_href="/queue?q=bus",
        now=later(60),
    )
    return replace(base, **changes)


def test_it_works():
    page = case_page(FRAME, facts())

    assert page.title == "Comment by Cal"
    assert [zone.name for zone in page.why.scale.zones if zone.here] == ["Unclear"]
    assert page.author.email == "c•••@e•••.org"
    assert page.author.counts == (("published", 3), ("held", 0), ("rejected", 1))
    assert [one.href for one in page.author.earlier] == ["/cases/c-other"]
    assert page.next_href == "/cases/c-next"
    assert dict(page.facts)["Model"] == "m-1"


def test_it_marks_the_words_of_the_likelier_head():
    body = "harbour idiot"
    heads = (
        HeadScore(Head.SPAM, 0.0, (Term("harbour", 2.0, (Span(0, 7),)),)),
        HeadScore(Head.TOXICITY, 0.0, (Term("idiot", 2.0, (Span(8, 13),)),)),
    )
    verdict = a_verdict(heads=heads, scores={Head.SPAM: 0.1, Head.TOXICITY: 0.8, Head.INSULT: 0.9})

    page = case_page(FRAME, facts(case=a_case(comment=a_comment(body=body), verdict=verdict)))

    assert page.marked_head == "abuse"
    assert page.quoted_for == ("idiot",)


def test_it_survives_a_verdict_without_heads():
    verdict = a_verdict(heads=(), scores={}, band="", reasons=())

    page = case_page(FRAME, facts(case=a_case(verdict=verdict)))

    assert (page.marked_head, page.why.heads, page.why.reasons, page.why.scale) == ("", (), (), None)


def test_it_tells_the_story_newest_first():
    case = a_case(
        action=Action.PUBLISH,
        decided_by=DecidedBy.SITE,
        verdict=a_verdict(action=Action.PUBLISH, audited=True),
        reviews=(
            Review("c", Action.REJECT, "user-ada", "ada", DecidedBy.PERSON, 1, later(60), "spam"),
            Review("c", Action.PUBLISH, "site-ada", "Harbour Gazette", DecidedBy.SITE, 2, later(300)),
        ),
        reports=(Report("c", ReportKind.APPEAL, later(120), "not spam"),),
    )

    told = [(step.sentence, step.who, step.note) for step in story(case, later(400))]

    assert told == [
        ("Published", "Harbour Gazette (the site)", ""),
        ("Appealed by the author", "", "not spam"),
        ("Rejected", "ada", "as spam"),
        ("Drawn for a spot check", "", ""),
        ("The machine published it", "", ""),
    ]


def test_it_warns_of_addresses_and_repeats():
    comment = a_comment(author=an_author(disposable=True, mx_missing=True))

    page = case_page(FRAME, facts(case=a_case(comment=comment), history=History(same_text=1, similar=3)))

    assert page.author.warnings == (
        "Throw-away address",
        "The address's domain takes no mail",
        "Same text sent 1 time before",
        "3 copies with small changes before",
    )
    assert page.author.is_new


def test_it_lets_only_moderators_decide_and_nobody_an_erased_text():
    assert case_page(FRAME, facts()).may_review
    assert not case_page(FRAME, facts(user=a_user(role=Role.VIEWER))).may_review
    assert not case_page(FRAME, facts(case=a_case(erased=True))).may_review


def test_it_links_pages_on_the_web_only():
    assert case_page(FRAME, facts()).page_url == "https://gazette.example/night-bus"
    for url in ("javascript:alert(1)", "data:text/html,x", "ftp://x.example", ""):
        assert case_page(FRAME, facts(case=a_case(comment=a_comment(page_url=url)))).page_url == ""


def test_it_links_the_comment_that_this_one_answers():
    parent = a_case(id="c-parent", comment=a_comment(name="Mara", body="Is the bus late?"))

    page = case_page(FRAME, facts(parent=parent))

    assert (page.parent.href, page.parent.name, page.parent.excerpt) == ("/cases/c-parent", "Mara", "Is the bus late?")


def test_it_ends_where_nobody_waits():
    assert case_page(FRAME, facts(next_id="")).next_href == ""
    assert case_page(FRAME, facts()).received.iso == NOON.isoformat()


def test_it_shows_a_spot_check_like_any_other_case_that_waits():
    drawn = a_case(action=Action.PUBLISH, verdict=a_verdict(action=Action.PUBLISH, audited=True))

    pages = [case_page(FRAME, facts(case=case)) for case in (drawn, a_case())]

    assert len({(page.action, page.state, page.story) for page in pages}) == 1
