"""The files in deploy/ speak of settings, commands and metrics that there are."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from modbot.cli import COMMANDS
from modbot.config import PREFIX, Settings

DEPLOY = Path(__file__).parents[1] / "deploy"
OPERATIONS = (DEPLOY.parent / "docs/operations.md").read_text()
SUFFIXES = ("_bucket", "_count", "_sum")


def metrics_of(text: str) -> set[str]:
    return {re.sub("|".join(f"{suffix}$" for suffix in SUFFIXES), "", name) for name in re.findall(r"modbot_\w+", text)}


@pytest.fixture
def shown(client) -> set[str]:
    return metrics_of("\n".join(re.findall(r"^# TYPE (\w+) ", client.get("/metrics").text, re.MULTILINE)))


def test_each_alert_and_panel_looks_at_a_metric_that_there_is(shown):
    dashboard = json.loads((DEPLOY / "grafana/modbot.json").read_text())
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    alerts = re.findall(r"expr: (.*)", (DEPLOY / "prometheus-alerts.yml").read_text())
    asked = metrics_of(" ".join([*expressions, *alerts]))

    assert len(asked) >= 7
    assert asked <= shown


def test_the_runbook_says_what_to_do_about_each_alert():
    alerts = re.findall(r"alert: (\w+)", (DEPLOY / "prometheus-alerts.yml").read_text())

    assert len(alerts) == 8
    assert [alert for alert in alerts if f"`{alert}`" not in OPERATIONS] == []


def test_the_documentation_names_each_file():
    files = {path.relative_to(DEPLOY.parent).as_posix() for path in DEPLOY.rglob("*") if path.is_file()}

    assert [name for name in sorted(files) if name not in OPERATIONS] == []


def test_it_starts_commands_and_sets_settings_that_there_are():
    text = "\n".join(path.read_text() for path in DEPLOY.rglob("*") if path.is_file())
    commands = set(re.findall(r"^Exec\w+=.*?modbot\.toml (\w+)", text, re.MULTILINE))
    settings = {name.removeprefix(PREFIX).lower() for name in re.findall(rf"\b{PREFIX}[A-Z_]+", text)}

    assert commands == {"serve", "backup"}
    assert commands <= set(COMMANDS)
    assert settings == {"trusted_proxies", "database_url", "workers"}
    assert settings <= set(Settings.model_fields)


@pytest.mark.slow
def test_the_container_lays_the_ground_once(tmp_path):
    """Its start script, run as the image runs it: twice, for the second start must find what the first one made."""
    environment = os.environ | {"DATA": str(tmp_path), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    def start() -> str:
        command = ["sh", str(DEPLOY / "container-start.sh"), "user", "list"]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=120).stdout

    first, second = start(), start()

    assert "Password" in first
    assert "Password" not in second
    assert "admin" in second


def test_systemd_takes_the_units():
    """Where there is no systemd, at least each line must be a setting in a section."""
    for unit in DEPLOY.glob("*.service"):
        lines = [line for line in unit.read_text().splitlines() if line and not line.startswith("#")]
        assert all(re.fullmatch(r"\[\w+\]|\w+=.*", line) for line in lines), unit
        if shutil.which("systemd-analyze"):
            done = subprocess.run(
                ["systemd-analyze", "verify", str(unit)], check=False, capture_output=True, text=True, timeout=60
            )
            told = [line for line in done.stderr.splitlines() if unit.name in line and "not executable" not in line]
            assert told == [], told
