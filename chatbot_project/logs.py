"""The log: one line per event on standard error, each with its request's id.

No line holds a question's text, a key or a host name; so libraries that log the requests they make are
kept to warnings.
"""

import logging
import re
from typing import Any

from chatbot_project.request_ids import current_request_id

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
LINE = "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"
OWN = ("chat", "chatbot_project", "knowledge")


class RequestIdFilter(logging.Filter):
    """Makes `%(request_id)s` available to the format."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id.get() or "-"
        return True


class OneLineFormatter(logging.Formatter):
    """Escapes the control characters of a message: what strangers send cannot forge a line."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", super().formatMessage(record))


class TracebackFilter(logging.Filter):
    """Lets only records of exceptions pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.exc_info is not None


class NamesFilter(logging.Filter):
    """Leaves out what a library puts in quotes: the names of hosts, users and databases."""

    _NAME = re.compile(r"""(["']).*?\1(?: \([0-9a-f.:]+\))?""")

    def filter(self, record: logging.LogRecord) -> bool:
        sentence = " ".join(record.getMessage().split())
        record.msg, record.args = self._NAME.sub("…", sentence), None
        return True


def logging_config(level: str) -> dict[str, Any]:
    """Django's LOGGING. `level` is that of the product's own loggers."""
    own = {name: {"level": level} for name in OWN}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request_id": {"()": RequestIdFilter},
            "traceback": {"()": TracebackFilter},
            "names": {"()": NamesFilter},
        },
        "formatters": {
            "line": {"()": OneLineFormatter, "fmt": LINE},
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "filters": ["request_id"], "formatter": "line"},
        },
        "root": {"handlers": ["console"], "level": "ERROR" if level == "ERROR" else "WARNING"},
        "loggers": {
            **own,
            "django": {"handlers": [], "propagate": True},
            # What has no traceback is a line of the access log already.
            "django.request": {"filters": ["traceback"]},
            # Why the database cannot be reached.
            "psycopg.pool": {"filters": ["names"]},
            # Its errors name the host that a stranger sent; the access log has a line of the request.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
        },
    }
