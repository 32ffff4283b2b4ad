"""From a translator's file to a language: one ``.po`` file for each, named after it, read when the house opens.

May import ``errors`` and ``language``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

from modbot.errors import ConfigError
from modbot.language import ENGLISH, Language

if TYPE_CHECKING:
    from babel.messages import Catalog, Message

HERE = Path(__file__).parent / "locale"
# Where words are, and by which names they are marked there; of ``counted`` the second and the third say something.
METHODS = (("**/templates/**.html", "jinja2"), ("**.py", "python"))
MARKS = {"_": None, "N_": None, "Said": None, "rich": None, "counted": (2, 3)}
HEAD = """\
# Every word that the review page says, and where it says it. A translation is a copy of this file under the name of
# its language, de.po or pt_BR.po, with its language and its plural forms below and a msgstr for each msgid. What stands
# in braces is put in when it is said: it may move within the sentence, and must keep its name. What has no msgstr is
# said in English. docs/translating.md tells more.
msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def languages(*folders: Path) -> Mapping[str, Language]:
    """Read every translation there is: the package's own, then those of other folders, which replace them.

    Raises ConfigError with everything that is wrong in a file.
    """
    files = [path for folder in (HERE, *folders) for path in sorted(folder.glob("*.po")) if path.stem != ENGLISH.code]
    return {language.tag: language for language in (ENGLISH, *map(read, files))}


def read(path: Path) -> Language:
    """Read a translation, a file named after its language: ``de.po``, ``pt_BR.po``. Raises ConfigError."""
    from babel import Locale, UnknownLocaleError
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    try:
        locale = Locale.parse(path.stem)
    except (UnknownLocaleError, ValueError):
        unknown = f"{path}: named after no known language; expected a name such as de.po or pt_BR.po"
        raise ConfigError((unknown,)) from None
    try:
        with path.open("rb") as file:
            catalogue = read_po(file, locale, abort_invalid=True)
    except (OSError, PoFileError, ValueError) as error:
        raise ConfigError((f"{path}: cannot be read as a translation ({error})",)) from None
    faults = tuple(f"{path}:{message.lineno}: {fault}" for message, fault in faults_of(catalogue))
    if faults:
        raise ConfigError(faults)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    name = locale.get_language_name(locale) or path.stem
    return Language(path.stem, name[:1].upper() + name[1:], GNUTranslations(compiled), locale)


def faults_of(catalogue: Catalog) -> Iterator[tuple[Message, str]]:
    """Find the messages that would fail when they are said: a name in braces that the English one does not have."""
    for message in catalogue:
        if not message.id or not message.string:
            continue
        known = set().union(*map(_names, _strings(message.id)))
        for said in filter(None, _strings(message.string)):
            try:
                strange = _names(said) - known
            except ValueError as error:
                yield message, f"{said!r}: {error}"
            else:
                if strange:
                    expected = ", ".join(f"{{{name}}}" for name in sorted(known)) or "none"
                    yield message, f"{said!r} has {{{min(strange)}}}; names in braces that stand here: {expected}"


def collected() -> str:
    """Collect every word that people read, as the file that translators copy."""
    from babel.messages import Catalog
    from babel.messages.extract import extract_from_dir
    from babel.messages.pofile import write_po

    catalogue, package = Catalog(), Path(__file__).parent
    for name, _line, message, comments, context in extract_from_dir(package, METHODS, keywords=MARKS):
        said = catalogue.add(message, locations=[(Path(name).as_posix(), 0)], auto_comments=comments, context=context)
        # "1 % of" is no place for a value.
        said.flags.discard("python-format")
    written = BytesIO()
    # Without line numbers: a translation changes when words do.
    write_po(written, catalogue, width=120, omit_header=True, sort_by_file=True, include_lineno=False)
    return HEAD + written.getvalue().decode().strip() + "\n"


def _strings(told: str | Iterable[str]) -> tuple[str, ...]:
    return (told,) if isinstance(told, str) else tuple(told)


def _names(message: str) -> set[str]:
    return {name for _text, name, _spec, _how in Formatter().parse(message) if name is not None}


if __name__ == "__main__":
    (HERE / f"{ENGLISH.code}.po").write_text(collected(), encoding="utf-8")
