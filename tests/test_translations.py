"""Files of translators: what is read, what is refused, and that the one to copy is whole."""

from __future__ import annotations

import pytest
from babel.messages.pofile import read_po

from modbot.app import translations
from modbot.errors import ConfigError
from modbot.language import ENGLISH, N_, _, speaking
from modbot.translations import HERE, collected, faults_of, languages, read
from review.pseudo import write_pseudo

ONE = 'msgid "{n} of {them}"\nmsgstr "%s"\n'


def catalogue():
    with (HERE / "en.po").open("rb") as file:
        return read_po(file, "en")


def test_it_works(tmp_path):
    write_pseudo(tmp_path)

    found = languages(tmp_path)

    assert list(found) == ["en", "ru"]
    assert (found["en"], found["ru"].name) == (ENGLISH, "Русский")
    with speaking(found["ru"]):
        assert _(N_("All clear")) == "Ａｌｌ ｃｌｅａｒ"


def test_it_keeps_the_file_that_translators_copy_whole():
    """``make catalogue`` writes it anew."""
    assert (HERE / "en.po").read_text(encoding="utf-8") == collected()


def test_it_reads_its_own_english_file():
    found = catalogue()

    assert len(found) > 900
    assert list(faults_of(found)) == []


def test_it_marks_no_message_with_a_value_that_is_no_name():
    """A translator moves ``{name}`` about; ``{}`` and ``{0}`` would tell them nothing."""
    ids = [
        text
        for message in catalogue()
        if message.id
        for text in ([message.id] if isinstance(message.id, str) else message.id)
    ]

    assert [text for text in ids if "{}" in text or "{0" in text or "%s" in text or "%(" in text] == []


def test_it_lets_an_owner_replace_a_translation(tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    for folder, word in ((tmp_path, "Fertig"), (mine, "Erledigt")):
        (folder / "de.po").write_text(f'msgid "Done"\nmsgstr "{word}"\n')

    with speaking(languages(tmp_path, mine)["de"]):
        assert _("Done") == "Erledigt"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("klingon.po", "", "named after no known language; expected a name such as de.po or pt_BR.po"),
        ("de.po", ONE % "{m} von {them}", ":1: '{m} von {them}' has {m}; names in braces that stand here: {n}, {them}"),
        ("de.po", ONE % "{0} von {them}", "has {0}; names in braces"),
        ("de.po", ONE % "{n von {them}", "unexpected '{' in field name"),
        ("de.po", 'msgid "Done"\nmsgstr "{n}"\n', "has {n}; names in braces that stand here: none"),
        ("de.po", "msgid Done\n", "cannot be read as a translation"),
    ],
)
def test_it_refuses_a_file_that_would_fail_when_it_is_said(tmp_path, name, text, told):
    (tmp_path / name).write_text(text)

    with pytest.raises(ConfigError) as refused:
        read(tmp_path / name)

    assert told in str(refused.value)
    assert name in str(refused.value)


def test_it_tells_every_fault_at_once(tmp_path):
    (tmp_path / "de.po").write_text('msgid "Done"\nmsgstr "{n}"\n\nmsgid "Now"\nmsgstr "{m}"\n')

    with pytest.raises(ConfigError) as refused:
        read(tmp_path / "de.po")

    assert "{n}" in str(refused.value)
    assert "{m}" in str(refused.value)


def test_it_leaves_out_what_a_translator_was_not_sure_of(tmp_path):
    (tmp_path / "de.po").write_text('#, fuzzy\nmsgid "Done"\nmsgstr "Vielleicht"\n\nmsgid "Now"\nmsgstr "Jetzt"\n')

    with speaking(read(tmp_path / "de.po")):
        assert (_("Done"), _("Now")) == ("Done", "Jetzt")


def test_it_opens_a_house_with_the_owners_own(settings, tmp_path):
    write_pseudo(tmp_path, "eo")

    assert list(translations(settings.model_copy(update={"translations_dir": str(tmp_path)}))) == ["en", "eo"]
    assert list(translations(settings)) == ["en"]


def test_it_says_where_it_looked_in_vain(settings):
    with pytest.raises(ConfigError, match=r"translations_dir: .*nowhere is no folder; make it"):
        translations(settings.model_copy(update={"translations_dir": "nowhere"}))
