from __future__ import annotations

import pytest

from factories import NOON, later
from modbot.domain import Session
from modbot.review.pages.frame import Frame
from modbot.review.pages.logins import LoginsPage, browser_of, logins


def test_it_works():
    sessions = [Session(name, "user-ada", "Firefox, Linux", NOON, later(3_000)) for name in ("a", "b")]
    shown = logins(sessions, "b", later(3_600))
    assert [(one.id, one.here) for one in shown] == [("a", False), ("b", True)]
    assert (shown[0].began.words, shown[0].seen.words) == ("1 hour ago", "10 min ago")
    assert LoginsPage(Frame("preferences", None, (), "/static", "/"), shown, 10).template == "logins.html"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge, Windows",
        ),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("curl/8 (Linux)", "Linux"),
        ("<script>", ""),
    ],
)
def test_it_says_a_browser_in_words_of_its_own(user_agent, words):
    assert browser_of(user_agent) == words
