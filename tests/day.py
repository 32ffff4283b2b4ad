"""A day at a house, ended with -9 before its n-th write and gone on with: a program of its own, since it dies.

    python tests/day.py FOLDER [FIRST STEP]

FOLDER has a migrated ``modbot.db``. Each life of the house runs in a forked child, so that the model is read once. Prints
one line of JSON: how many moments there are, and what was wrong at which.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, event

from conftest import ADA_KEY, MASTER_KEY, Clock
from factories import NOON, a_draft, a_rule, a_site, a_user, later
from modbot.adapting import learn_all
from modbot.app import House, create_app, open_house
from modbot.config import load_settings
from modbot.credentials import secret_at_rest
from modbot.domain import Action, Hook, Mode, Policy, SecretKind, SiteSecret
from modbot.errors import StaleReview
from modbot.privacy import key_hash
from modbot.retention import drop_old
from modbot.scoring import artifacts
from modbot.subject import forget
from tables import rows_of

BEARER = {"Authorization": f"Bearer {ADA_KEY}"}
AKISMET_KEY = "0123456789ab"
ADA = a_user()


def comment(number: int, **changes) -> dict[str, object]:
    return {
        "id": f"c{number}",
        "name": f"Reader {number}",
        "email": f"reader{number}@readers.example.org",
        "body": f"Number {number}: the night bus was late again, and the heating did not work either.",
        "ip": "192.0.2.7",
    } | changes


class Day:
    """What clients, people and timers do on a day, step by step; whoever hears no answer asks again."""

    def __init__(self, folder: Path) -> None:
        settings = load_settings(
            database_url=f"sqlite:///{folder}/modbot.db",
            keys_url=f"sqlite:///{folder}/keys.db",
            master_key=MASTER_KEY,
            secret_key="secret-for-tests",
        )
        self.house: House = open_house(settings, clock=Clock())
        self.client = create_app(self.house).test_client()

    def steps(self) -> list[Callable[[], object]]:
        return [
            self.found,
            lambda: self.posted(1),
            lambda: self.posted(2),
            lambda: self.posted(3),
            self.edited,
            self.decided_by_the_site,
            self.reported,
            lambda: self.decided_by_a_person("c2", Action.REJECT),
            lambda: self.decided_by_a_person("c3", Action.PUBLISH),
            lambda: self.removed("c3"),
            self.asked_by_wordpress,
            self.told_by_wordpress,
            self.forgotten,
            lambda: learn_all(self.house.store, self.house.model, self.house.clock),
            lambda: drop_old(self.house.store, self.house.settings, later(days=100)),
        ]

    def found(self) -> None:
        store = self.house.store
        if store.site("site-ada") is None:
            site = a_site(policy=Policy(mode=Mode.HOLD_ONLY), hook=Hook("https://gazette.example/hook"))
            akismet = secret_at_rest(SecretKind.AKISMET, AKISMET_KEY, self.house.vault)
            store.add_site(site, [SiteSecret(SecretKind.BEARER, key_hash(ADA_KEY)), akismet])
        if not store.rules_in_force("site-ada", NOON):
            store.add_rule(a_rule(pattern="casino"))

    def call(self, method: str, path: str, wanted: set[int], **sent) -> object:
        answer = self.client.open(path, method=method, **sent)
        assert answer.status_code in wanted, (path, answer.status_code, answer.text)
        return answer

    def id_of(self, key: str) -> str:
        return self.house.store.known("site-ada", key)[0].id

    def posted(self, number: int) -> None:
        self.call("POST", "/v1/comments", {200, 201}, json=comment(number), headers=BEARER)

    def edited(self) -> None:
        changed = comment(1, body="An edit: the night bus was on time, for once, and warm.")
        self.call("PUT", f"/v1/comments/{self.id_of('c1')}", {200}, json=changed, headers=BEARER)

    def decided_by_the_site(self) -> None:
        decision = {"action": "reject", "reason": "spam", "revision": 2}
        self.call("POST", f"/v1/comments/{self.id_of('c1')}/review", {200, 409}, json=decision, headers=BEARER)

    def reported(self) -> None:
        appeal = {"kind": "appeal", "reason": "It was meant well."}
        self.call("POST", f"/v1/comments/{self.id_of('c1')}/report", {200}, json=appeal, headers=BEARER)

    def decided_by_a_person(self, key: str, action: Action) -> None:
        draft = a_draft(case_id=self.id_of(key), action=action, seen_revision=1, at=NOON, not_before=later(10))
        try:
            self.house.moderator.review(draft, ADA)
        except StaleReview:
            assert self.house.store.case(draft.case_id).action is action, "decided, and not heard of"

    def removed(self, key: str) -> None:
        self.call("DELETE", f"/v1/comments/{self.id_of(key)}", {200, 204}, headers=BEARER)

    def asked_by_wordpress(self) -> None:
        self.call("POST", "/1.1/comment-check", {200}, data=self.wordpress())

    def told_by_wordpress(self) -> None:
        self.call("POST", "/1.1/submit-spam", {200}, data=self.wordpress())

    def wordpress(self) -> dict[str, str]:
        return {
            "api_key": AKISMET_KEY,
            "blog": "https://gazette.example",
            "user_ip": "192.0.2.8",
            "comment_type": "comment",
            "comment_author": "Wanda",
            "comment_author_email": "wanda@readers.example.org",
            "comment_content": "Through WordPress: the night bus was late again, and cold.",
        }

    def forgotten(self) -> None:
        house = self.house
        forget(house.store, house.key_store, house.vault, "reader2@readers.example.org", NOON)


def die_at(moment: int) -> Callable[[], None]:
    """Count every write, every end of a transaction and every answer; end the process before one of them."""
    count = 0

    def counted() -> None:
        nonlocal count
        count += 1
        if count == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(Engine, "before_cursor_execute")
    def _before_a_write(_connection, _cursor, statement, *_) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            counted()

    @event.listens_for(Engine, "commit")
    def _before_the_end(_connection) -> None:
        counted()

    die_at.count = lambda: count
    return counted


def live(folder: Path, start: int, moment: int) -> None:
    """Take the steps from one on, noting down each that was answered."""
    answered = die_at(moment)
    day = Day(folder)
    for number, step in enumerate(day.steps()):
        if number >= start:
            step()
            (folder / "answered").write_text(str(number + 1))
            answered()
    broken = day.house.store.verify_audit_log().broken
    day.house.close()
    (folder / "done").write_text(json.dumps({"moments": die_at.count(), "broken": broken}))


def forked(work: Callable[[], None]) -> int:
    """Do it in a child; give its exit status."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException as error:
            print(repr(error), file=sys.stderr)
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


