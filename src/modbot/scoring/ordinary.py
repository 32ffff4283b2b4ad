"""What an ordinary comment looks like: the ground from which the shares of fields are told.

Every comment has some length, some punctuation, some language. Told from zero, such a field seems to speak for or
against something in every comment alike; told from an ordinary comment, it speaks only where it is out of the
ordinary. May import ``domain``.
"""

from __future__ import annotations

from modbot.domain import Author, Comment

_WRITTEN = (
    (
        "Anna",
        "gmail.com",
        "I use this road every morning, and I am glad that somebody finally looks after it. Thank you.",
    ),
    ("Peter W", "example.org", "Does anybody know if the shop is open on Saturdays? Their page does not say."),
    (
        "maria",
        "hotmail.com",
        "We had the same trouble last year. In the end a new cable helped, the old one was broken.",
    ),
    ("J. Schmidt", "gmx.de", "I do not agree with the second part. They could have begun with the empty car park."),
    ("Tom", "yahoo.com", "Good point, I had not thought of that."),
)

ORDINARY: tuple[Comment, ...] = tuple(
    Comment(site_id="", key="", fingerprint="", name=name, body=body, author=Author(key="", email_domain=domain))
    for name, domain, body in _WRITTEN
)
"""A few plain comments of our own writing, without website and links."""
