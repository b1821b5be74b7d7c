import logging
from contextvars import Context

import pytest

from chatbot_project.logs import (
    LINE,
    NamesFilter,
    OneLineFormatter,
    RequestIdFilter,
    TracebackFilter,
    logging_config,
)
from chatbot_project.request_ids import current_request_id


@pytest.fixture
def record():
    return logging.LogRecord("chat", logging.INFO, __file__, 1, "answered", None, None)


def formatted(record: logging.LogRecord) -> str:
    RequestIdFilter().filter(record)
    return OneLineFormatter(LINE).format(record)


def test_a_line_names_its_request(record):
    context = Context()
    context.run(current_request_id.set, "the-request")
    assert context.run(formatted, record).endswith("INFO chat [the-request] answered")


def test_a_line_outside_of_requests_has_a_dash(record):
    assert Context().run(formatted, record).endswith("[-] answered")


def test_libraries_are_heard_from_warnings_on():
    config = logging_config("DEBUG")
    assert config["root"]["level"] == "WARNING"
    assert config["loggers"]["knowledge"]["level"] == "DEBUG"
    assert logging_config("ERROR")["root"]["level"] == "ERROR"


def test_django_adds_tracebacks_and_nothing_that_the_access_log_has(record):
    assert not TracebackFilter().filter(record)
    record.exc_info = (ValueError, ValueError(), None)
    assert TracebackFilter().filter(record)


def test_why_the_database_is_away_is_said_in_one_line_that_names_nobody():
    reason = (
        'connection to server at "db.example" (2001:db8::7), port 5432 failed: FATAL:\n user "ada" unknown'
    )
    record = logging.LogRecord(
        "psycopg.pool", logging.WARNING, __file__, 1, "error connecting in %r: %s", ("p", reason), None
    )
    NamesFilter().filter(record)
    assert record.getMessage() == (
        "error connecting in …: connection to server at …, port 5432 failed: FATAL: user … unknown"
    )


def test_what_a_stranger_sends_cannot_forge_a_line():
    record = logging.LogRecord("chat", logging.INFO, __file__, 1, "a\n2026 CRITICAL \x1b[31m%s", ("b",), None)
    record.request_id = "-"
    line = OneLineFormatter(LINE).format(record)
    assert "\n" not in line
    assert "\x1b" not in line
    assert line.endswith("a\\x0a2026 CRITICAL \\x1b[31mb")
