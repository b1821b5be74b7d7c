"""How the language model fares, judged by the calls that readers' questions make: nothing is probed."""

import time
from dataclasses import dataclass

from knowledge.per_loop import PerLoop

FAILURE_STANDS = 600.0  # seconds; an older failure, with no call since, says nothing about now


@dataclass(slots=True)
class _LastCall:
    failure: str = ""
    at: float = 0.0


_last_calls = PerLoop(_LastCall)


def record_success() -> None:
    """The model has answered. Like `record_failure`, to be called on the event loop that serves."""
    _last_calls.get().failure = ""


def record_failure(sentence: str) -> None:
    """The model has failed; the sentence tells the operator why, without a key or a host."""
    last = _last_calls.get()
    last.failure, last.at = sentence, time.monotonic()


def recent_failure() -> str | None:
    """Why the last call failed; None where it succeeded, was never made or is long past."""
    last = _last_calls.get()
    if last.failure and time.monotonic() - last.at < FAILURE_STANDS:
        return last.failure
    return None
