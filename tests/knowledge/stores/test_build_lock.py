"""The lock of builds on a Qdrant server: dead holders, silent ones, and the race to follow them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import pytest

from knowledge.errors import BuildRunning
from knowledge.stores import build_lock
from knowledge.stores.base import IndexBuilder
from knowledge.stores.build_lock import LOCK_ID
from knowledge.stores.server import ServerStore
from tests.knowledge.stores.conftest import OpenServerStore
from tests.knowledge.stores.contract import texts, words
from tests.knowledge.stores.corpus import EAST, NORTH, build_id, embedded, manifest_of, put
from tests.standins.qdrant.faults import Fault
from tests.standins.qdrant.server import QdrantServer

LEGS = [embedded("legs walk", NORTH), embedded("arms reach", EAST, position=1)]
NEW = [embedded("the new legs", NORTH)]
LOCK = "/collections/book__lock/points"

OpenSilent = Callable[[int], AbstractAsyncContextManager[IndexBuilder]]


@pytest.fixture
def open_silent(open_on_standin: OpenServerStore, monkeypatch: pytest.MonkeyPatch) -> OpenSilent:
    """Begin a build whose heart does not beat for as long as the test lasts."""

    @asynccontextmanager
    async def build(number: int) -> AsyncIterator[IndexBuilder]:
        with monkeypatch.context() as patch:
            patch.setattr(build_lock, "HEARTBEAT", 60.0)
            async with open_on_standin().build(build_id(number), dimensions=4) as builder:
                await asyncio.sleep(0)  # its heart goes to sleep
                patch.undo()
                yield builder

    return build


async def leave_lock_behind(store: ServerStore, qdrant: QdrantServer, number: int) -> None:
    """As a killed build does."""
    fault = Fault(where=f"POST {LOCK}/delete|DELETE /collections/", status=503)
    with pytest.raises(ZeroDivisionError):
        async with store.build(build_id(number), dimensions=4):
            qdrant.faults.append(fault)
            raise ZeroDivisionError
    qdrant.faults.remove(fault)


async def test_the_lock_of_a_killed_build_is_taken_over(
    open_on_standin: OpenServerStore, qdrant: QdrantServer
) -> None:
    old = await put(open_on_standin(), LEGS, number=1)
    await leave_lock_behind(open_on_standin(), qdrant, 2)
    store = open_on_standin()
    assert await store.manifest() == old

    new = await put(store, LEGS, number=3)

    assert await store.manifest() == new
    assert await qdrant.engine.names() == {f"book__{build_id(n)}" for n in (1, 3)} | {"book__lock"}


async def test_only_one_build_follows_a_killed_one(
    open_on_standin: OpenServerStore, qdrant: QdrantServer
) -> None:
    await leave_lock_behind(open_on_standin(), qdrant, 1)

    async def build(number: int) -> bool:
        try:
            async with open_on_standin().build(build_id(number), dimensions=4):
                await asyncio.sleep(1)  # longer than the others watch
        except BuildRunning:
            return False
        return True

    assert sorted(await asyncio.gather(*map(build, range(2, 6)))) == [False, False, False, True]


async def test_a_lock_that_is_released_while_it_is_watched_is_taken_at_once(
    open_on_standin: OpenServerStore, qdrant: QdrantServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_lock, "PRESUMED_DEAD", 60.0)
    await leave_lock_behind(open_on_standin(), qdrant, 1)
    qdrant.requests.clear()
    following = asyncio.create_task(put(open_on_standin(), LEGS, number=2))
    while qdrant.requests.count(f"POST {LOCK}") < 3:
        await asyncio.sleep(0.01)

    await qdrant.engine.qdrant.delete("book__lock", [LOCK_ID])

    async with asyncio.timeout(10):
        await following
    assert await qdrant.engine.target("book") == f"book__{build_id(2)}"


async def test_a_build_that_was_silent_for_too_long_gives_way_when_it_writes(
    open_on_standin: OpenServerStore, open_silent: OpenSilent
) -> None:
    store = open_on_standin()
    with pytest.raises(BuildRunning, match="another one has taken over"):
        async with open_silent(1) as builder:
            await builder.add(LEGS)
            await put(store, NEW, number=2)
            await builder.add(LEGS)

    assert texts(await store.search(words("legs"))) == ["the new legs"]


async def test_a_build_that_was_silent_for_too_long_gives_way_when_it_would_be_activated(
    open_on_standin: OpenServerStore, open_silent: OpenSilent, qdrant: QdrantServer
) -> None:
    with pytest.raises(BuildRunning, match="another one has taken over"):
        async with open_silent(1) as builder:
            await builder.add(LEGS)
            async with open_on_standin().build(build_id(2), dimensions=4):
                await builder.activate(manifest_of(1, LEGS))

    assert await qdrant.engine.target("book") is None
    assert await qdrant.engine.names() == {"book__lock"}


async def test_a_silent_build_leaves_the_one_that_took_over_alone(
    open_on_standin: OpenServerStore, open_silent: OpenSilent, qdrant: QdrantServer
) -> None:
    async with AsyncExitStack() as silent:
        await silent.enter_async_context(open_silent(1))
        async with open_on_standin().build(build_id(2), dimensions=4) as builder:
            await builder.add(NEW)
            await silent.aclose()
            await builder.activate(manifest_of(2, NEW))

    assert await qdrant.engine.target("book") == f"book__{build_id(2)}"
