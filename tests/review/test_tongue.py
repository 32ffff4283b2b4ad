"""Which language a page speaks, and that it speaks it in every word."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from factories import a_draft, a_rule, an_author, later
from modbot.app import create_app
from modbot.domain import Action, Attempt, Hook, Mode, Note, Report, ReportKind
from modbot.language import ENGLISH, spoken
from modbot.translations import languages
from review.desk import Arrivals, Person, a_spam_verdict, open_tiny_house
from review.every_page import PAGES
from review.pseudo import write_pseudo

pytestmark = pytest.mark.slow

SAID = frozenset(
    {"title", "aria-label", "alt", "placeholder", "data-look", "data-offline", "data-failed", "data-picked"}
)
# These hold what machines read, or what an owner pastes.
UNREAD = frozenset({"script", "style", "code", "textarea", "title"})
# Words of all languages, of RE2, and of the policy that judged.
OURS = {"modbot", "UTC", "CSV", "AUC", "API", "URL", "missing", "rules"}
# Names of the cast, of the sites and of hosts, and what the small model calls itself.
THEIRS = {
    "ada",
    "Ada",
    "ben",
    "Ben",
    "cal",
    "dora",
    "Dora",
    "Boats",
    "Harbour",
    "Gazette",
    "boats",
    "gazette",
    "English",
}
THEIRS |= {"evil", "casino", "tonight", "example", "org", "http", "https", "jo", "tiny", "test", "blog", "nothing"}
# A copy asks for a player.
THEIRS |= {"Ask", "for", "player"}
WORD = re.compile(r"(?<![\w@./-])[A-Za-z]{2,}(?![\w-])")


class Reader(HTMLParser):
    """Collects what a person would read or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.read += [value for name, value in attrs if name in SAID and value]
        if tag in UNREAD:
            self.inside.append(tag)

    def handle_endtag(self, tag):
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data):
        if not self.inside:
            self.read.append(data)


@pytest.fixture(scope="module")
def spoken_here(tmp_path_factory):
    return languages(write_pseudo(tmp_path_factory.mktemp("translations")).parent)


@pytest.fixture
def house(settings, clock, spoken_here):
    house = replace(open_tiny_house(settings, clock), languages=spoken_here)
    yield house
    house.close()


@pytest.fixture
def abroad(house, people) -> Person:
    """Dora, whose browser asks for the other language."""
    person = Person(create_app(house).test_client())
    assert person.log_in("dora").status_code == 303
    person.client.set_cookie("modbot_language", "ru")
    return person


@pytest.fixture
def furnished(house, ada_site, clock) -> dict[str, str]:
    """Something on each page, written in letters that are none of ours."""
    store, arrive = house.store, Arrivals(house.store, ada_site.id)
    said = {"name": "Жанна", "page_title": "Ночной автобус", "page_url": "", "user_agent": "", "referrer": ""}
    hostile = arrive("Выиграй сегодня casino", **said)
    answer = arrive("Спасибо", parent_id=hostile.comment.key, author=hostile.comment.author, **said)
    rejected = arrive("Ещё раз", action=Action.REJECT, **said)
    copies = arrive.copies(3, "Выиграй сегодня в казино у гавани и получи двадцать вращений до пятницы ", **said)
    arrive("Хорошо", action=Action.PUBLISH, verdict=a_spam_verdict(band="clearly fine", action=Action.PUBLISH), **said)
    store.record_report(Report(hostile.id, ReportKind.FLAG, clock(), "Плохо"))
    store.add_note(Note(hostile.id, "user-ada", "Ада", "Что скажете?", clock(), asks=True))
    store.change_site(replace(ada_site, hook=Hook("https://gazette.example/hook")), clock())
    for action in (Action.REJECT, Action.PUBLISH):
        decided = arrive("Привет", author=an_author(key="same"), **said)
        done = a_draft(case_id=decided.id, action=action, reason="spam" if action is Action.REJECT else "")
        store.record_review(replace(done, at=clock(), not_before=clock(), reviewer="user-dora", reviewer_name="Дора"))
    for delivery in store.claim_deliveries(clock(), 1, 60):
        failed = Attempt(delivered=False, permanent=True, reason="timeout", status=None, at=clock())
        store.record_attempt(delivery, failed, None)
    store.add_rule(a_rule(id="", pattern="плохо", by="Дора"))
    ended = store.add_rule(a_rule(id="", pattern="хорошо", by="Дора"))
    store.end_rule(ended.id, "user-dora", later(5))
    ids = {"hostile": hostile, "answer": answer, "rejected": rejected}
    return {name: case.id for name, case in ids.items()} | {"campaign": store.campaign_of(copies[0].id)}


