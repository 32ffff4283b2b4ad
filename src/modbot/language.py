"""Every word that people read, in their language: English as it stands in the code, or what a catalogue says instead.

A sentence is marked where it is used: ``_`` for one, ``counted`` for one with a number, ``N_`` for what is kept in a
table and said later (``Phrases``, ``Said``). Which language is spoken is a matter of the request; everything else
speaks English. ``translations`` reads what others there are. Imports nothing of modbot.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from gettext import NullTranslations
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

if TYPE_CHECKING:
    from babel import Locale

# How a moment is written: for English, which needs no library, and as CLDR calls the same parts, day and time. A day in
# full has a form of its own.
STYLES = {
    "day": ("{:%-d %b}", "MMMd", ""),
    "weekday": ("{:%a %-d %b}", "MMMEd", ""),
    "long day": ("{:%A, %-d %B}", "MMMMEEEEd", ""),
    "date": ("{:%-d %b %Y}", "yMMMd", ""),
    "time": ("{:%-d %b %Y, %H:%M}", "yMMMd", "Hm"),
    "exact": ("{:%A, %-d %B %Y, %H:%M}", "", "Hm"),
}
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its code, its name in itself, its catalogue, and the customs of its numbers and dates."""

    code: str = "en"
    name: str = "English"
    catalogue: NullTranslations = field(default_factory=NullTranslations, repr=False)
    locale: Locale | None = None

    @property
    def tag(self) -> str:
        """The code as HTML and browsers write it: "pt-BR"."""
        return self.code.replace("_", "-")

    @property
    def direction(self) -> str:
        """The way its lines run, "ltr" or "rtl"."""
        return self.locale.text_direction if self.locale else "ltr"


ENGLISH = Language()
_spoken: ContextVar[Language] = ContextVar("spoken", default=ENGLISH)


def N_(message: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """Mark a message that is said later."""
    return message


def _(message: str, **values: object) -> str:
    """Say a message in the language of this request.

    Parameters
    ----------
    message : str
        The English sentence, with ``{names}`` in the place of values.
    **values
        What stands in their place; whole numbers get their thousands apart.
    """
    said = _gettext(message)
    return said.format(**_written(values)) if values else said


def counted(n: int, one: str, many: str, **values: object) -> str:
    """Say a message that depends on a number: ``counted(3, "{n} comment", "{n} comments")``.

    Parameters
    ----------
    n : int
        The number, which stands for ``{n}``.
    one, many : str
        The English sentence for one, and for any other number.
    **values
        What stands for other names.
    """
    return _spoken.get().catalogue.ngettext(one, many, n).format(**_written({"n": n} | values))


def listed(parts: Sequence[str]) -> str:
    """List several things within a sentence: "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return _("{several} and {last}", several=", ".join(parts[:-1]), last=parts[-1])


def number(n: float, decimals: int = 0) -> str:
    """Write a number as the language does: 2,104."""
    locale = _spoken.get().locale
    if locale is None:
        return f"{n:,.{decimals}f}"
    from babel.numbers import format_decimal

    return format_decimal(n, f"#,##0.{'0' * decimals}" if decimals else "#,##0", locale)


def dated(at: datetime, style: str) -> str:
    """Write a moment in one of the STYLES, in the time zone that it has."""
    english, day, time = STYLES[style]
    locale = _spoken.get().locale
    if locale is None:
        return english.format(at)
    from babel.dates import format_date, format_skeleton, get_datetime_format

    said = format_skeleton(day, at, at.tzinfo, locale=locale) if day else format_date(at, "full", locale)
    if not time:
        return said
    both = str(get_datetime_format("medium", locale)).replace("'", "")
    return both.replace("{1}", said).replace("{0}", format_skeleton(time, at, at.tzinfo, locale=locale))


class Phrases(Mapping[K, V], Generic[K, V]):
    """A table of marked messages, single ones or tuples, that says each when it is asked for."""

    def __init__(self, messages: Mapping[K, V]) -> None:
        self._messages = messages

    def __getitem__(self, key: K) -> V:
        return _each(self._messages[key])

    def __iter__(self) -> Iterator[K]:
        return iter(self._messages)

    def __len__(self) -> int:
        return len(self._messages)


class Said:
    """A marked message as the attribute of a class, said when it is read: a page's title."""

    def __init__(self, message: str) -> None:
        self._message = message

    def __get__(self, instance: object, owner: type) -> str:
        return _(self._message)


def spoken() -> Language:
    """Return the language of this request."""
    return _spoken.get()


def speak(language: Language) -> None:
    """Speak a language from here on, in this thread."""
    _spoken.set(language)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak a language for a while."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def _written(values: Mapping[str, object]) -> dict[str, Any]:
    return {name: number(value) if type(value) is int else value for name, value in values.items()}


def _each(message: V) -> V:
    return cast("V", tuple(map(_gettext, message)) if isinstance(message, tuple) else _gettext(cast("str", message)))


def _gettext(message: str) -> str:
    # Of nothing, gettext says the head of its catalogue.
    return _spoken.get().catalogue.gettext(message) if message else ""
