"""The log: one line per event on standard error, each with its request's id.

No line holds a question's text, a key or a host name; so libraries that log the requests they make are
kept to warnings.
"""

import logging
from typing import Any

from chatbot_project.request_ids import current_request_id

OWN = ("chat", "chatbot_project", "knowledge")


class RequestIdFilter(logging.Filter):
    """Makes `%(request_id)s` available to the format."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id.get() or "-"
        return True


class TracebackFilter(logging.Filter):
    """Lets only records of exceptions pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.exc_info is not None


def logging_config(level: str) -> dict[str, Any]:
    """Django's LOGGING. `level` is that of the product's own loggers."""
    own = {name: {"level": level} for name in OWN}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": RequestIdFilter}, "traceback": {"()": TracebackFilter}},
        "formatters": {
            "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"},
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
            # Its message is the host name that a stranger sent.
            "django.security.DisallowedHost": {"handlers": [], "propagate": False},
        },
    }
