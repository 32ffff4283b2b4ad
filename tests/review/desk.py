"""What a test of the review page needs besides the fixtures: passwords, a tiny model, a browser's manners, cases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from argon2 import PasswordHasher

from factories import NOON, a_comment, a_new_case, a_signal, a_verdict, an_author
from modbot.app import House
from modbot.domain import Action, Case, Head, HeadScore, Reason, Span, Term
from modbot.moderation import Moderator, Surroundings
from modbot.privacy import Vault
from modbot.scoring.heads import Evidence, Model
from modbot.storage import Store, open_key_store, open_store
from modbot.text import sketch

PASSWORD = "correct horse battery staple"
# On purpose: what hashing costs has its own test.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HASH = CHEAP.hash(PASSWORD)
SPAM = "Win big at our casino tonight, best bonus, click http://casino.example/now"
ADVERT = (
    "Win big tonight at the casino by the harbour, best bonus for every new player, sign up at casino.example and get "
    "twenty free spins before Friday."
)
FINE = "Thank you, the timetable of the night bus helped my mother."


@dataclass
class Person:
    """Somebody at a browser: a test client that knows its CSRF token."""

    client: object
    known_token: str = ""

    def get(self, path, **options):
        answer = self.client.get(path, **options)
        # Reads the body to its end, so that the file behind it is closed.
        answer.get_data()
        answer.close()
        return answer

    def token(self) -> str:
        if not self.known_token:
            # Every page has the form that logs out; the one that says "no such case" costs least.
            page = self.client.get("/cases/none", follow_redirects=True).text
            self.known_token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        return self.known_token

    def post(self, path, **fields):
        return self.client.post(path, data={"csrf_token": self.token(), **fields})

    def log_in(self, name, password=PASSWORD, **fields):
        answer = self.post("/login", name=name, password=password, **fields)
        # A new session has a new token.
        self.known_token = ""
        return answer

    def decide(self, case: Case, verb: str, **fields):
        return self.post(f"/cases/{case.id}/{verb}", revision=str(case.revision), **fields)


def tiny_model() -> Model:
    heads = (Head.SPAM, Head.TOXICITY)
    margins = np.linspace(-4, 4, 400)
    column = np.column_stack([margins, margins])
    one_source = np.zeros(400, dtype=np.intp)
    evidence = Evidence(heads, ("tests",), np.vstack([margins, margins]), column, one_source, column, one_source)
    return Model("tiny-1", heads, np.zeros((256, 2)), np.array([-1.0, -2.0]), evidence)


def open_tiny_house(settings, clock) -> House:
    """A real house whose model knows nothing: the cases of these tests bring their verdicts along."""
    store = open_store(settings.url("database_url"))
    key_store = open_key_store(settings.url("keys_url"))
    vault = Vault(settings.master_keys(), key_store)
    around = Surroundings(
        disposable=frozenset(),
        coin=lambda: 0.5,
        has_mx=lambda _: None,
        undo_grace_s=settings.undo_grace_s,
        wake=lambda: None,
    )
    model = tiny_model()
    return House(settings, store, key_store, vault, model, Moderator(store, vault, model, around), (), clock=clock)


def a_spam_verdict(body: str = SPAM, **changes):
    found = body.find("casino")
    spans = (Span(found, found + 6),) if found >= 0 else ()
    heads = (
        HeadScore(Head.SPAM, -1.0, (Term("casino", 2.5, spans), Term("tonight", -0.2))),
        HeadScore(Head.TOXICITY, -3.0, ()),
    )
    reasons = (
        Reason("SPAM_WORDS", "Words typical of spam: “casino”.", Head.SPAM, 2.5, spans),
        Reason("NEW_AUTHOR", "Nothing by this author was published here before.", Head.SPAM, 0.2),
    )
    scores = {Head.SPAM: 0.79, Head.TOXICITY: 0.05}
    base = a_verdict(band="probably bad", heads=heads, reasons=reasons, scores=scores, signals=(a_signal(),))
    return replace(base, **changes)


@dataclass
class Arrivals:
    """Records comments, each a minute after the last one."""

    store: Store
    site_id: str
    count: int = 0

    def __call__(self, body=SPAM, *, action=Action.HOLD, verdict=None, **changes) -> Case:
        self.count += 1
        changes.setdefault("author", an_author(key=f"author-{self.count}"))
        changes.setdefault("site_id", self.site_id)
        joins, at = changes.pop("joins", ""), changes.pop("at", None)
        changes |= {"key": f"key-{self.count}", "fingerprint": f"print-{self.count}"}
        new = a_new_case(
            comment=a_comment(body=body, **changes),
            payload_hash=f"hash-{self.count}",
            verdict=verdict or a_spam_verdict(body, action=action),
            action=action,
            at=at or NOON - timedelta(minutes=100 - self.count),
            joins=joins,
        )
        return self.store.record(new)[0]

    def copies(self, number: int, text: str = ADVERT, **changes) -> list[Case]:
        """Mutated copies of one text, as they come: each joins the ones before."""
        made: list[Case] = []
        for n in range(number):
            body = f"{text} Ask for player {n}."
            history = self.store.history(self.site_id, "nobody", "no print", sketch(body))
            about = {"name": f"Lucky {n}", "sketch": sketch(body), "joins": history.nearest, **changes}
            made.append(self(body, **about))
        return made
