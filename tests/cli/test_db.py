from __future__ import annotations


def test_it_works(run, founded):
    assert "as this version expects" in run("db", "check").output
    run("db", "upgrade")
    assert "as this version expects" in run("db", "check").output


def test_it_refuses_a_database_without_the_schema(run, founded):
    (founded / "modbot.db").unlink()
    assert "modbot db upgrade" in run("db", "check", code=1).stderr
    run("db", "upgrade")
    run("db", "check")
