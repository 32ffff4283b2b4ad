from __future__ import annotations

import sqlite3


def test_it_works(run, founded):
    told = run("backup", "copy.db").output

    assert told.startswith("copy.db: ")
    with sqlite3.connect(founded / "copy.db") as copy:
        assert copy.execute("SELECT count(*) FROM users").fetchone() == (1,)
    copy.close()
    assert "is there already" in run("backup", "copy.db", code=1).output
