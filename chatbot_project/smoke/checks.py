"""What is checked, and in which order."""

import enum
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chatbot_project.smoke import answers, cors, pages
from chatbot_project.smoke.deployment import CheckFailed, Deployment, Unreachable

TYPICAL_ANSWER = 3.0  # seconds; what takes longer is said to be slow


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    make: Callable[[Deployment], str]  # gives a note on what was found; raises CheckFailed
    typical: float = float("inf")  # seconds


class Verdict(enum.StrEnum):
    OK = "ok"
    SLOW = "slow"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    check: str
    verdict: Verdict
    seconds: float
    note: str  # for a check that failed: what is wrong, and what to do about it
    reached: bool = True  # whether anything answered


ALIVE = Check("alive", pages.alive)
CHECKS = (
    Check("health", pages.health),
    Check("index", pages.index),
    Check("HEAD /", pages.head_of_chat_page),
    Check("ask: REST", answers.ask_for_json, typical=TYPICAL_ANSWER),
    Check("ask: SSE", answers.ask_for_events, typical=TYPICAL_ANSWER),
    Check("ask: WebSocket", answers.ask_over_websocket, typical=TYPICAL_ANSWER),
    Check("ask: /api/chat", answers.ask_in_older_dialect, typical=TYPICAL_ANSWER),
)
CHECKS_OF_ORIGIN = (
    Check("CORS: preflight", cors.preflight),
    Check("CORS: GET", cors.get),
    Check("CORS: WebSocket", cors.websocket),
)
DELETION = Check("deletion", pages.delete_conversations)


def examine(server: Deployment) -> Iterator[Finding]:
    """Check after check, each as it is done. Where nothing answers, the first is the only one."""
    first = finding_of(ALIVE, server)
    yield first
    if not first.reached:
        return
    for check in (*CHECKS, *(CHECKS_OF_ORIGIN if server.origin else ()), DELETION):
        yield finding_of(check, server)


def finding_of(check: Check, server: Deployment) -> Finding:
    began = time.monotonic()
    try:
        note = check.make(server)
    except CheckFailed as exc:
        seconds, reached = time.monotonic() - began, not isinstance(exc, Unreachable)
        return Finding(check.name, Verdict.FAILED, seconds, str(exc), reached)
    seconds = time.monotonic() - began
    verdict = Verdict.SLOW if seconds > check.typical else Verdict.OK
    return Finding(check.name, verdict, seconds, note)
