"""Who may import whom: ranks of rooms, homes of libraries. Both read the imports, not the docs."""

from __future__ import annotations

import ast
import functools
import sys
from pathlib import Path

from house.sources import SRC, nodes

RANKS = {
    **dict.fromkeys(("client", "domain", "errors", "language", "text"), 0),
    **dict.fromkeys(
        (
            "config",
            "validation",
            "policy",
            "promise",
            "scoring",
            "storage",
            "outbound",
            "privacy",
            "publication",
            "observe",
            "translations",
        ),
        1,
    ),
    **dict.fromkeys(
        (
            "moderation",
            "delivery",
            "learning",
            "adapting",
            "credentials",
            "notices",
            "retention",
            "subject",
            "explaining",
            "forecast",
            "ruling",
            "snippet",
        ),
        2,
    ),
    **dict.fromkeys(("intake", "imports", "review"), 3),
    **dict.fromkeys(("app", "founding", "replay"), 4),
    **dict.fromkeys(("cli", "demo", "__main__"), 5),
}
# The hand: the command line starts the demo and the demo starts what the command line starts.
FRIENDS = {("cli", "demo"), ("__main__", "cli")}
DOORS = {"intake", "review", "app", "demo"}
HOMES = {
    "flask": DOORS,
    "werkzeug": DOORS | {"cli"},
    "jinja2": DOORS,
    "markupsafe": DOORS,
    "flask_login": {"review"},
    "flask_wtf": {"review"},
    "argon2": {"review"},
    "zxcvbn": {"review"},
    "pyotp": {"review"},
    "segno": {"review"},
    "authlib": {"review"},
    "joserfc": {"review"},
    "wtforms": {"review"},
    "limits": {"review", "intake"},
    "pydantic": {"config", "intake"},
    "pydantic_settings": {"config"},
    "orjson": {"storage", "intake", "delivery", "observe", "cli", "scoring", "learning", "demo"},
    "sqlalchemy": {"storage"},
    "alembic": {"storage"},
    "psycopg": {"storage"},
    "numpy": {"scoring", "learning", "promise", "adapting"},
    "scipy": {"learning"},
    "sklearn": {"learning"},
    "matplotlib": {"learning"},
    "email_validator": {"validation"},
    "disposable_email_domains": {"validation"},
    "dns": {"outbound"},
    "cryptography": {"privacy"},
    "babel": {"language", "translations"},
    "nh3": {"publication"},
    "linkify_it": {"publication"},
    "tldextract": {"text"},
    "rensa": {"text"},
    "re2": {"scoring"},
    "defusedxml": {"imports"},
    "prometheus_client": {"observe"},
    "structlog": {"observe"},
    "click": {"cli"},
    "waitress": {"cli", "demo"},
    "gunicorn": {"cli"},
    # Risky parts of the standard library.
    "socket": {"outbound", "cli", "demo"},
    "ssl": {"outbound"},
    "http": {"outbound", "demo"},
    "urllib.request": {"client", "demo"},
    "tomllib": {"config"},
    "pickle": set(),
    "joblib": set(),
    "subprocess": {"cli", "demo", "storage"},
    "multiprocessing": {"learning", "cli"},
}
FREE_STDLIB = sys.stdlib_module_names - set(HOMES)


def modules():
    for path in sorted(SRC.rglob("*.py")):
        parts = path.relative_to(SRC).with_suffix("").parts
        yield path, parts[0] if parts != ("__init__",) else "__init__"


@functools.cache
def imports(path: Path):
    """Every imported dotted name of a file, with the imported member appended for ``from x import y``."""
    return list(_imports(path))


def _imports(path: Path):
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rank_faults(room: str, names) -> list[str]:
    faults = []
    for name in names:
        parts = name.split(".")
        if parts[0] != "modbot" or len(parts) == 1:
            continue
        other = parts[1]
        if other == room or other not in RANKS or (room, other) in FRIENDS:
            continue
        if RANKS[other] >= RANKS[room]:
            faults.append(f"{room} (rank {RANKS[room]}) imports {other} (rank {RANKS[other]})")
    return faults


def home_faults(room: str, names) -> list[str]:
    faults = []
    for name in names:
        top = name.split(".")[0]
        # Names of the type checker are read by it alone.
        if top in {"modbot", "__future__", "_typeshed"}:
            continue
        key = next((k for k in HOMES if name == k or name.startswith(k + ".")), None)
        if key is None and top not in FREE_STDLIB and top not in HOMES:
            faults.append(f"{name} has no home; {room} may not import it")
        elif key is not None and room not in HOMES[key]:
            faults.append(f"{room} imports {name}, whose home is {sorted(HOMES[key])}")
    return faults


def test_it_works():
    rooms = {room for _, room in modules()} - {"__init__"}
    assert rooms <= set(RANKS), f"a room without a rank: {rooms - set(RANKS)}"
    assert len(rooms) > 15


def test_it_imports_its_own_room_or_a_lower_rank():
    faults = [
        f"{path.name}: {fault}"
        for path, room in modules()
        if room != "__init__"
        for fault in rank_faults(room, imports(path))
    ]
    assert faults == []


def test_it_keeps_each_library_at_home():
    faults = [f"{path.name}: {fault}" for path, room in modules() for fault in home_faults(room, imports(path))]
    assert faults == []


def test_it_catches_planted_violations():
    assert rank_faults("policy", ["modbot.config.Settings"])
    assert rank_faults("storage", ["modbot.moderation.Moderator"])
    assert home_faults("policy", ["sqlalchemy.orm"])
    assert home_faults("scoring", ["sklearn.linear_model"])
    assert home_faults("learning", ["pickle"])
    assert home_faults("cli", ["requests"])
