"""How long the long suites run: `make soak` makes them ten times as long, CI runs them as they are."""

from __future__ import annotations

import os

SOAK = int(os.environ.get("SOAK", "1"))
