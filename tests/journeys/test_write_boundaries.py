"""kill -9 before every single write, end of a transaction and answer of a day: gone on with, the day ends as any other.

`tests/day.py` lives it; CI dies at every fourth moment, `make soak` at every one.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from soak import SOAK

pytestmark = pytest.mark.slow
DAY = Path(__file__).parents[1] / "day.py"


def test_it_works(migrated, tmp_path):
    shutil.copy(migrated, tmp_path / "modbot.db")
    first, step = (1, 1) if SOAK > 1 else (2, 4)

    command = [sys.executable, str(DAY), str(tmp_path), str(first), str(step)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["moments"] > 100, "most of the day is writing"
    assert told["lived"] >= told["moments"] // 4
    assert told["wrong"] == {}