def unmarked(html: str) -> set[str]:
    reader = Reader()
    reader.feed(html)
    return {word for text in reader.read for word in WORD.findall(text)} - OURS - THEIRS


def unsaid(person: Person, paths: list[str]) -> dict[str, set[str]]:
    """What each page leaves in English."""
    answers = {path: person.get(path, follow_redirects=True) for path in paths}
    assert all(answer.status_code < 500 and 'lang="ru"' in answer.text for answer in answers.values())
    return {path: words for path, answer in answers.items() if (words := unmarked(answer.text))}


@pytest.mark.parametrize("mode", list(Mode))
def test_it_says_every_word_in_the_language_of_the_reader(abroad, house, ada_site, furnished, clock, mode):
    found = house.store.site(ada_site.id)
    house.store.change_site(replace(found, policy=replace(found.policy, mode=mode)), clock())
    # Only for those who develop it.
    shown = [path for name, paths in PAGES.items() for path in paths if name != "review.patterns"]

    assert unsaid(abroad, [path.format_map(furnished) for path in shown]) == {}


def test_it_says_so_where_nothing_is_there_yet(abroad):
    shown = (
        "/queue",
        "/queue?state=asked",
        "/queue?state=published",
        "/queue/mine",
        "/overview",
        "/admin/rules",
        "/start",
    )

    assert unsaid(abroad, [*shown, "/admin/sites", "/admin/models", "/admin/rules?past=1"]) == {}


