"""Known holes in the installed libraries, part of `make check`.

    python tests/audit.py [--osv-url URL]

Asks the registry (PyPI's advisories, or an OSV service) through pip-audit. Fails for a hole; where nobody can be asked, says so
and lets the rest of the check go on: a check that fails with the network would be switched off.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

# Advisories that do not concern modbot, and why.
ACCEPTED: dict[str, str] = {}


def main() -> int:
    """Print one line, and a line for each hole."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--osv-url", default="")
    given = parser.parse_args()
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off", "--skip-editable"]
    command += ["-s", "osv", "--osv-url", given.osv_url] if given.osv_url else []
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        print(done.stderr)
        return done.returncode
    try:
        libraries = [one for one in json.loads(done.stdout)["dependencies"] if one["name"] != "modbot"]
    except ValueError:
        why = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        print(f"Libraries: NOT audited, since the registry of advisories cannot be reached ({why[:200]}).")
        return 0
    asked = [one for one in libraries if "vulns" in one]
    holes = [(one, hole) for one in asked for hole in one["vulns"] if hole["id"] not in ACCEPTED]
    for one, hole in holes:
        print(
            f"{one['name']} {one['version']}: {hole['id']}, fixed in {', '.join(hole['fix_versions']) or 'nothing yet'}"
        )
    unknown = len(libraries) - len(asked)
    rest = f"; {unknown} NOT audited, since the registry does not know them" if unknown else ""
    print(f"Libraries: {len(asked)} audited, {len(holes)} known holes{rest}.")
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
