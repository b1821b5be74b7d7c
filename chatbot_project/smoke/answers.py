"""The question asked over every transport, each answer read to its end."""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from chatbot_project.smoke.deployment import CheckFailed, Deployment, quoted

Event = dict[str, Any]

CLOSE_WITHIN = 2.0  # seconds


def ask_for_json(server: Deployment) -> str:
    answer = server.json(server.call("POST", "/v1/query", json={"query": server.question}))
    server.remember(answer)
    return _described(answer, server)


def ask_for_events(server: Deployment) -> str:
    asked_at = time.monotonic()
    with server.stream("/v1/query", {"query": server.question, "stream": True}) as lines:
        answer, first_token = _followed(_sent_events(lines), asked_at, within=server.timeout)
    server.remember(answer)
    return f"{_described(answer, server)}, {first_token}"


def ask_over_websocket(server: Deployment) -> str:
    asked_at = time.monotonic()
    with open_socket(server, origin=server.address) as socket:
        if server.visitor_token:
            socket.send(json.dumps({"type": "hello", "visitor_token": server.visitor_token}))
        socket.send(json.dumps({"type": "ask", "query": server.question}))
        answer, first_token = _followed(frames(socket, server.timeout), asked_at, within=server.timeout)
    server.remember(answer)
    return f"{_described(answer, server)}, {first_token}"


def ask_in_older_dialect(server: Deployment) -> str:
    asked_at = time.monotonic()
    with server.stream("/api/chat", {"message": server.question, "mode": "general"}) as lines:
        done, first_token = _followed(_sent_events(lines), asked_at, within=server.timeout)
    server.remember(done)
    return f"{_counted(done.get('sources'))}, {first_token}"


@contextmanager
def open_socket(server: Deployment, *, origin: str) -> Iterator[ClientConnection]:
    """The WebSocket as a page of `origin` opens it. Raises CheckFailed, also for what goes wrong later."""
    address = f"{server.address.replace('http', 'ws', 1)}/ws/chat"
    try:
        with connect(
            address, origin=Origin(origin), open_timeout=server.timeout, close_timeout=CLOSE_WITHIN
        ) as socket:
            yield socket
    except InvalidStatus as exc:
        status = exc.response.status_code
        advice = f" Add {origin} to ALLOWED_ORIGINS." if status == 403 else ""
        raise CheckFailed(f"The WebSocket is refused with HTTP {status}.{advice}") from exc
    except TimeoutError as exc:
        raise CheckFailed(f"Nothing more came over the WebSocket within {server.timeout:g} s.") from exc
    except (OSError, WebSocketException) as exc:
        raise CheckFailed(f"The WebSocket failed: {quoted(exc)}.") from exc


def frames(socket: ClientConnection, timeout: float) -> Iterator[Event]:
    """Raises TimeoutError when none comes for so many seconds."""
    while True:
        yield _event(socket.recv(timeout=timeout))


def _sent_events(lines: Iterable[str]) -> Iterator[Event]:
    """The server writes each event's data in one line; its keep-alives count as events of no type."""
    for line in lines:
        yield _event(line.removeprefix("data:")) if line.startswith("data:") else {}


def _event(text: str | bytes) -> Event:
    try:
        event = json.loads(text)
    except ValueError as exc:
        raise CheckFailed(f"An event is not JSON: {quoted(text)[:80]}") from exc
    return event if isinstance(event, dict) else {}


def _followed(events: Iterable[Event], asked_at: float, *, within: float) -> tuple[Event, str]:
    """The last event, and when the first token came. Raises CheckFailed for an answer without an end."""
    first_token = None
    for event in events:
        seconds = time.monotonic() - asked_at
        if seconds > within:
            raise CheckFailed(f"The answer did not come to its end within {within:g} s.")
        match event.get("type"):
            case "token" if first_token is None:
                first_token = seconds
            case "error":
                raise CheckFailed(f"The answer failed: {quoted(event.get('detail') or event.get('content'))}")
            case "done" if first_token is not None:
                return event, f"first token after {first_token:.2f} s"
    raise CheckFailed("The stream ended before the answer did.")


def _described(answer: Event, server: Deployment) -> str:
    """Raises CheckFailed for an answer that nobody can use."""
    if not answer.get("answer"):
        raise CheckFailed("The answer is empty.")
    if any(_has_other_scheme(link, server.address) for link in _links(answer)):
        raise CheckFailed(
            "Its links to itself are not written as it was called, with https:// for https. "
            "Set TRUSTED_PROXIES to the number of proxies in front of it."
        )
    notes = [_counted(answer.get("sources"))]
    if answer.get("answered") is False:
        notes.append("the book does not say")
    if answer.get("degraded"):
        notes.append("degraded: the language model failed")
    return ", ".join(notes)


def _links(answer: Event) -> list[str]:
    sources = answer.get("sources")
    if not isinstance(sources, list):
        return []
    return [str(source.get("url")) for source in sources if isinstance(source, dict)]


def _has_other_scheme(link: str, address: str) -> bool:
    scheme, _, host = address.partition("://")
    other, _, place = link.partition("://")
    return place.partition("/")[0] == host and other != scheme


def _counted(sources: object) -> str:
    number = len(sources) if isinstance(sources, list) else 0
    return f"{number} source{'' if number == 1 else 's'}"
