"""Saying words in a language."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Thread

import pytest
from babel import Locale

from factories import NOON
from modbot.language import (
    ENGLISH,
    N_,
    STYLES,
    Language,
    Phrases,
    Said,
    _,
    counted,
    dated,
    listed,
    number,
    speak,
    speaking,
    spoken,
)
from modbot.translations import read

GERMAN = """
msgid ""
msgstr ""
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Published"
msgstr "Veröffentlicht"

msgid "Comment by {name}"
msgstr "Kommentar von {name}"

msgid "{n} comment"
msgid_plural "{n} comments"
msgstr[0] "{n} Kommentar"
msgstr[1] "{n} Kommentare"

msgid "{several} and {last}"
msgstr "{several} und {last}"
"""


@pytest.fixture
def german(tmp_path) -> Language:
    (tmp_path / "de.po").write_text(GERMAN)
    return read(tmp_path / "de.po")


def test_it_works(german):
    assert _("Published") == "Published"
    with speaking(german):
        assert _("Published") == "Veröffentlicht"
        assert spoken() is german
    assert spoken() is ENGLISH


def test_it_says_english_where_nobody_translated(german):
    with speaking(german):
        assert _("Rejected") == "Rejected"
        assert counted(2, "{n} case", "{n} cases") == "2 cases"


def test_it_puts_values_into_a_sentence(german):
    with speaking(german):
        assert _("Comment by {name}", name="{odd} %s") == "Kommentar von {odd} %s"
    assert _("{n} more", n=2104) == "2,104 more"
    assert _("{n} more", n=True) == "True more"


def test_it_leaves_braces_alone_where_there_are_no_values():
    assert _("{n} selected") == "{n} selected"


@pytest.mark.parametrize(("n", "said"), [(0, "0 Kommentare"), (1, "1 Kommentar"), (2104, "2.104 Kommentare")])
def test_it_counts_as_the_language_does(german, n, said):
    with speaking(german):
        assert counted(n, "{n} comment", "{n} comments") == said


def test_it_knows_languages_with_more_plurals_than_two(tmp_path):
    forms = '"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 ? 1 : 2);\\n"'
    said = 'msgstr[0] "{n} ответ"\nmsgstr[1] "{n} ответа"\nmsgstr[2] "{n} ответов"'
    text = f'msgid ""\nmsgstr ""\n{forms}\n\nmsgid "{{n}} answer"\nmsgid_plural "{{n}} answers"\n{said}\n'
    (tmp_path / "ru.po").write_text(text)

    with speaking(read(tmp_path / "ru.po")):
        told = [counted(n, "{n} answer", "{n} answers") for n in (1, 2, 5, 21)]

    assert told == ["1 ответ", "2 ответа", "5 ответов", "21 ответ"]


@pytest.mark.parametrize(
    ("parts", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_it_lists_things(parts, said):
    assert listed(parts) == said


def test_it_lists_things_in_another_language(german):
    with speaking(german):
        assert listed(["1 %", "2 %"]) == "1 % und 2 %"


def test_it_says_nothing_for_nothing(german):
    # The head of a catalogue is the translation of the empty text.
    with speaking(german):
        assert _("") == ""
        assert Phrases({"": ""})[""] == ""


@pytest.mark.parametrize(
    ("style", "english", "said"),
    [
        ("day", "14 Mar", "14. März"),
        ("date", "14 Mar 2026", "14. März 2026"),
        ("weekday", "Sat 14 Mar", "Sa., 14. März"),
        ("long day", "Saturday, 14 March", "Sa., 14. März"),
        ("time", "14 Mar 2026, 12:00", "14. März 2026, 12:00"),
        ("exact", "Saturday, 14 March 2026, 12:00", "Samstag, 14. März 2026, 12:00"),
    ],
)
def test_it_writes_dates_as_the_language_does(german, style, english, said):
    assert dated(NOON, style) == english
    with speaking(german):
        assert dated(NOON, style) == said


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("code", ["ar", "fa", "ja", "pt_BR", "ru", "zh_Hant", "fy"])
def test_it_can_write_every_date_in_any_language(code, style):
    with speaking(Language(code, locale=Locale.parse(code))):
        assert dated(datetime(2026, 12, 1, 23, 5, tzinfo=UTC), style)


def test_it_writes_numbers_as_the_language_does(german):
    assert (number(2104), number(0.5, 2), number(-3)) == ("2,104", "0.50", "-3")
    with speaking(german):
        assert (number(2104), number(0.5, 2)) == ("2.104", "0,50")


def test_it_says_tables_when_they_are_asked(german):
    table = Phrases({"published": N_("Published"), "both": (N_("Published"), "reject")})

    assert (table["published"], len(table), list(table)) == ("Published", 2, ["published", "both"])
    with speaking(german):
        assert table["published"] == "Veröffentlicht"
        assert table["both"] == ("Veröffentlicht", "reject")
        assert dict(table.items())["published"] == "Veröffentlicht"
        assert table.get("missing", "none") == "none"


def test_it_says_the_attribute_of_a_class_when_it_is_read(german):
    class Page:
        title = Said("Published")

    assert Page().title == "Published"
    with speaking(german):
        assert (Page().title, Page.title) == ("Veröffentlicht", "Veröffentlicht")


@pytest.mark.parametrize(
    ("code", "tag", "direction"), [("pt_BR", "pt-BR", "ltr"), ("ar", "ar", "rtl"), ("he", "he", "rtl")]
)
def test_it_tells_browsers_about_itself(code, tag, direction):
    language = Language(code, locale=Locale.parse(code))

    assert (language.tag, language.direction) == (tag, direction)


def test_it_speaks_for_one_thread_only(german):
    heard = []
    with speaking(german):
        other = Thread(target=lambda: heard.append(spoken()))
        other.start()
        other.join()

    assert heard == [ENGLISH]


def test_it_speaks_on_until_told_otherwise(german):
    try:
        speak(german)
        assert _("Published") == "Veröffentlicht"
    finally:
        speak(ENGLISH)
