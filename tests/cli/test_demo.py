from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from modbot.cli.demo import command
from modbot.storage import open_store

PATIENCE_S = 60


@contextmanager
def a_demo(folder, *options: str):
    """A demo as a person starts it; gives the process and what it said until it was ready."""
    call = [sys.executable, "-u", "-m", "modbot", "demo", "--port", "0", *options]
    quiet = os.environ | {"TMPDIR": str(folder)}
    process = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder, env=quiet)
    said = ""
    try:
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        yield process, said
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_it_works(tmp_path):
    with a_demo(tmp_path, "--keep", str(tmp_path / "kept")) as (process, said):
        assert re.search(r"News post .*http://127\.0\.0\.1:\d+/", said)
        assert re.search(r"Review page .*http://127\.0\.0\.1:\d+/queue", said)
        posted = subprocess.run(shlex.split(re.search(r"curl .*", said)[0]), capture_output=True, text=True, check=True)
        assert json.loads(posted.stdout)["comment"]["name"] == "Ada"
        waiting = int(re.search(r"(\d+) comments wait", said)[1])
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    store = open_store(f"sqlite:///{tmp_path}/kept/modbot.db")
    try:
        assert store.queue_counts(None)["queued"] >= waiting > 0
    finally:
        store.close()


@pytest.mark.slow
def test_it_keeps_a_folder_that_other_commands_can_use(tmp_path, run):
    with a_demo(tmp_path, "--keep", str(tmp_path / "kept")) as (process, _):
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_S)
    assert "Harbour Gazette" in run("--config", str(tmp_path / "kept/modbot.toml"), "site", "list").output


@pytest.mark.slow
def test_it_refuses_a_folder_that_is_in_use(tmp_path):
    (tmp_path / "modbot.toml").write_text("")
    call = [sys.executable, "-m", "modbot", "demo", "--port", "0", "--keep", str(tmp_path)]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert (done.returncode, "already there" in done.stderr) == (1, True)


def test_it_offers_a_port_and_a_folder():
    assert {option for parameter in command.params for option in parameter.opts} == {"--port", "--keep"}
