from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from modbot import __version__
from modbot.cli import COMMANDS

HEAVY = ("numpy", "sklearn", "scipy", "sqlalchemy", "alembic", "flask", "pydantic", "cryptography", "urllib3")


def test_it_works(run):
    shown = run("--help").output
    assert [name for name in COMMANDS if name not in shown] == []
    assert run("--version").output == f"modbot, version {__version__}\n"


def test_it_shows_its_help_without_loading_a_room():
    code = f"""
import sys
from modbot.cli import main
try:
    main(["--help"], prog_name="modbot")
except SystemExit:
    pass
print([name for name in {HEAVY} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", list(COMMANDS))
def test_it_shows_the_help_of_each_command_without_loading_a_room(name):
    code = f"""
import sys
from modbot.cli import main
try:
    main([{name!r}, "--help"], prog_name="modbot")
except SystemExit as leaving:
    assert leaving.code == 0
print([name for name in {HEAVY} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"Usage: modbot {name}")
    assert done.stdout.splitlines()[-1] == "[]"


def test_it_runs_as_a_module():
    done = subprocess.run([sys.executable, "-m", "modbot", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"modbot, version {__version__}\n"


def test_it_refuses_with_every_problem_and_no_trace(run, tmp_path):
    (tmp_path / "modbot.toml").write_text('prot = 1\nthreads = "many"\n')
    result = run("site", "list", code=1)
    assert "prot: no such setting; did you mean port?" in result.stderr
    assert "threads:" in result.stderr
    assert "Traceback" not in result.output


def test_it_tells_misuse_from_refusal(run):
    run("site", "add", code=2)
    run("no-such-command", code=2)


def test_it_finds_the_settings_in_the_order_that_it_says(run, tmp_path, monkeypatch):
    for name in ("here", "option", "environment"):
        run("init", name)
        run("--config", f"{name}/modbot.toml", "site", "add", f"of {name}", "--url", "https://blog.example")
    monkeypatch.chdir(tmp_path / "here")
    assert "of here" in run("site", "list").output
    monkeypatch.setenv("MODBOT_CONFIG", str(tmp_path / "environment" / "modbot.toml"))
    assert "of environment" in run("site", "list").output
    assert "of option" in run("--config", str(tmp_path / "option" / "modbot.toml"), "site", "list").output


@pytest.mark.parametrize(
    "command",
    [
        ("site", "list"),
        ("user", "list"),
        ("db", "check"),
        ("db", "upgrade"),
        ("serve", "--port", "0"),
        ("worker", "--once"),
        ("explain", "c1"),
    ],
)
def test_it_makes_up_no_house_in_a_folder_without_one(run, tmp_path, command):
    said = run(*command, code=1).output
    assert "no modbot.toml here" in said
    assert list(tmp_path.iterdir()) == []


def test_it_runs_from_the_environment_alone(run, founded, monkeypatch):
    (founded / "modbot.toml").unlink()
    monkeypatch.setenv("MODBOT_DATABASE_URL", f"sqlite:///{founded}/modbot.db")
    assert run("db", "check").exit_code == 0


@pytest.mark.parametrize(
    "line",
    [
        ("--config", "house/modbot.toml", "site", "list", "--json"),
        ("site", "--config", "house/modbot.toml", "list", "--json"),
        ("site", "list", "--json", "--config", "house/modbot.toml"),
        ("site", "list", "--config=house/modbot.toml", "--json"),
    ],
)
def test_it_reads_config_wherever_it_stands(run, tmp_path, model_house, line):
    shutil.copytree(model_house, tmp_path / "house")
    assert run(*line).output == "[]\n"
