"""Readers of answers over both transports, who can go away and come back."""

import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.asyncio.client import connect

Events = list[dict[str, Any]]
ENDS = ("done", "error")
TIME = 90.0  # seconds, for whatever is waited for


def text_of(events: Events) -> str:
    return "".join(event["content"] for event in events if event["type"] == "token")


@dataclass(frozen=True)
class End:
    """Of an answer; `kind` is "done" or the error's code, and `text` the whole text that was sent."""

    kind: str
    status: str
    text: str


def told(events: Events) -> End:
    """An error does not tell the status: it is that of its text."""
    last, text = events[-1], text_of(events)
    if last["type"] == "error":
        return End(last["code"], "interrupted" if text else "failed", text)
    assert last["answer"] == text
    return End("done", last["status"], text)


class SseReader:
    """Asks and follows by server-sent events."""

    def __init__(self, port: int, token: str = "") -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.token = token

    async def ask(self, query: str, *, leave_after: int = 10**6, **fields: Any) -> Events:
        """The first events of the answer; its connection is dropped then."""
        body = {"query": query, "stream": True, **fields}
        return await self._read("POST", "/v1/query", leave_after, json=body)

    async def ask_until_cut(self, query: str) -> Events:
        """What comes until the server is gone."""
        events: Events = []
        with suppress(httpx.TransportError):
            await self._read("POST", "/v1/query", 10**6, json={"query": query, "stream": True}, into=events)
        return events

    async def resume(self, message_id: str, after: int, *, leave_after: int = 10**6) -> Events:
        path = f"/v1/messages/{message_id}/events"
        return await self._read("GET", path, leave_after, headers={"Last-Event-ID": str(after)})

    async def _read(
        self, method: str, path: str, leave_after: int, *, into: Events | None = None, **request: Any
    ) -> Events:
        headers = {"X-Visitor-Token": self.token} if self.token else {}
        headers |= request.pop("headers", {})
        events: Events = [] if into is None else into
        async with (
            # Reading the certificates for each would take more time than the test.
            httpx.AsyncClient(base_url=self.base, timeout=TIME, verify=False) as client,
            client.stream(method, path, headers=headers, **request) as response,
        ):
            if response.status_code != 200:
                await response.aread()
                return [{"type": "error", "status": response.status_code, **response.json()}]
            async with aclosing(_events(response)) as arriving:
                async for event in arriving:
                    events.append(event)
                    if len(events) >= leave_after:
                        break
        return events


async def history_of(reader: SseReader, events: Events) -> tuple[str, str]:
    """Status and text of the answer with these events, as its conversation shows them."""
    headers = {"X-Visitor-Token": reader.token}
    async with httpx.AsyncClient(base_url=reader.base, headers=headers, timeout=TIME, verify=False) as client:
        response = await client.get(f"/v1/conversations/{events[0]['conversation_id']}/messages")
    (message,) = [each for each in response.json()["results"] if each["id"] == events[0]["message_id"]]
    return message["status"], message["content"]


async def _events(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    seq = -1
    async for line in response.aiter_lines():
        if line.startswith("id: "):
            seq = int(line.removeprefix("id: "))
        elif line.startswith("data: "):
            yield {**json.loads(line.removeprefix("data: ")), "seq": seq}


class SocketReader:
    """The same over a WebSocket, one for each call."""

    def __init__(self, port: int, token: str = "") -> None:
        self.address = f"ws://127.0.0.1:{port}/ws/chat"
        self.token = token

    async def ask(self, query: str, *, leave_after: int = 10**6, **fields: Any) -> Events:
        return await self._read({"type": "ask", "query": query, **fields}, leave_after)

    async def resume(self, message_id: str, after: int, *, leave_after: int = 10**6) -> Events:
        frame = {"type": "resume", "message_id": message_id, "after": after}
        return await self._read(frame, leave_after)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Any]:
        async with connect(self.address, open_timeout=TIME) as socket:
            if self.token:
                await socket.send(json.dumps({"type": "hello", "visitor_token": self.token}))
            yield socket

    async def _read(self, frame: dict[str, Any], leave_after: int) -> Events:
        events: Events = []
        async with self.opened() as socket:
            await socket.send(json.dumps(frame))
            while len(events) < leave_after and not (events and events[-1]["type"] in ENDS):
                event = json.loads(await socket.recv())
                if event["type"] != "connection":
                    events.append(event)
        return events
