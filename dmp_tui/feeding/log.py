"""The watch's log: one JSON line an event on standard error. What may stand in it is a list, and no file's name is on
it: a name that other software gave may hold a patient's.
"""

import sys
from collections.abc import Callable

FIELDS = frozenset({"event", "level", "timestamp", "problem", "created"})
_AS_IT_GOES = frozenset({"watching", "file deposited", "going on"})
"""The other events ask for somebody's eyes."""


def configure() -> Callable[..., None]:
    """The function that logs an event with its fields."""
    import structlog
    from structlog.typing import EventDict, WrappedLogger

    def known(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
        return {key: value for key, value in event.items() if key in FIELDS}

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            known,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logger = structlog.get_logger()

    def log(event: str, **fields: object) -> None:
        (logger.info if event in _AS_IT_GOES else logger.warning)(event, **fields)

    return log
