from __future__ import annotations

import json

from sqlalchemy import create_engine, text


def test_it_works(run, store):
    run("user", "add", "eve", "--role", "viewer")
    run("site", "add", "My blog", "--url", "https://blog.example")
    run("site", "rotate-key", "my-blog", "--kind", "webhook")
    run("site", "set", "my-blog", "--mode", "borrowed", "--max-good-rejected", "0.5%")
    rule = run("rule", "add", "words", "casin*", "--effect", "hold").output.split()[1].rstrip(":")
    run("rule", "end", rule)
    run("user", "disable", "eve")

    entries = json.loads(run("audit", "list", "--json").output)[::-1]

    assert [(entry["what"], entry["subject"]) for entry in entries] == [
        ("user_added", "eve"),
        ("site_added", "my-blog"),
        ("key_rotated", "my-blog"),
        ("site_changed", "my-blog"),
        ("rule_added", rule),
        ("rule_ended", rule),
        ("user_changed", "eve"),
    ]
    assert {entry["actor"] for entry in entries} == {"command line"}
    assert entries[3]["details"]["mode"] == "hold-only → borrowed"
    assert "eve" in run("audit", "list", "--what", "user_added").output
    assert run("audit", "verify").output.startswith("The audit log is whole: 7 entries")


def test_it_holds_no_key(run, founded):
    shown = json.loads(run("site", "add", "My blog", "--url", "https://blog.example", "--json").output)
    told = run("audit", "list", "--json").output
    assert not any(shown[name] in told for name in ("key", "akismet_key", "webhook_secret", "coral_secret"))


def test_it_tells_that_somebody_changed_an_entry(run, store, founded):
    for name in ("eve", "fay"):
        run("user", "add", name)
    engine = create_engine(store._db.engine.url)
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_log_no_update"))
        connection.execute(text("UPDATE audit_log SET subject = 'ada' WHERE id = 2"))
    engine.dispose()

    told = run("audit", "verify", code=1)
    assert "entry 2 of the audit log was changed" in told.output
    assert json.loads(run("audit", "verify", "--json", code=1).output)["broken"] == 2
