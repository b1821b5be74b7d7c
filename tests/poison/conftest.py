"""The poisoned book, indexed, and the ways in which a reader may ask it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from chat.turns import turn_engine
from knowledge.ingestion import ingest
from knowledge.providers.registry import embedder
from knowledge.runtime import close_runtime, runtime
from tests.chat.conftest import Socket, Visitor, alice, read_events
from tests.poison.obedient import ObedientModel

__all__ = ["alice"]

BOOK = Path(__file__).parent / "book"


@dataclass(frozen=True)
class Heard:
    """What came out of the server: every byte of it, the answer in it and its sources."""

    body: str
    answer: str
    sources: list[dict[str, Any]]
    answered: bool | None = None


@pytest_asyncio.fixture
async def poisoned_book(
    transactional_db: None, settings: Any, hash_embedder: Any, tmp_path: Path
) -> AsyncIterator[None]:
    settings.SIMILARITY_THRESHOLD = -1
    settings.THROTTLE_VISITOR = settings.THROTTLE_ADDRESS = "10000/minute"
    await ingest([BOOK], store=runtime().store, embedder=embedder(), base_url="https://book.example")
    yield
    await turn_engine().drain(0)
    await close_runtime()


@pytest.fixture
def obedient_model(settings: Any) -> type[ObedientModel]:
    settings.LANGUAGE_MODELS = {"scripted": "tests.poison.obedient.ObedientModel", **settings.LANGUAGE_MODELS}
    settings.LLM_PROVIDER = "scripted"
    ObedientModel.wrote.clear()
    return ObedientModel


async def as_json(visitor: Visitor, question: str) -> Heard:
    response = await visitor.ask(question, top_k=1)
    answer = response.json()
    return Heard(response.content.decode(), answer["answer"], answer["sources"], answer["answered"])


async def as_stream(visitor: Visitor, question: str) -> Heard:
    response = await visitor.ask(question, stream=True, top_k=1)
    return _heard(await read_events(response))


async def over_websocket(visitor: Visitor, question: str) -> Heard:
    socket = Socket(Origin="http://localhost", Host="localhost")
    assert await socket.open()
    await socket.say("ask", query=question, top_k=1)
    events = await socket.hear_until("done", "error")
    await socket.close()
    return _heard(events)


async def as_before(visitor: Visitor, question: str) -> Heard:
    response = await visitor.post("/api/chat", {"message": question})
    *events, done = await read_events(response)
    answer = "".join(event["content"] for event in events if event["type"] == "token")
    return Heard(json.dumps([*events, done]), answer, done["sources"])


def _heard(events: list[dict[str, Any]]) -> Heard:
    done = events[-1]
    streamed = "".join(event["content"] for event in events if event["type"] == "token")
    assert streamed == done["answer"]
    return Heard(json.dumps(events), done["answer"], done["sources"], done["answered"])


WAYS: dict[str, Callable[[Visitor, str], Awaitable[Heard]]] = {
    "JSON": as_json,
    "event stream": as_stream,
    "WebSocket": over_websocket,
    "older dialect": as_before,
}
