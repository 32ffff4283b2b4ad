"""Which step comes next."""

from __future__ import annotations

from factories import a_site
from modbot.review.pages.frame import Frame
from modbot.review.pages.start import StartFacts, start_page

FRAME = Frame("start", None, (), "/static", "/start")


def test_it_works():
    page = start_page(FRAME, StartFacts((), None, decided=False))
    assert [step.now for step in page.steps] == [True, False, False, False]
    page = start_page(FRAME, StartFacts((a_site(),), None, decided=False))
    assert [step.now for step in page.steps] == [False, True, False, False]
    assert page.steps[2].href == "/admin/sites/site-ada#test"
    assert not page.done
