"""A small book, a scripted model, and the API's callers."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from asgiref.testing import ApplicationCommunicator
from channels.testing import WebsocketCommunicator
from django.test import AsyncClient

from chat.turns import turn_engine
from chat.visitors import new_visitor, token_of
from chatbot_project.asgi import application
from knowledge.ingestion import ingest
from knowledge.providers.registry import embedder
from knowledge.runtime import close_runtime, runtime

BALANCE = """\
# Balance

Robots keep their balance by moving their weight.

## Zero-moment point

The zero-moment point is where the moments of the ground reaction vanish.

## Measuring the zero-moment point

Force sensors in the feet measure the zero-moment point.
"""
HANDS = "# Hands\n\nA gripper has two fingers and closes them around a thing.\n"


@pytest.fixture
def _database(transactional_db: None) -> None:
    """Turns write from threads, so that a test's own transaction would hide from them what it wrote."""


@pytest_asyncio.fixture
async def book(
    _database: None, settings: Any, tmp_path: Path, hash_embedder: Any, scripted_model: Any
) -> AsyncIterator[None]:
    """An index of two pages; the scripted model answers from it whatever is asked."""
    settings.SIMILARITY_THRESHOLD = -1
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "balance.md").write_text(BALANCE)
    (folder / "hands.md").write_text(HANDS)
    await ingest([folder], store=runtime().store, embedder=embedder(), base_url="/book")
    yield
    await turn_engine().drain(0)
    await close_runtime()


class Visitor:
    """A named person with a token of their own, using the REST API."""

    def __init__(self, visitor: UUID | None = None) -> None:
        self.id = visitor
        self.client = AsyncClient()

    @property
    def headers(self) -> dict[str, str]:
        return {"X-Visitor-Token": token_of(self.id)} if self.id else {}

    async def get(self, path: str, **headers: str) -> Any:
        return await self.client.get(path, headers={**self.headers, **headers})

    async def delete(self, path: str) -> Any:
        return await self.client.delete(path, headers=self.headers)

    async def patch(self, path: str, body: Any) -> Any:
        return await self._send("patch", path, body, {})

    async def put(self, path: str, body: Any) -> Any:
        return await self._send("put", path, body, {})

    async def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return await self._send("post", path, body, headers)

    async def ask(self, query: str, headers: dict[str, str] | None = None, **fields: Any) -> Any:
        return await self._send("post", "/v1/query", {"query": query, **fields}, headers or {})

    async def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        return await getattr(self.client, method)(
            path, data=body or {}, content_type="application/json", headers={**self.headers, **headers}
        )


@pytest.fixture
def alice() -> Visitor:
    return Visitor(new_visitor())


@pytest.fixture
def mallory() -> Visitor:
    """A stranger."""
    return Visitor(new_visitor())


@pytest.fixture
def newcomer() -> Visitor:
    """Somebody without a token."""
    return Visitor()


async def read_events(response: Any) -> list[dict[str, Any]]:
    """The events of a whole event stream. The id of each is its `seq`, where it has one."""
    body = b"".join([chunk async for chunk in response.streaming_content]).decode()
    events = []
    for block in filter(None, body.split("\n\n")):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
        if fields:
            events.append(json.loads(fields["data"]))
            assert fields.get("id") == (str(events[-1]["seq"]) if "seq" in events[-1] else None)
    return events


class Communicator(WebsocketCommunicator):
    """Lets threads give their database connections back, as they do in the product; Channels' does not."""

    send_input = ApplicationCommunicator.send_input
    receive_output = ApplicationCommunicator.receive_output


class Socket:
    """A WebSocket client."""

    def __init__(self, **headers: str) -> None:
        encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        self.communicator = Communicator(application, "/ws/chat", headers=encoded)

    async def open(self) -> bool:
        connected, _ = await self.communicator.connect()
        return connected

    async def say(self, kind: str, **fields: Any) -> None:
        await self.communicator.send_json_to({"type": kind, **fields})

    async def hear(self) -> dict[str, Any]:
        heard: dict[str, Any] = await self.communicator.receive_json_from(timeout=15)
        return heard

    async def hear_until(self, *kinds: str) -> list[dict[str, Any]]:
        heard = [await self.hear()]
        while heard[-1]["type"] not in kinds:
            heard.append(await self.hear())
        return heard

    async def close(self) -> None:
        await self.communicator.disconnect()


@pytest_asyncio.fixture
async def socket(book: None) -> AsyncIterator[Socket]:
    client = Socket(Origin="http://localhost", Host="localhost")
    assert await client.open()
    yield client
    await client.close()