FACTS = {
    "cases": "SELECT told(key), action, decided_by, revision, text_revision FROM cases",
    "comments": "SELECT told(key), comments.revision, body, name, ip FROM comments JOIN cases ON cases.id = case_id",
    "verdicts": "SELECT told(key), verdicts.revision, verdicts.action FROM verdicts JOIN cases ON cases.id = case_id",
    "reviews": "SELECT told(key), reviews.action, reviews.reason FROM reviews JOIN cases ON cases.id = case_id",
    "deliveries": "SELECT told(key), deliveries.revision FROM deliveries JOIN cases ON cases.id = case_id",
    # A visitor's complaint has no id: whoever hears no answer and complains again has complained twice.
    "reports": "SELECT DISTINCT told(key), kind FROM reports JOIN cases ON cases.id = case_id",
}


def told(key: str) -> str:
    """WordPress sends no id of its own; the key of its comment is a hash under a key of chance."""
    return key if len(key) == 2 else "wordpress"


def facts(folder: Path) -> dict[str, object]:
    """What is so in the end, without ids and times, which chance gives."""
    database = sqlite3.connect(folder / "modbot.db")
    database.create_function("told", 1, told)
    found = {name: sorted(map(repr, database.execute(question))) for name, question in FACTS.items()}
    rows = rows_of(f"sqlite:///{folder}/modbot.db")
    found["rows"] = {name: len(some) for name, some in rows.items() if name != "reports"}
    found["whole"] = database.execute("PRAGMA integrity_check").fetchone()[0]
    database.close()
    keys = rows_of(f"sqlite:///{folder}/keys.db")
    # Asked twice, a person is erased twice and is gone once.
    found["keys"] = {name: len({row.get("person") or row["case_id"] for row in some}) for name, some in keys.items()}
    return found


def main(folder: Path, first: int = 1, step: int = 1) -> None:
    """Live the day undisturbed, then once for each moment."""
    artifacts.load = functools.cache(artifacts.load)
    artifacts.load(artifacts.find(artifacts.model_dirs()))

    def fresh(name: str) -> Path:
        there = folder / name
        there.mkdir()
        shutil.copy(folder / "modbot.db", there)
        return there

    usual = fresh("undisturbed")
    assert forked(lambda: live(usual, 0, 0)) == 0
    wanted, moments = facts(usual), json.loads((usual / "done").read_text())["moments"]
    wrong = {}
    lived = range(first, moments + 1, step)
    for moment in lived:
        there = fresh(f"moment-{moment}")
        ended = forked(lambda there=there, moment=moment: live(there, 0, moment))
        heard = there / "answered"
        start = int(heard.read_text()) if heard.exists() else 0
        again = forked(lambda there=there, start=start: live(there, start, 0))
        found = facts(there) if again == 0 else {}
        differing = {name: (wanted[name], found.get(name)) for name in wanted if wanted[name] != found.get(name)}
        if ended != -signal.SIGKILL or again or differing:
            wrong[moment] = {"ended": ended, "again": again, "step": start, "differing": differing}
        shutil.rmtree(there)
    print(json.dumps({"moments": moments, "lived": len(lived), "wrong": wrong}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
