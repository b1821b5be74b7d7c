"""Every request has an id: in the log, in errors and in the answer's X-Request-ID."""

import re
import uuid
from contextvars import ContextVar

WELL_FORMED = re.compile(r"[A-Za-z0-9-]{8,64}")

# Threads and tasks that a request starts inherit it. Empty outside of requests.
current_request_id: ContextVar[str] = ContextVar("current_request_id", default="")


def request_id_from(header: str | None) -> str:
    """The caller's X-Request-ID where it is well formed, a new id otherwise."""
    if header and WELL_FORMED.fullmatch(header):
        return header
    return uuid.uuid4().hex
