"""What is installed is complete: every import is a declared dependency, and the wheel carries models and pages."""

from __future__ import annotations

import ast
import itertools
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import modbot
from modbot.scoring import artifacts, loops
from modbot.scoring.compiled import kernel

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "modbot"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# Flask is these three; it names their versions.
OF_FLASK = {"werkzeug", "jinja2", "markupsafe"}
# Only ever imported for type checkers.
FOR_TYPES = {"_typeshed"}


def declared() -> set[str]:
    lines = [*PROJECT["dependencies"], *itertools.chain(*PROJECT["optional-dependencies"].values())]
    return {re.split(r"[<>=\[; ]", line)[0].lower().replace("_", "-") for line in lines}


def imported() -> set[str]:
    names = set()
    for path in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(node.module.split(".")[0])
    return names - sys.stdlib_module_names - FOR_TYPES - {"modbot"}


def run(code: str, path: Path) -> str:
    """Run Python with another modbot than this checkout's."""
    # Coverage is measured of the checkout, not of its copy.
    outside = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    outside |= {"PYTHONPATH": str(path)}
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, env=outside, cwd=path
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def built(folder: Path, **environment: str) -> Path:
    """Build the wheel, and unpack it."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, env=os.environ | environment)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Path:
    return built(tmp_path_factory.mktemp("wheel"))


def test_it_works():
    assert PROJECT["version"] == modbot.__version__
    assert PROJECT["scripts"] == {"modbot": "modbot.cli:main"}


def test_it_declares_everything_that_it_imports():
    owners = packages_distributions()
    homes = {name: {owner.lower().replace("_", "-") for owner in owners.get(name, [])} for name in imported()}
    missing = {name: sorted(owner) for name, owner in homes.items() if not owner & (declared() | OF_FLASK)}
    assert missing == {}


def test_it_finds_the_models_of_the_checkout():
    found = artifacts.find(artifacts.model_dirs())
    assert found.is_relative_to(ROOT / "models")


def test_it_finds_the_models_of_the_wheel(unpacked):
    code = "from modbot.scoring import artifacts as a; f = a.find(a.model_dirs()); a.load(f); print(f)"
    assert Path(run(code, unpacked)).is_relative_to(unpacked / "modbot" / "models")


def test_it_packs_everything_that_is_not_python(unpacked):
    kept = {".c", ".html", ".css", ".js", ".jsonl", ".svg", ".mako", ".txt", ".csv", ".npz"}
    wanted = {path.relative_to(SRC) for path in SRC.rglob("*") if path.suffix in kept}
    assert wanted
    assert [str(path) for path in wanted if not (unpacked / "modbot" / path).exists()] == []


def test_it_founds_a_house_from_the_wheel(unpacked, tmp_path):
    house = str(tmp_path / "house")
    run(f"from modbot.cli import main; main(['init', {house!r}], standalone_mode=False)", unpacked)
    assert (tmp_path / "house" / "modbot.db").exists()
    shown = run("import modbot; print(modbot.__file__)", unpacked)
    assert Path(shown).is_relative_to(unpacked)


SAYS_LOOPS = "from modbot.scoring.compiled import kernel; print(kernel.__file__)"


@pytest.mark.skipif(kernel is loops, reason="there was no C compiler when modbot was installed")
def test_it_compiles_the_inner_loops_for_this_machine(unpacked):
    found = Path(run(SAYS_LOOPS, unpacked))
    assert found.is_relative_to(unpacked)
    assert found.name.startswith("kernel.")
    assert not list(unpacked.parent.glob("*-any.whl"))


def test_it_does_without_a_compiler(tmp_path):
    bare = built(tmp_path, CC=str(tmp_path / "no-such-compiler"))
    assert [wheel.name.endswith("py3-none-any.whl") for wheel in tmp_path.glob("*.whl")] == [True]
    assert Path(run(SAYS_LOOPS, bare)) == bare / "modbot" / "scoring" / "loops.py"
    run("from modbot.scoring import artifacts as a; a.load(a.find(a.model_dirs()))", bare)


def test_it_packs_both_licences(unpacked):
    packed = {path.name for path in unpacked.rglob("licenses/**/*") if path.is_file()}
    assert {"LICENSE", "NOTICE"} <= packed
