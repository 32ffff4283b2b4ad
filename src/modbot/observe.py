"""What the house tells those who watch it: structured log lines and counters.

One line per case and per delivery attempt, never a text, a name, an address or a credential: such keys
are dropped before a line is rendered, and errors of others are logged by type and place, without their words.
Counters have fixed labels only. Reads no store: gauges are handed in. May import ``domain`` and ``errors``.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Iterable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Final, TextIO, cast

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from modbot.errors import ModbotError

if TYPE_CHECKING:
    from modbot.domain import Case, Door

METRICS_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
# From a lean request on an idle machine (a few ms) to one that waited for another writer or for DNS.
CASE_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

# Keys that would carry what people wrote or who they are. A line that has one loses it, and says so.
FORBIDDEN: Final = frozenset(
    {
        *("address", "author", "body", "body_html", "body_text", "comment", "content", "detail", "email", "fields"),
        *("form", "headers", "honeypot", "ip", "json", "key", "name", "page_title", "page_url", "password", "payload"),
        *("query", "referrer", "remote_addr", "secret", "signature", "subject", "text", "title", "token", "url"),
        *("user_agent", "user_id", "username", "value"),
    }
)
# Frames of a stack worth a line; the last ones are where it happened.
FRAMES_MAX = 12

Line = MutableMapping[str, Any]


# -- log lines -----------------------------------------------------------------


def configure_logging(level: str, *, json: bool, stream: TextIO | None = None) -> None:
    """Send every log line of the process, foreign libraries included, through one privacy filter to one stream."""
    render: structlog.types.Processor = (
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[name_the_library, *_filters()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    threading.excepthook = tell_of_dead_thread
    # They say nothing that a line per case does not say better.
    for noisy in ("werkzeug", "urllib3", "waitress.queue", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


def tell_of_dead_thread(args: threading.ExceptHookArgs) -> None:
    """Write one line about a thread that ended by an error; Python itself would print its words."""
    if args.exc_value is not None:
        log_trouble("thread_died", args.exc_value, thread=args.thread.name if args.thread else None)


def name_the_library(_logger: object, _method: str, line: Line) -> Line:
    """Say which library a foreign line is from; what it says of an error it says without its arguments.

    Those may be anything that was at hand, such as waitress's connection with the address of the visitor.
    """
    record = cast("logging.LogRecord", line["_record"])
    line["library"] = record.name
    if line.get("exc_info"):
        line["event"] = str(record.msg)
    return line


def drop_private(_logger: object, _method: str, line: Line) -> Line:
    """Drop every key that could say who wrote what, at any depth."""
    dropped: set[str] = set()
    for key in [key for key in line if not key.startswith("_")]:
        if key.casefold() in FORBIDDEN:
            del line[key]
            dropped.add(key)
        else:
            line[key] = _cleaned(line[key], dropped)
    if dropped:
        line["dropped"] = sorted(dropped)
    return line


def explain_errors(_logger: object, _method: str, line: Line) -> Line:
    """Say of an exception what it is and where it happened; only our own errors may use words.

    The message of a foreign exception may quote anything: a database driver's quotes the whole row.
    """
    given = line.pop("exc_info", None)
    if not given:
        return line
    found = given if isinstance(given, tuple) else sys.exc_info()
    error = given if isinstance(given, BaseException) else found[1]
    if not isinstance(error, BaseException):
        return line
    line["error"] = _chain(error)
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_MAX:]
    line["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return line


def log_case(case: Case, door: Door, duration_ms: float) -> None:
    """Write the one line of a case and count it."""
    _log.info(
        "case",
        id=case.id,
        site=case.comment.site_id,
        action=case.action.value,
        door=door.value,
        decided_by=case.decided_by.value,
        band=case.verdict.band,
        model=case.verdict.model,
        policy=case.verdict.policy,
        revision=case.revision,
        duration_ms=round(duration_ms, 2),
    )
    CASES.labels(case.action.value, door.value, case.decided_by.value).inc()
    CASE_SECONDS.observe(duration_ms / 1000)
    for signal in case.verdict.signals:
        if signal.code == SCORER_FAILED:
            SCORER_FAILURES.labels(signal.source).inc()
            # The detail is the scorer's name and the kind of error, nothing of the comment.
            _log.error("scorer_failed", id=case.id, site=case.comment.site_id, why=signal.detail)


def log_event(event: str, **facts: str | float | bool | None) -> None:
    """Write one line about anything else. Facts are ids, counts and names of our own, nothing from people."""
    _log.info(event, **facts)


def log_trouble(event: str, error: BaseException, **facts: str | float | bool | None) -> None:
    """Write one line about something that should not have happened, and count it."""
    TROUBLES.labels(event).inc()
    _log.error(event, exc_info=error, **facts)


def begin_request(request_id: str) -> None:
    """Put this id on every line until the next request of this thread."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=request_id)


