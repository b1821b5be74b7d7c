"""A Qdrant server: the contract, and what is its own: collections, aliases, kept indexes, other processes."""

import asyncio
import logging
import os
from typing import Any

import pytest
from qdrant_client import models

from knowledge.errors import VectorStoreFailing, VectorStoreRefused
from knowledge.stores import collection as collections
from knowledge.stores import open_store as open_configured_store
from knowledge.stores.catalogue import MANIFEST_ID
from knowledge.stores.server import ServerStore
from tests.knowledge.stores.conftest import OpenServerStore
from tests.knowledge.stores.contract import OpenStore, VectorStoreContract, texts, words
from tests.knowledge.stores.corpus import EAST, NORTH, build_id, embedded, put
from tests.standins.qdrant.server import KEY, QdrantServer

PLACES = ["open_on_standin", *(["open_on_real_server"] if os.environ.get("TEST_QDRANT_URL") else [])]
LEGS = [embedded("legs walk", NORTH), embedded("arms reach", EAST, position=1)]


class TestServerStore(VectorStoreContract):
    @pytest.fixture(params=PLACES)
    def open_store(self, request: pytest.FixtureRequest) -> OpenStore:
        open_store: OpenStore = request.getfixturevalue(request.param)
        return open_store


@pytest.fixture
def store(open_on_standin: OpenServerStore) -> ServerStore:
    return open_on_standin()


async def builds(qdrant: QdrantServer) -> set[str]:
    return {name for name in await qdrant.engine.names() if not name.endswith("__lock")}


def named(*numbers: int) -> set[str]:
    return {f"book__{build_id(number)}" for number in numbers}


async def point_alias(qdrant: QdrantServer, collection: str) -> None:
    alias = models.CreateAlias(collection_name=collection, alias_name="book")
    await qdrant.engine.qdrant.update_collection_aliases([models.CreateAliasOperation(create_alias=alias)])


async def make_collection(qdrant: QdrantServer, name: str) -> None:
    size = models.VectorParams(size=4, distance=models.Distance.COSINE)
    await qdrant.engine.qdrant.create_collection(name, vectors_config=size)


