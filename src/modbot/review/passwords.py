"""Passwords: made, hashed (Argon2id), compared, and refused when they are easy to guess. Home of argon2 and zxcvbn.

Looks at nothing outside: what a password is compared with comes along with zxcvbn (Wheeler 2016).
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Sequence
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from modbot.language import N_, _

# 4 groups of 4 characters out of 32: 80 bits, and readable over the telephone.
PASSWORD_CHARACTERS = string.ascii_lowercase.replace("l", "").replace("o", "") + "23456789"
PASSWORD_GROUPS = 4
PASSWORD_MIN_CHARS = 10
# Longer passwords are somebody feeding the hash function.
PASSWORD_CHARS = 1_000
# Of 0 to 4: "safely unguessable", at least 10^8 guesses.
STRENGTH_MIN = 3
# What zxcvbn looks at; what comes behind can only help.
JUDGED_CHARS = 72
# So much must be left of a password without the words that anybody would try first here.
REST_MIN_CHARS = 6
OUR_WORDS = ("modbot", "moderation", "moderator", "comments", "admin")

TOO_SHORT = N_("This password has {given} characters; it needs at least {least}.")
TOO_LONG = N_("This password is longer than {most} characters.")
TOO_EASY = N_("This password is easy to guess. Take three or four words that do not belong together.")

_hasher = PasswordHasher()


def new_password(groups_of_four: int = PASSWORD_GROUPS) -> str:
    """Make a password for somebody, to be shown once; each group of four characters is worth 20 bits."""
    groups = ("".join(secrets.choice(PASSWORD_CHARACTERS) for _n in range(4)) for _m in range(groups_of_four))
    return "-".join(groups)


def hash_password(password: str) -> str:
    """Hash a password with Argon2id and a fresh salt."""
    return _hasher.hash(password)


def verify_password(password_hash: str, password: str) -> bool:
    """Whether a password fits its hash."""
    if len(password) > PASSWORD_CHARS:
        return False
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def weakness(password: str, words: Sequence[str] = ()) -> str:
    """Say what is wrong with a password that somebody thought of; nothing if it will do.

    Parameters
    ----------
    password : str
        As it was typed.
    words : sequence of str
        What others know of this person, such as their name.

    Returns
    -------
    str
        A sentence, in the language of the reader.
    """
    if len(password) < PASSWORD_MIN_CHARS:
        return _(TOO_SHORT, given=len(password), least=PASSWORD_MIN_CHARS)
    if len(password) > PASSWORD_CHARS:
        return _(TOO_LONG, most=PASSWORD_CHARS)
    rest = password.casefold()
    for word in sorted({*words, *OUR_WORDS}, key=len, reverse=True):
        rest = rest.replace(word.casefold(), "")
    if len(rest) < REST_MIN_CHARS:
        return _(TOO_EASY)
    # Its lists of words take a moment and 15 MB: they are read when somebody chooses a password, never to serve.
    from zxcvbn import zxcvbn

    judged = zxcvbn(rest[:JUDGED_CHARS])
    return "" if judged["score"] >= STRENGTH_MIN else _(TOO_EASY)


@cache
def nobodys_hash() -> str:
    """Hash a password that nobody has."""
    return hash_password(secrets.token_hex())
