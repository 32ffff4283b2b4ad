from __future__ import annotations

from datetime import UTC, datetime

from factories import a_comment, a_new_case, a_site
from modbot.storage import open_key_store


def test_it_works(run, store, founded):
    store.add_site(a_site(), [])
    kept, _ = store.record(a_new_case())
    gone, _ = store.record(a_new_case(comment=a_comment(key="key-2"), payload_hash="hash-2"))
    run("backup", "copy.db")
    key_store = open_key_store(f"sqlite:///{founded}/keys.db")
    key_store.note_erased([gone.id], datetime.now(UTC))
    key_store.close()
    store.erase_comment(gone.id, datetime.now(UTC))
    run("user", "add", "eve")

    assert "will be lost" in run("restore", "copy.db", typed="n\n", code=1).output
    assert "eve" in run("user", "list").output
    told = run("restore", "copy.db", "--yes").output

    assert told == "Restored from copy.db. Erased since the backup, and so erased again: 1 comments.\n"
    assert "eve" not in run("user", "list").output
    assert (store.case(kept.id).erased, store.case(gone.id).erased) == (False, True)
    assert "restored" in run("audit", "list").output
    assert run("audit", "verify").exit_code == 0


def test_it_refuses_what_is_no_backup(run, founded):
    (founded / "notes.txt").write_text("Buy milk.")

    assert "no backup that modbot made" in run("restore", "notes.txt", "--yes", code=1).output
    assert run("db", "check").exit_code == 0
