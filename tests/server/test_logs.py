"""The server's log: events and places, never a text that may hold a patient."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from dmp_tui.server.logs import FIELDS, set_up_logs

SECRET = "Zanzibarelle"  # a patient's name


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What the log wrote; logging is given back as it was."""
    root, before, raising = logging.getLogger(), logging.getLogger().handlers, logging.raiseExceptions
    level = root.level
    written = io.StringIO()
    set_up_logs(stream=written)
    yield written
    root.handlers, logging.raiseExceptions = before, raising
    root.setLevel(level)
    logging.getLogger("uvicorn.access").disabled = False
    logging.getLogger("uvicorn").setLevel(logging.NOTSET)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """The events."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_keeps_its_known_fields_only(stream: io.StringIO) -> None:
    structlog.get_logger("dmp_tui.server").warning("server starting", port=8443, patient=SECRET)
    (event,) = lines(stream)
    assert (event["event"], event["port"], event["level"]) == ("server starting", 8443, "warning")
    assert event.keys() <= FIELDS


def raise_it(secret: str) -> None:
    """An exception whose text is what it was about."""
    raise ValueError(secret)


def test_an_exception_is_its_kind_and_its_place(stream: io.StringIO) -> None:
    try:
        raise_it(SECRET)
    except ValueError:
        structlog.get_logger("dmp_tui.server").exception("fault")
        logging.getLogger("dmp_tui.server").exception("fault")
        logging.getLogger("asyncio").exception(SECRET)
    for event in lines(stream):
        assert event["error"] == "ValueError"
        assert event["where"][-1].startswith("test_logs.py:")
        assert event["where"][-1].endswith(" raise_it")
    assert SECRET not in stream.getvalue()


def test_other_libraries_texts_are_not_filled_in(stream: io.StringIO) -> None:
    for arguments in (("GET %s", f"/fhir/Patient?identifier={SECRET}"), (f"GET {SECRET}",)):
        logging.getLogger("uvicorn.error").error(*arguments)
    logging.getLogger("uvicorn.access").error("%s", SECRET)
    assert [event["event"] for event in lines(stream)] == ["GET %s", "library message"]
    assert SECRET not in stream.getvalue()


def test_our_own_texts_are(stream: io.StringIO) -> None:
    logging.getLogger("dmp_tui.store.writer").error("the head could not be signed: %s", "full")
    assert lines(stream)[0]["event"] == "the head could not be signed: full"


def test_a_record_that_cannot_be_written_prints_nothing(stream: io.StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("dmp_tui.server").error("%d", SECRET)
    assert SECRET not in "".join((*capfd.readouterr(), stream.getvalue()))