def test_it_finds_what_is_not_marked():
    assert unmarked('<p aria-label="Ｃｌｏｓｅ">Close<code>fine</code></p>') == {"Close"}


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/cases/{hostile}/approval", {}),
        ("/cases/{hostile}/rejection", {"reason": "insult", "revision": "9"}),
        ("/cases/{hostile}/rejection", {"reason": "no such"}),
        ("/cases/{hostile}/notes", {"body": "", "back": "/queue"}),
        ("/cases/{hostile}/notes", {"body": "Да", "asks": "1", "back": "/queue"}),
        ("/cases/{hostile}/skip", {}),
        ("/cases/{hostile}/author/address", {"why": "ну"}),
        ("/cases/{hostile}/author/address", {"why": "Потому что надо"}),
        ("/cases/{hostile}/author/rules", {"effect": "ban", "span": "7"}),
        ("/cases/{hostile}/author/notes", {"note": "Знакомая"}),
        ("/cases/{rejected}/reopening", {"revision": "0"}),
        ("/queue/saved", {"name": "Моё", "back": "/queue?q=nothing"}),
        ("/queue/author", {"email": "jo"}),
        ("/queue/batches/confirm", {"what": "reject:spam", "case": "{hostile}:0"}),
        ("/campaigns/{campaign}/rejection", {"reason": "spam"}),
        ("/queue/batches", {"what": "publish", "case": "{hostile}:1"}),
        ("/queue/batches", {"what": "reject:threat", "case": "{hostile}:7"}),
        ("/queue/batches", {"what": "publish"}),
        ("/queue/batches/none/undo", {}),
        ("/preferences/keys", {"publish": "p", "reject": "p"}),
        ("/preferences/care", {"mask": "1", "count": "1", "pause_min": "45"}),
        ("/admin/sites", {"name": "", "url": ""}),
        ("/admin/sites", {"name": "Новый", "url": "gazette.example"}),
        ("/admin/sites", {"name": "Новый", "url": "https://gazette.example"}),
        ("/admin/sites/site-ada/policy", {"mode": "own", "max_good_rejected": "0.01"}),
        ("/admin/sites/site-ada/settings", {"webhook": "gazette.example"}),
        ("/admin/sites/site-ada/keys", {"kind": "akismet"}),
        ("/admin/sites/site-ada/test", {"name": "Жанна", "email": "jo@example.org", "body": "Спасибо"}),
        ("/admin/users", {"name": "", "role": "viewer"}),
        ("/admin/users", {"name": "Жанна", "role": "viewer", "sites": "site-ada"}),
        ("/admin/users", {"name": "Ада", "role": "viewer"}),
        ("/admin/rules", {"site": "site-ada", "kind": "link", "pattern": "плохо", "effect": "trust"}),
        ("/admin/rules", {"site": "site-ada", "kind": "network", "pattern": "плохо", "effect": "reject"}),
        ("/admin/rules", {"site": "", "kind": "author", "pattern": "плохо", "effect": "reject"}),
        ("/admin/rules", {"site": "site-ada", "kind": "pattern", "pattern": "(", "effect": "reject"}),
        ("/admin/rules/trial", {"site": "site-ada", "kind": "words", "pattern": "выиграй", "effect": "trust"}),
        ("/admin/models/none/promotion", {}),
        ("/login", {"name": "ada", "password": "wrong"}),
        ("/nowhere", {}),
    ],
)
def test_it_answers_in_the_language_of_the_reader(abroad, furnished, path, fields):
    said = {name: value.format_map(furnished) for name, value in fields.items()}

    answer = abroad.client.post(
        path.format_map(furnished), data={"csrf_token": abroad.token(), **said}, follow_redirects=True
    )

    assert answer.status_code < 500
    assert unmarked(answer.text) == set()


def test_it_speaks_english_where_nothing_else_was_asked_for(abroad, house):
    abroad.client.delete_cookie("modbot_language")

    assert 'lang="en"' in abroad.get("/queue").text


@pytest.mark.parametrize(
    ("asked", "lang"),
    [("ru", "ru"), ("ru-RU, en;q=0.5", "ru"), ("en, ru;q=0.8", "en"), ("fr", "en"), ("*", "en"), ("", "en")],
)
def test_it_asks_the_browser(abroad, asked, lang):
    abroad.client.delete_cookie("modbot_language")

    assert f'lang="{lang}"' in abroad.get("/queue", headers={"Accept-Language": asked}).text


def test_it_remembers_a_choice(abroad):
    abroad.client.delete_cookie("modbot_language")

    answer = abroad.post("/preferences", theme="system", keys="on", language="ru")

    assert answer.status_code == 303
    assert 'lang="ru"' in abroad.get("/queue").text


def test_it_takes_no_language_that_there_is_not(abroad):
    abroad.client.delete_cookie("modbot_language")

    abroad.post("/preferences", theme="system", keys="on", language="xx")

    assert abroad.client.get_cookie("modbot_language") is None


def test_it_offers_languages_where_there_are_several(abroad, house, people):
    alone = Person(create_app(replace(house, languages={ENGLISH.tag: ENGLISH})).test_client())
    assert alone.log_in("dora").status_code == 303

    assert '<option value="ru" lang="ru" selected>Русский</option>' in abroad.get("/queue").text
    assert 'name="language"' not in alone.get("/queue").text


def test_it_leaves_machines_their_english(abroad, house, furnished):
    abroad.get("/queue")

    assert "status" in abroad.get("/healthz").text
    assert spoken() is ENGLISH
