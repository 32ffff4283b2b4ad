"""What Akismet's clients show as statistics, counted from our cases and from what the site said of them.

May import ``domain`` and the Store's reading verbs.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

from modbot.domain import Action, Site
from modbot.intake import gate

# As the plugin thinks: so long it takes to look at a comment.
SECONDS_SAVED = 20
# What may be asked for: from how many days back, and how the parts of the breakdown are named.
STRETCHES: Mapping[str, tuple[int, str]] = {
    "60-days": (60, "%Y-%m-%d"),
    "6-months": (183, "%Y-%m"),
    "all": (36_500, "%Y"),
}
DEFAULT = "6-months"
COUNTED = ("spam", "ham", "missed_spam", "false_positives")
CSV_HEAD = ("Site", "Total API Calls", "Spam", "Ham", "Missed Spam", "False Positives", "Is Revoked")


def stats(site: Site, wanted: str, now: datetime) -> dict[str, Any]:
    """Count a stretch of time: what stands where, and what people decided against the machine."""
    days, style = STRETCHES.get(wanted, STRETCHES[DEFAULT])
    since = max(site.created_at.date(), now.date() - timedelta(days=days))
    parts: dict[str, dict[str, Any]] = {}
    for one in gate.house().store.daily((site.id,), since):
        name = f"{one.day:{style}}"
        part = parts.setdefault(name, dict.fromkeys(COUNTED, 0) | {"da": one.day.isoformat()})
        # What still waits was not called spam, as the protocol knows no third answer.
        part["spam" if one.action is Action.REJECT else "ham"] += one.cases
    wrong = _mistakes(site, since)
    told = {name: sum(part[name] for part in parts.values()) for name in ("spam", "ham")} | wrong
    checked = told["spam"] + told["ham"]
    right = 1 - (wrong["missed_spam"] + wrong["false_positives"]) / checked if checked else 1.0
    return told | {
        "accuracy": f"{100 * max(0.0, right):.2f}",
        "time_saved": SECONDS_SAVED * told["spam"],
        "breakdown": parts,
    }


def usage(site: Site, now: datetime) -> dict[str, Any]:
    """Say how much was asked this month; there is no limit."""
    calls = sum(one.cases for one in gate.house().store.daily((site.id,), now.date().replace(day=1)))
    return {"limit": "none", "usage": calls, "percentage": "0.00", "throttled": False}


def key_sites(site: Site, asked: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Say what each site of the key asked in a month: here a key has one site."""
    month = _month(asked.get("month", ""), now.date())
    counts: Counter[str] = Counter()
    for one in gate.house().store.daily((site.id,), month):
        if (one.day.year, one.day.month) == (month.year, month.month):
            counts["spam" if one.action is Action.REJECT else "ham"] += one.cases
    row: dict[str, Any] = {
        "site": site.url.partition("//")[2].rstrip("/"),
        "api_calls": str(counts.total()),
        "spam": str(counts["spam"]),
        "ham": str(counts["ham"]),
        "missed_spam": "0",
        "false_positives": "0",
        "is_revoked": False,
    }
    row |= {name: str(n) for name, n in _mistakes(site, month).items()}
    limit, offset = (_number(asked.get(name, ""), usual) for name, usual in (("limit", 500), ("offset", 0)))
    rows = [row] if asked.get("filter", "") in row["site"] else []
    return {f"{month:%Y-%m}": rows[offset:][:limit], "limit": limit, "offset": offset, "total": len(rows)}


def as_csv(key: str, told: Mapping[str, Any]) -> str:
    """Write `key_sites` as the protocol's table."""
    month, rows = next(iter(told.items()))
    about = f"limit:{told['limit']}, offset: {told['offset']}, total: {told['total']}"
    written = StringIO()
    written.write(f"Active sites for {key} during {month} ({about})\n")
    table = csv.writer(written, lineterminator="\n")
    table.writerow(CSV_HEAD)
    names = ("site", "api_calls", *COUNTED)
    table.writerows([*(row[name] for name in names), str(row["is_revoked"]).lower()] for row in rows)
    return written.getvalue()


def _mistakes(site: Site, since: date) -> dict[str, int]:
    """Count where people, the site's own among them, decided against what the machine had said."""
    wrong = {"missed_spam": (Action.PUBLISH, Action.REJECT), "false_positives": (Action.REJECT, Action.PUBLISH)}
    tallies = gate.house().store.tallies((site.id,), since, since)
    return {
        name: max(0, sum(one.decisions for one in tallies if (one.said, one.action) == pair))
        for name, pair in wrong.items()
    }


def _month(said: str, today: date) -> date:
    try:
        return datetime.strptime(said, "%Y-%m").date()
    except ValueError:
        return today.replace(day=1)


def _number(said: str, usual: int) -> int:
    return int(said[:6]) if said.isascii() and said.isdigit() else usual