# -- counters --------------------------------------------------------------------

SCORER_FAILED = "SCORER_FAILED"
REGISTRY = CollectorRegistry()
CASES = Counter(
    "modbot_cases", "Comments that came through a door.", ("action", "door", "decided_by"), registry=REGISTRY
)
CASE_SECONDS = Histogram(
    "modbot_case_seconds", "Time from request to answer of a submission.", buckets=CASE_BUCKETS_S, registry=REGISTRY
)
SCORER_FAILURES = Counter(
    "modbot_scorer_failures", "Scorers that failed; their cases are held.", ("scorer",), registry=REGISTRY
)
DELIVERIES = Counter("modbot_deliveries", "Attempts to tell a site of a decision.", ("outcome",), registry=REGISTRY)
TROUBLES = Counter(
    "modbot_troubles", "What should not have happened; the log says more.", ("event",), registry=REGISTRY
)
LOGINS = Counter("modbot_logins", "Attempts to log in.", ("outcome",), registry=REGISTRY)


def troubles() -> dict[str, int]:
    """Return how often each thing that should not happen did, in every worker process, since modbot was started."""
    label = {"modbot_scorer_failures_total": "scorer", "modbot_troubles_total": "event"}
    return {
        sample.labels[label[sample.name]]: int(sample.value)
        for metric in _counters().collect()
        for sample in metric.samples
        if sample.name in label and sample.value
    }


def render_metrics(gauges: Mapping[str, float]) -> bytes:
    """Return all counters of every worker process, and these gauges (name without ``modbot_``), for Prometheus."""
    shown = CollectorRegistry()
    shown.register(_Gauges(gauges))
    return generate_latest(_counters()) + generate_latest(shown)


def _counters() -> CollectorRegistry:
    """All counters, of every worker process."""
    # The client library picks its kind of value when it is first imported, by an environment variable.
    if not cast("bool", values.ValueClass._multiprocess):  # noqa: SLF001 - nothing public tells
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


class _Gauges(Collector):
    def __init__(self, gauges: Mapping[str, float]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterable[GaugeMetricFamily]:
        for name, value in self._gauges.items():
            yield GaugeMetricFamily(f"modbot_{name}", GAUGES[name], value=value)


GAUGES: Final[Mapping[str, str]] = {
    "queued_cases": "Cases that wait for a person.",
    "held_cases": "Cases that nobody has decided.",
    "pending_deliveries": "Messages that have not arrived yet.",
    "oldest_wait_seconds": "How long the comment has waited that has waited longest.",
}


def _filters() -> list[structlog.types.Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        explain_errors,
        drop_private,
    ]


_log: structlog.stdlib.BoundLogger = structlog.wrap_logger(
    logging.getLogger("modbot"),
    wrapper_class=structlog.stdlib.BoundLogger,
    processors=[
        structlog.stdlib.filter_by_level,
        *_filters(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
)


def _cleaned(value: object, dropped: set[str]) -> object:
    if isinstance(value, Mapping):
        dropped.update(str(key) for key in value if str(key).casefold() in FORBIDDEN)
        return {key: _cleaned(inner, dropped) for key, inner in value.items() if str(key).casefold() not in FORBIDDEN}
    if isinstance(value, list | tuple):
        return [_cleaned(inner, dropped) for inner in value]
    return value


def _chain(error: BaseException) -> str:
    names = []
    link: BaseException | None = error
    while link is not None:
        names.append(f"{link.code}: {link.message}" if isinstance(link, ModbotError) else type(link).__name__)
        link = link.__cause__
    return " from ".join(names)
