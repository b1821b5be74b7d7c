"""Qdrant Edge: the contract, and what is its own: files, processes, kills."""

import asyncio
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from knowledge.errors import BuildRunning, IndexEmpty, VectorStoreUnavailable
from knowledge.stores import open_store as open_configured_store
from knowledge.stores import shard
from knowledge.stores.edge import EdgeStore
from knowledge.stores.payload import to_chunk
from tests.knowledge.stores.contract import OpenStore, VectorStoreContract, near, texts, words
from tests.knowledge.stores.corpus import EAST, NORTH, build_id, embedded, manifest_of, put

LEGS = [embedded("legs walk", NORTH), embedded("arms reach", EAST, position=1)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "index" / "book"


@pytest.fixture
def open_store(root: Path) -> OpenStore:
    return lambda: EdgeStore(root, language="english")


@pytest.fixture
def store(root: Path) -> EdgeStore:
    return EdgeStore(root, language="english")


def builds(root: Path) -> set[str]:
    return {path.name for path in root.iterdir() if path.is_dir()}


def run_builder(root: Path, action: str, number: int) -> subprocess.Popen[str]:
    """A builder in a process of its own; see `builder_process`."""
    command = [sys.executable, "-m", "tests.knowledge.stores.builder_process", str(root), action, str(number)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


class TestEdgeStore(VectorStoreContract):
    pass


class TestFiles:
    async def test_one_predecessor_is_kept(self, store: EdgeStore, root: Path) -> None:
        for number in (1, 2, 3):
            await put(store, LEGS, number=number)

        assert builds(root) == {build_id(2), build_id(3)}
        assert (root / "current").read_text().split() == [build_id(3), build_id(2)]

    async def test_going_back_is_one_line_in_the_pointer(self, store: EdgeStore, root: Path) -> None:
        first = await put(store, LEGS, number=1)
        await put(store, LEGS, number=2)

        (root / "current").write_text(build_id(1))

        assert await store.manifest() == first

    async def test_a_discarded_build_leaves_no_files(self, store: EdgeStore, root: Path) -> None:
        with pytest.raises(ZeroDivisionError):
            async with store.build(build_id(1), dimensions=4):
                raise ZeroDivisionError

        assert builds(root) == set()

    async def test_what_is_no_build_is_never_deleted(self, store: EdgeStore, root: Path) -> None:
        (root / "models").mkdir(parents=True)
        await put(store, LEGS)

        assert builds(root) == {"models", build_id(1)}

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files for another user")
    async def test_an_index_that_root_builds_belongs_to_the_owner_of_the_data(
        self, store: EdgeStore, tmp_path: Path
    ) -> None:
        os.chown(tmp_path, 1000, 1000)
        await put(store, LEGS, number=1)
        await put(store, LEGS, number=2)

        foreign = [path for path in tmp_path.rglob("*") if path.stat().st_uid != 1000]
        assert [path.name for path in foreign] == ["lock"]  # which is only ever opened for reading

    @pytest.mark.parametrize("pointer", ["", "../../etc", "20990101T000000-abcdef", "\x00\xff"])
    async def test_a_pointer_to_nowhere_is_no_index(self, store: EdgeStore, root: Path, pointer: str) -> None:
        await put(store, LEGS)
        (root / "current").write_text(pointer)

        assert await store.manifest() is None
        with pytest.raises((IndexEmpty, VectorStoreUnavailable), match=r"Run: manage\.py reindex"):
            await store.search(words("legs"))
        mended = await put(store, LEGS, number=2)
        assert await store.manifest() == mended

    @pytest.mark.parametrize(
        "victim", ["manifest.json", "shard/edge_config.json", "payload_storage", "dense"]
    )
    async def test_a_damaged_index_is_reported_once_and_mended_by_the_next_build(
        self, store: EdgeStore, root: Path, victim: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        await put(store, LEGS)
        for path in (root / build_id(1)).rglob("*"):
            if path.is_file() and victim in str(path):
                os.truncate(path, 0)

        with caplog.at_level(logging.WARNING):
            assert [await store.manifest() for _ in range(3)] == [None] * 3
        assert len(caplog.records) == 1
        assert "damaged" in caplog.text
        with pytest.raises(VectorStoreUnavailable, match=r"damaged\. Run: manage\.py reindex"):
            await store.search(words("legs"))

        mended = await put(store, LEGS, number=2)
        assert await store.manifest() == mended
        assert texts(await store.search(words("legs"))) == ["legs walk"]

    async def test_an_index_that_lost_points_counts_as_damaged(self, store: EdgeStore, root: Path) -> None:
        await put(store, LEGS)
        path = root / build_id(1) / "manifest.json"
        path.write_text(path.read_text().replace('"chunks": 2', '"chunks": 3'))

        assert await store.manifest() is None

    async def test_a_place_that_cannot_be_written_is_said_in_a_sentence(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        store = EdgeStore(tmp_path / "file" / "book", language="english")

        with pytest.raises(VectorStoreUnavailable, match="Not a directory"):
            await put(store, LEGS)

    def test_the_store_is_where_the_settings_say(self, settings, root: Path) -> None:  # type: ignore[no-untyped-def]
        settings.INDEX_DIR, settings.QDRANT_COLLECTION = root.parent, root.name
        asyncio.run(put(open_configured_store(), LEGS))

        assert builds(root) == {build_id(1)}


class TestReaders:
    async def test_more_chunks_than_are_kept_are_read_again(
        self, store: EdgeStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shard, "KEPT", 2)
        await put(store, [embedded(f"legs {number}", NORTH, position=number) for number in range(5)])

        for _ in range(2):
            assert sorted(texts(await store.search(words("legs")))) == [f"legs {n}" for n in range(5)]

    async def test_the_chunks_that_are_kept_are_those_that_were_found_last(
        self, store: EdgeStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read = []
        monkeypatch.setattr(shard, "KEPT", 2)
        monkeypatch.setattr(shard, "to_chunk", lambda *point: read.append(to_chunk(*point)) or read[-1])
        await put(
            store, [embedded(word, NORTH, position=n) for n, word in enumerate(("legs", "arms", "eyes"))]
        )

        for word in ("legs", "arms", "legs", "eyes", "legs", "arms"):
            assert texts(await store.search(words(word))) == [word]

        assert [chunk.text for chunk in read] == ["legs", "arms", "eyes", "arms"]

    async def test_reading_vectors_survives_a_swap(self, store: EdgeStore) -> None:
        many = [embedded(f"legs {number}", NORTH, position=number) for number in range(600)]
        await put(store, many, number=1)
        seen = 0
        async for _ in store.vectors([each.chunk.content_hash for each in many]):
            seen += 1
            if seen in (1, 2):
                await put(store, LEGS, number=1 + seen)
                assert texts(await store.search(words("legs"))) == ["legs walk"]

        assert seen == 600

    async def test_other_processes_read_beside_a_builder(self, store: EdgeStore, root: Path) -> None:
        await put(store, LEGS, number=1)
        readers = [await asyncio.to_thread(run_builder, root, "read", 50) for _ in range(2)]

        for number in range(2, 6):
            await put(store, LEGS, number=number)
            assert texts(await store.search(words("legs"))) == ["legs walk"]

        for reader in readers:
            output, _ = await asyncio.to_thread(reader.communicate)
            assert (reader.returncode, output.strip()) == (0, "50 answers")


class TestKilledBuilders:
    STAGES = ("locked", "created", "added", "optimized", "manifest written", "pointer written")

    @pytest.mark.parametrize("stage", STAGES)
    async def test_a_kill_leaves_the_old_index_and_the_next_build_is_clean(
        self, store: EdgeStore, root: Path, stage: str
    ) -> None:
        old = await put(store, LEGS, number=1)

        builder = await asyncio.to_thread(run_builder, root, f"die when {stage}", 2)
        await asyncio.to_thread(builder.communicate)

        assert builder.returncode == -9
        assert await store.manifest() == old
        assert texts(await store.search(near(NORTH, "legs"))) == ["legs walk", "arms reach"]

        new = await put(EdgeStore(root, language="english"), LEGS, number=3)
        assert await store.manifest() == new
        assert builds(root) == {build_id(1), build_id(3)}

    async def test_a_kill_right_after_the_swap_leaves_the_new_index(
        self, store: EdgeStore, root: Path
    ) -> None:
        await put(store, LEGS, number=1)
        builder = await asyncio.to_thread(run_builder, root, "die when swapped", 2)
        await asyncio.to_thread(builder.communicate)

        assert builder.returncode == -9
        manifest = await store.manifest()
        assert manifest is not None
        assert manifest.build_id == build_id(2)
        await put(store, LEGS, number=3)
        assert builds(root) == {build_id(2), build_id(3)}

    async def test_a_build_of_another_process_is_refused_until_it_dies(
        self, store: EdgeStore, root: Path
    ) -> None:
        builder = await asyncio.to_thread(run_builder, root, "wait", 1)
        assert builder.stdout is not None
        assert await asyncio.to_thread(builder.stdout.readline) == "building\n"

        with pytest.raises(BuildRunning):
            await put(store, LEGS, number=2)
        builder.kill()
        await asyncio.to_thread(builder.communicate)

        assert await put(store, LEGS, number=3) == manifest_of(3, LEGS)
