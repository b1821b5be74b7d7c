"""Stores on a Qdrant server: the stand-in, and a real one where TEST_QDRANT_URL names it."""

import os
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

import pytest
import pytest_asyncio
from qdrant_client import AsyncQdrantClient

from knowledge.stores import build_lock, connection
from knowledge.stores.server import ServerStore
from tests.knowledge.stores.contract import OpenStore, texts, words
from tests.knowledge.stores.corpus import NORTH, embedded, put
from tests.standins.qdrant.server import KEY, QdrantServer, qdrant

__all__ = ["qdrant"]

NAME = "book"
OLD = [embedded("the old legs", NORTH)]

Impatient = Callable[[], AbstractContextManager[None]]
OpenServerStore = Callable[..., ServerStore]


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Heartbeats and pauses in hundredths of seconds."""
    monkeypatch.setattr(build_lock, "HEARTBEAT", 0.05)
    monkeypatch.setattr(build_lock, "PRESUMED_DEAD", 0.5)
    monkeypatch.setattr(connection, "PAUSES", (0.01,) * 5)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Impatient:
    """For as long as this lasts, a server that does not answer is waited for only briefly."""

    @contextmanager
    def briefly() -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(connection, "READ_WITHIN", 0.5)
            patch.setattr(connection, "WRITE_WITHIN", 0.5)
            yield

    return briefly


@pytest_asyncio.fixture
async def opened() -> AsyncIterator[list[ServerStore]]:
    """What is put in here is closed when the test ends."""
    stores: list[ServerStore] = []
    yield stores
    for store in stores:
        await store.aclose()


@pytest.fixture
def open_on_standin(qdrant: QdrantServer, opened: list[ServerStore], hurried: None) -> OpenStore:
    return partial(_open, opened, qdrant.url, api_key=KEY, name=NAME)


@pytest_asyncio.fixture
async def open_on_real_server(opened: list[ServerStore], hurried: None) -> AsyncIterator[OpenStore]:
    url = os.environ["TEST_QDRANT_URL"]
    key = os.environ.get("TEST_QDRANT_API_KEY") or None
    name = f"test_{uuid.uuid4().hex}"
    yield partial(_open, opened, url, api_key=key, name=name)
    await _delete_collections(url, key, beginning_with=name)


def _open(opened: list[ServerStore], url: str, *, look_every: float = 0.0, **options: Any) -> ServerStore:
    store = ServerStore(url, language="english", look_every=look_every, **options)
    opened.append(store)
    return store


async def _delete_collections(url: str, key: str | None, *, beginning_with: str) -> None:
    client = AsyncQdrantClient(url, headers={"api-key": key} if key else None, check_compatibility=False)
    for collection in (await client.get_collections()).collections:
        if collection.name.startswith(beginning_with):
            await client.delete_collection(collection.name)
    await client.close()


@pytest_asyncio.fixture
async def reader(open_on_standin: OpenServerStore) -> ServerStore:
    """A store that has answered from an index of one chunk already."""
    await put(open_on_standin(), OLD, number=1)
    store = open_on_standin()
    assert texts(await store.search(words("legs"))) == ["the old legs"]
    return store
