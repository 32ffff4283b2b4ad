"""The fixed words: actions, modes, roles, heads and the like. Protocols translate to and from them."""

from __future__ import annotations

from enum import StrEnum

# Codes of signals that more rooms than one must know: a scorer failed, and what an owner's rules decide by name.
FAILED = "SCORER_FAILED"
BANS = frozenset({"BLOCKED_WORD", "BANNED"})
HELD_BY_RULE = "HELD_BY_RULE"
TRUSTED = "TRUSTED"
NOTED = "NOTED"
# What is rejected or published for these is the owner's decision: no promise speaks of it.
BY_NAME = BANS | {TRUSTED}


class Action(StrEnum):
    """What happens to a comment. There are three; protocols translate."""

    PUBLISH = "publish"
    HOLD = "hold"
    REJECT = "reject"


class DecidedBy(StrEnum):
    """Whose decision the current action is."""

    MACHINE = "machine"
    PERSON = "person"
    SITE = "site"
    TIMER = "timer"


class Alike(StrEnum):
    """In what way an earlier comment is like one at hand, what is most alike first."""

    TEXT = "text"
    COPY = "copy"
    DOMAIN = "domain"
    AUTHOR = "author"


class Mode(StrEnum):
    """How far a site lets the machine go, and on whose evidence."""

    HOLD_ONLY = "hold-only"
    BORROWED = "borrowed"
    OWN = "own"


class Role(StrEnum):
    """What a person at the review page may do."""

    ADMIN = "admin"
    MODERATOR = "moderator"
    VIEWER = "viewer"


class Door(StrEnum):
    """Through which protocol a comment came in."""

    NATIVE = "native"
    FORM = "form"
    AKISMET = "akismet"
    PERSPECTIVE = "perspective"
    CORAL = "coral"
    OPENAI = "openai"
    IMPORT = "import"

    @property
    def is_advisory(self) -> bool:
        """Whether its callers ask for scores only: they decide themselves, and nobody waits for an answer."""
        return self.is_of_texts or self in {Door.CORAL, Door.IMPORT}

    @property
    def is_of_texts(self) -> bool:
        """Whether its callers ask about bare texts, again and again perhaps: what came before says nothing of them."""
        return self in {Door.PERSPECTIVE, Door.OPENAI}


class Head(StrEnum):
    """One question that the model answers about a comment."""

    SPAM = "spam"
    TOXICITY = "toxicity"
    SEVERE_TOXICITY = "severe_toxicity"
    OBSCENE = "obscene"
    THREAT = "threat"
    INSULT = "insult"
    IDENTITY_ATTACK = "identity_attack"


# The finer grounds that a person may give for rejecting abuse.
ABUSE_KINDS = (Head.INSULT, Head.THREAT, Head.IDENTITY_ATTACK, Head.OBSCENE)


class Event(StrEnum):
    """What a site may hear of."""

    COMMENT_DECIDED = "comment.decided"
    # Told where the client of one comment waits, in the words of its protocol.
    CALLED_BACK = "akismet.webhook"


class ReportKind(StrEnum):
    """A claim about a case that nobody has judged yet."""

    FLAG = "flag"
    APPEAL = "appeal"


class DeliveryState(StrEnum):
    """The life of one outgoing message."""

    PENDING = "pending"
    SENDING = "sending"
    DONE = "done"
    GIVEN_UP = "given_up"
    UNDONE = "undone"


class SecretKind(StrEnum):
    """The credentials a site has."""

    BEARER = "bearer"
    AKISMET = "akismet"
    WEBHOOK = "webhook"
    CORAL = "coral"
