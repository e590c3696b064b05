"""The server's log: one JSON line an event on standard error, and nothing of a patient or a token in it.

What may be logged is a list, not what may not: an event's name and a few technical fields. Texts that libraries
compose themselves (an exception's message may quote what it met) are reduced to their kind and the place in the code.
"""

import logging
import sys
import traceback
from types import TracebackType
from typing import TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

FIELDS = frozenset(
    {
        "address",
        "certificate",
        "count",
        "duration_ms",
        "error",
        "event",
        "level",
        "logger",
        "method",
        "operation",
        "port",
        "problem",
        "request",
        "route",
        "rule",
        "status",
        "timestamp",
        "until",
        "version",
        "where",
    }
)
"""Fields that pass; a route is a template ("/fhir/Patient/{id}"), never a path."""
_OURS = "dmp_tui"
_PLACES = 8


def _only_known_fields(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    return {key: value for key, value in event.items() if key in FIELDS}


def _without_texts(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """An exception as its class and where it was raised: its message may hold what it was about."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["error"] = type(error).__qualname__
        event["where"] = _places(error.__traceback__)
    return event


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-_PLACES:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]


def _standard(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """A record of the standard library's logging: ours are filled in, another library's is its bare template."""
    arguments = event.pop("positional_args", ())
    record = event.get("_record")
    if not isinstance(record, logging.LogRecord) or event.get("_from_structlog"):
        return event
    if record.name.startswith(_OURS):
        event["event"] = event["event"] % arguments if arguments else event["event"]
    else:
        event["event"] = event["event"][:200] if arguments else "library message"
        event["where"] = [f"{record.filename}:{record.lineno} {record.funcName}"]
    return event


def set_up_logs(level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Sends structlog and the standard library's logging through the same filter to ``stream`` (standard error)."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        use_get_message=False,
        pass_foreign_args=True,
        foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
        processors=[
            _standard,
            _without_texts,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _only_known_fields,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # A record that cannot be written would be printed with its arguments.
    logging.raiseExceptions = False
    # Requests are not logged: their paths hold identifiers. The trail says who did what.
    logging.getLogger("uvicorn.access").disabled = True
    # Its news are ours to tell, once and in our words.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
