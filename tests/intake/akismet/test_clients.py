"""Real clients, unmodified but for their address, over real HTTP."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import akismet
import httpx
import pytest
from akismet import _common

from conftest import Clock
from intake.akismet.conftest import KEY
from modbot.app import create_app
from modbot.domain import Action, CaseQuery
from served import in_thread

pytestmark = pytest.mark.slow

NPM = Path(__file__).parent / "npm"
BLOG = "https://gazette.example"
COMMENT = {
    "user_ip": "192.0.2.7",
    "comment_author": "Cal",
    "comment_author_email": "cal@example.org",
    "comment_content": "The night bus now stops at the harbour.",
    "comment_type": "comment",
    "user_agent": "Mozilla/5.0",
}


@pytest.fixture
def address(house, akismet_site):
    with in_thread(create_app(house), threads=4) as address:
        yield address


@pytest.fixture
def python_client(address, monkeypatch):
    """The client of the package ``akismet``; its address is a constant."""
    monkeypatch.setattr(_common, "_API_URL", address)
    with akismet.SyncClient(akismet.Config(key=KEY, url=BLOG)) as client:
        yield client


def test_python_works(python_client, house, clock: Clock):
    assert python_client.verify_key(KEY, BLOG)
    assert python_client.comment_check(**COMMENT) is akismet.CheckResponse.HAM
    assert python_client.submit_spam(**COMMENT)
    (row,) = house.store.cases(CaseQuery(limit=10)).rows
    assert row.action is Action.REJECT
    assert python_client.submit_ham(**COMMENT)
    assert house.store.case(row.id).action is Action.PUBLISH


def test_python_runs_its_own_marks(python_client):
    """What its end-to-end suite asks of the real service."""
    assert not python_client.verify_key("f" * 12, BLOG)
    spam, ham = {"comment_author": "akismet-guaranteed-spam"}, {"user_role": "administrator"}
    assert python_client.comment_check(**COMMENT | spam, is_test=1) is akismet.CheckResponse.SPAM
    assert python_client.comment_check(**COMMENT | ham, is_test=1) is akismet.CheckResponse.HAM
    assert python_client.submit_spam(**COMMENT, is_test=1)
    assert python_client.submit_ham(**COMMENT, is_test=1)
    assert python_client.usage_limit()["limit"] == "none"


def test_python_passes_its_own_end_to_end_suite(address, tmp_path):
    """The suite that the package's author runs against the real service, unmodified, with another address."""
    fetch = ["-m", "pip", "download", "-q", "--no-deps", "--no-binary=:all:", f"akismet=={version('akismet')}"]
    subprocess.run([sys.executable, *fetch], cwd=tmp_path, check=True, capture_output=True, timeout=300)
    subprocess.run(["tar", "xzf", next(tmp_path.glob("*.tar.gz")).name], cwd=tmp_path, check=True)
    (tmp_path / "elsewhere.py").write_text(f"from akismet import _common\n\n_common._API_URL = {address!r}\n")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "elsewhere",
            "-p",
            "no:cacheprovider",
            "-W",
            "default",
            "tests/end_to_end",
        ],
        cwd=next(path for path in tmp_path.iterdir() if path.is_dir()),
        env=os.environ | {"PYTHONPATH": str(tmp_path), "PYTHON_AKISMET_API_KEY": KEY, "PYTHON_AKISMET_BLOG_URL": BLOG},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert re.search(r"\b[1-9]\d+ passed", done.stdout)


def test_python_says_when_its_key_is_wrong(address, monkeypatch):
    monkeypatch.setattr(_common, "_API_URL", address)

    wrong = akismet.Config(key="f" * 12, url=BLOG)
    with httpx.Client() as http, pytest.raises(akismet.APIKeyError):
        akismet.SyncClient.validated_client(config=wrong, http_client=http)


# -- npm --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """Run a script beside the clients that npm installed; without npm the test is skipped by name, and on CI it fails."""
    if not (shutil.which("npm") and shutil.which("node")):
        if os.environ.get("CI"):
            pytest.fail("npm is not installed: apt-get install nodejs npm")
        pytest.skip("needs npm (apt-get install nodejs npm)")
    folder = tmp_path_factory.mktemp("npm")
    for path in NPM.iterdir():
        shutil.copy(path, folder)
    install = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent", "--fetch-retries=5"]
    subprocess.run(install, cwd=folder, check=True, capture_output=True, timeout=300)

    def run(script: str, *arguments: str) -> dict:
        done = subprocess.run(
            ["node", script, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_cedx_works(node, address, house):
    told = node("cedx.mjs", address, KEY)

    assert told == {
        "valid": True,
        "wrong": False,
        "ham": 0,
        "spam": 1,
        "administrator": 0,
        "refused": "Invalid key",
    }
    (row,) = house.store.cases(CaseQuery(limit=10)).rows
    case = house.store.case(row.id)
    assert (case.action, case.comment.url, case.comment.language) == (Action.REJECT, "https://cal.example/", "en")
    assert case.comment.created_at.isoformat() == "2026-03-14T11:00:00+00:00"


def test_akismet_api_works(node, address, house):
    told = node("api.mjs", address, KEY)

    assert told | {"refused": ""} == {
        "valid": True,
        "wrong": False,
        "ham": False,
        "spam": True,
        "administrator": False,
        "refused": "",
    }
    assert "Invalid API key" in told["refused"]
    (row,) = house.store.cases(CaseQuery(limit=10)).rows
    assert (row.name, row.action) == ("Cal", Action.REJECT)