class TestCollections:
    async def test_the_name_means_the_newest_build_and_one_predecessor_is_kept(
        self, store: ServerStore, qdrant: QdrantServer
    ) -> None:
        for number in (1, 2, 3):
            await put(store, LEGS, number=number)

        assert await builds(qdrant) == named(2, 3)
        assert await qdrant.engine.target("book") == f"book__{build_id(3)}"

    async def test_going_back_is_one_alias(self, store: ServerStore, qdrant: QdrantServer) -> None:
        first = await put(store, [embedded("the old legs", NORTH)], number=1)
        await put(store, LEGS, number=2)

        await point_alias(qdrant, f"book__{build_id(1)}")

        assert await store.manifest() == first
        assert texts(await store.search(words("legs"))) == ["the old legs"]

    async def test_a_discarded_build_leaves_no_collection(
        self, store: ServerStore, qdrant: QdrantServer
    ) -> None:
        with pytest.raises(ZeroDivisionError):
            async with store.build(build_id(1), dimensions=4):
                raise ZeroDivisionError

        assert await builds(qdrant) == set()

    async def test_what_a_killed_build_has_left_is_deleted_by_the_next(
        self, store: ServerStore, qdrant: QdrantServer
    ) -> None:
        await put(store, LEGS, number=1)
        await make_collection(qdrant, f"book__{build_id(2)}")

        await put(store, LEGS, number=3)

        assert await builds(qdrant) == named(1, 3)

    async def test_collections_of_others_are_never_deleted(
        self, store: ServerStore, qdrant: QdrantServer
    ) -> None:
        others = {"notes", "book__notes", f"novel__{build_id(1)}", f"book__x__{build_id(1)}"}
        for name in others:
            await make_collection(qdrant, name)
        for number in (1, 2, 3):
            await put(store, LEGS, number=number)

        assert await builds(qdrant) == named(2, 3) | others

    async def test_a_collection_of_the_index_s_name_is_refused_and_left_alone(
        self, store: ServerStore, qdrant: QdrantServer
    ) -> None:
        await make_collection(qdrant, "book")

        with pytest.raises(VectorStoreRefused, match="Set QDRANT_COLLECTION to another one, or delete that"):
            await put(store, LEGS)

        assert await qdrant.engine.names() == {"book"}
        assert await store.manifest() is None

    async def test_a_damaged_manifest_is_reported_once_and_mended_by_the_next_build(
        self, open_on_standin: OpenServerStore, qdrant: QdrantServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        await put(open_on_standin(), LEGS)
        payload = {"build_id": build_id(1), "manifest": "{}", "predecessor": None}
        damaged = models.PointStruct(id=MANIFEST_ID, vector={}, payload=payload)
        await qdrant.engine.qdrant.upsert("book", [damaged])
        reader = open_on_standin(look_every=0)

        with caplog.at_level(logging.WARNING):
            assert [await reader.manifest() for _ in range(3)] == [None] * 3
        assert len(caplog.records) == 1
        assert "damaged. Run: manage.py reindex" in caplog.text
        mended = await put(reader, LEGS, number=2)
        assert await reader.manifest() == mended

    async def test_the_index_is_not_activated_before_it_is_indexed(
        self, store: ServerStore, qdrant: QdrantServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(collections, "LOOK_EVERY", 0.02)
        qdrant.engine.status = models.CollectionStatus.YELLOW
        building = asyncio.create_task(put(store, LEGS))
        await asyncio.sleep(0.5)
        assert await qdrant.engine.target("book") is None

        qdrant.engine.status = models.CollectionStatus.GREEN

        assert await building == await store.manifest()

    async def test_an_index_that_takes_very_long_is_used_as_it_is(
        self,
        store: ServerStore,
        qdrant: QdrantServer,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setattr(collections, "LOOK_EVERY", 0.01)
        monkeypatch.setattr(collections, "INDEXED_WITHIN", 0.1)
        qdrant.engine.status = models.CollectionStatus.YELLOW

        await put(store, LEGS)

        assert texts(await store.search(words("legs"))) == ["legs walk"]
        assert "still indexing" in caplog.text

    async def test_an_index_that_cannot_be_indexed_is_not_activated(
        self, store: ServerStore, qdrant: QdrantServer
    ) -> None:
        qdrant.engine.status = models.CollectionStatus.RED

        with pytest.raises(VectorStoreFailing, match="could not index"):
            await put(store, LEGS)

        assert await store.manifest() is None

    async def test_the_store_is_where_the_settings_say(self, settings: Any, qdrant: QdrantServer) -> None:
        settings.QDRANT_URL, settings.QDRANT_API_KEY = qdrant.url, KEY
        settings.QDRANT_COLLECTION = "novel"
        store = open_configured_store()
        await put(store, LEGS)
        await store.aclose()

        assert await qdrant.engine.target("novel") == f"novel__{build_id(1)}"


class TestReaders:
    async def test_asking_for_the_manifest_is_cheap(
        self, open_on_standin: OpenServerStore, qdrant: QdrantServer
    ) -> None:
        await put(open_on_standin(), LEGS)
        reader = open_on_standin(look_every=60)
        qdrant.requests.clear()

        await asyncio.gather(*(reader.manifest() for _ in range(20)))
        for _ in range(20):
            await reader.manifest()

        assert len(qdrant.requests) == 2  # which build answers, and its manifest

    async def test_a_new_index_is_noticed_after_a_moment(self, open_on_standin: OpenServerStore) -> None:
        await put(open_on_standin(), LEGS, number=1)
        reader = open_on_standin(look_every=1.5)
        old = await reader.manifest()
        new = await put(open_on_standin(), [embedded("the new legs", EAST)], number=2)

        assert await reader.manifest() == old
        assert texts(await reader.search(words("legs"))) == ["legs walk"]  # the one that the manifest is of
        await asyncio.sleep(1.5)
        assert await reader.manifest() == new
        assert texts(await reader.search(words("legs"))) == ["the new legs"]

    async def test_a_reader_whose_index_has_been_deleted_finds_the_newest(
        self, open_on_standin: OpenServerStore
    ) -> None:
        builder, reader = open_on_standin(), open_on_standin(look_every=60)
        await put(builder, LEGS, number=1)
        assert texts(await reader.search(words("legs"))) == ["legs walk"]

        await put(builder, LEGS, number=2)
        await put(builder, [embedded("the newest legs", NORTH)], number=3)

        assert texts(await reader.search(words("legs"))) == ["the newest legs"]
