from __future__ import annotations

from modbot.review.pages.factor import CodePage, FactorPage
from modbot.review.pages.frame import Frame

FRAME = Frame("preferences", None, (), "/static", "/preferences/factor")


def test_it_works():
    page = FactorPage(FRAME, secret="ABCD EFGH")

    assert (page.template, str(page.title)) == ("factor.html", "Second factor")
    assert not page.is_on
    assert page.codes == ()
    assert (CodePage(FRAME).template, CodePage(FRAME).problem) == ("code.html", "")
