"""What every vector store must do. A store's own test file derives from it and gives it the store."""

import asyncio
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from knowledge.errors import BuildRunning, IndexEmpty, NoPredecessor, VectorStoreUnavailable
from knowledge.stores.base import VectorStore
from knowledge.types import ScoredChunk, SearchQuery, Vector, WeightedText
from tests.knowledge.stores.corpus import (
    COMPASS,
    EAST,
    NORTH,
    SOUTH,
    UP,
    build_id,
    chunk,
    embedded,
    manifest_of,
    put,
)

OpenStore = Callable[[], VectorStore]


def words(*texts: str, limit: int = 10, document: str | None = None) -> SearchQuery:
    return SearchQuery(tuple(map(WeightedText, texts)), None, limit, document)


def judged(text: str) -> SearchQuery:
    return SearchQuery((WeightedText(text),), None, 10, with_word_share=True)


def near(vector: Vector, *texts: str, limit: int = 10, document: str | None = None) -> SearchQuery:
    return SearchQuery(tuple(map(WeightedText, texts)), vector, limit, document)


def texts(found: list[ScoredChunk]) -> list[str]:
    return [scored.chunk.text for scored in found]


async def kept(store: VectorStore, *hashes: str) -> list[tuple[str, list[list[float]]]]:
    return [(name, matrix.tolist()) async for name, matrix in store.vectors(hashes)]


class VectorStoreContract:
    """Derive, and give it the fixture `open_store`: each call opens the same, at first empty, store anew."""

    @pytest.fixture
    def store(self, open_store: OpenStore) -> VectorStore:
        return open_store()

    async def test_an_empty_store_has_no_manifest(self, store: VectorStore) -> None:
        assert await store.manifest() is None

    async def test_searching_an_empty_store_says_that_there_is_no_index(self, store: VectorStore) -> None:
        with pytest.raises(IndexEmpty):
            await store.search(words("robots"))

    async def test_an_empty_store_keeps_no_vectors(self, store: VectorStore) -> None:
        assert await kept(store, "0" * 64) == []

    async def test_the_manifest_comes_back_as_it_was_given(self, store: VectorStore) -> None:
        manifest = await put(store, [embedded("one", NORTH), embedded("two", EAST, document="docs/b.md")])

        assert await store.manifest() == manifest

    async def test_a_chunk_comes_back_as_it_was_written(self, store: VectorStore) -> None:
        await put(store, [embedded("Legs walk.", NORTH, document="docs/é b.md", position=3)])

        [found] = await store.search(words("walking legs"))

        assert found.chunk == chunk("Legs walk.", document="docs/é b.md", position=3)

    async def test_the_nearest_vector_comes_first(self, store: VectorStore) -> None:
        await put(store, [embedded("east", EAST), embedded("north", NORTH), embedded("south", SOUTH)])
        between = np.array([0.6, 0.8, 0, 0], dtype=np.float32)

        found = await store.search(near(between))

        assert texts(found)[:2] == ["east", "north"]
        assert [scored.similarity for scored in found[:2]] == pytest.approx([0.8, 0.6], abs=1e-5)
        assert all(scored.bm25 is None for scored in found)

    async def test_a_chunk_is_as_near_as_the_nearest_of_its_windows(self, store: VectorStore) -> None:
        await put(store, [embedded("one window", EAST), embedded("three windows", SOUTH, NORTH, UP)])

        [found, *_] = await store.search(near(NORTH))

        assert found.chunk.text == "three windows"
        assert found.similarity == pytest.approx(1.0, abs=1e-5)

    async def test_words_find_their_inflections(self, store: VectorStore) -> None:
        await put(store, [embedded("It was balanced.", NORTH), embedded("A gripper.", EAST)])

        [found] = await store.search(words("balancing"))

        assert found.chunk.text == "It was balanced."
        assert found.bm25 is not None
        assert found.bm25 > 0
        assert found.similarity is None

    async def test_words_of_the_heading_path_count(self, store: VectorStore) -> None:
        await put(store, [embedded("One foot before the other.", NORTH)])

        assert texts(await store.search(words("walking"))) == ["One foot before the other."]

    async def test_rare_words_count_more_than_common_ones(self, store: VectorStore) -> None:
        common = [embedded(f"torque sensor {number}", NORTH, position=number) for number in range(8)]
        await put(store, [*common, embedded("gyroscope sensor", NORTH, position=8)])

        assert texts(await store.search(words("torque gyroscope")))[0] == "gyroscope sensor"

    async def test_a_weightier_text_wins(self, store: VectorStore) -> None:
        await put(store, [embedded("apples", NORTH), embedded("pears", NORTH)])

        for favourite in ("apples", "pears"):
            other = {"apples": "pears", "pears": "apples"}[favourite]
            weighted = (WeightedText(other, 0.3), WeightedText(favourite, 1.0))
            assert texts(await store.search(SearchQuery(weighted, None, 10)))[0] == favourite

    async def test_a_word_said_twice_counts_once_with_its_greater_weight(self, store: VectorStore) -> None:
        await put(store, [embedded("apples", NORTH), embedded("pears", NORTH)])
        once = await store.search(SearchQuery((WeightedText("apples", 0.7),), None, 10))

        repeated = (WeightedText("apples", 0.7), WeightedText("apples apples", 0.2))
        assert await store.search(SearchQuery(repeated, None, 10)) == once

    async def test_a_chunk_that_is_the_best_for_every_word_has_the_whole_share(
        self, store: VectorStore
    ) -> None:
        await put(store, [embedded("torque sensor", NORTH), embedded("torque limits of legs", EAST)])

        best, other = await store.search(judged("torque sensor"))

        assert best.word_share == pytest.approx(1.0, abs=1e-5)
        assert other.word_share is not None
        assert 0 < other.word_share < 0.6

    async def test_a_word_that_is_nowhere_lowers_the_share_the_most(self, store: VectorStore) -> None:
        await put(store, [embedded("torque sensor", NORTH), embedded("torque limits of legs", EAST)])

        [with_common, *_] = await store.search(judged("torque sensor legs"))
        [with_unknown, *_] = await store.search(judged("torque sensor saxophone"))

        assert with_common.word_share is not None
        assert with_unknown.word_share is not None
        assert with_unknown.word_share < with_common.word_share < 1

    async def test_the_share_is_told_only_where_it_is_asked_for(self, store: VectorStore) -> None:
        await put(store, [embedded("torque sensor", NORTH)])

        assert [found.word_share for found in await store.search(words("torque"))] == [None]

    async def test_vectors_and_words_together_beat_either(self, store: VectorStore) -> None:
        await put(
            store,
            [
                embedded("stairs", EAST),
                embedded("slopes", NORTH),
                embedded("stairs and slopes", np.array([0.9, 0.1, 0.4, 0.1], dtype=np.float32)),
                embedded("grass", SOUTH),
            ],
        )
        found = await store.search(near(NORTH, "stairs"))

        best = found[0]
        assert best.chunk.text == "stairs and slopes"
        assert best.similarity is not None
        assert best.bm25 is not None
        assert len(found) == 4

    async def test_words_alone_are_searched_when_none_of_the_vector_fits(self, store: VectorStore) -> None:
        await put(store, [embedded("legs", NORTH), embedded("arms", EAST)])
        of_another_embedder = np.ones(7, dtype=np.float32)

        assert texts(await store.search(near(of_another_embedder, "arms"))) == ["arms"]

    async def test_a_question_of_stop_words_is_found_by_its_vector(self, store: VectorStore) -> None:
        await put(store, [embedded("legs", NORTH), embedded("arms", EAST)])

        assert texts(await store.search(near(EAST, "what is the", "")))[0] == "arms"

    async def test_a_question_of_nothing_finds_nothing(self, store: VectorStore) -> None:
        await put(store, [embedded("legs", NORTH)])

        assert await store.search(words("the of", "")) == []
        assert await store.search(words()) == []

    async def test_unknown_words_find_nothing(self, store: VectorStore) -> None:
        await put(store, [embedded("legs", NORTH)])

        assert await store.search(words("zebra")) == []

    async def test_only_as_many_as_asked_for_come_back(self, store: VectorStore) -> None:
        await put(store, [embedded(f"legs {number}", NORTH, position=number) for number in range(150)])

        assert len(await store.search(near(NORTH, "legs", limit=3))) == 3
        assert len(await store.search(near(NORTH, "legs", limit=120))) == 120

    async def test_a_search_can_stay_within_one_document(self, store: VectorStore) -> None:
        await put(
            store,
            [embedded("legs walk", NORTH, document=f"docs/{name}.md") for name in "abc"]
            + [embedded("arms", EAST, document="docs/b.md", position=1)],
        )
        found = await store.search(near(NORTH, "legs", document="docs/b.md"))

        assert texts(found) == ["legs walk", "arms"]
        assert {scored.chunk.document for scored in found} == {"docs/b.md"}
        assert texts(await store.search(words("legs", document="docs/b.md"))) == ["legs walk"]
        assert await store.search(near(NORTH, "legs", document="docs/none.md")) == []

    async def test_equals_come_in_the_same_order_every_time(self, store: VectorStore) -> None:
        await put(store, [embedded("legs", NORTH, position=number) for number in range(60)])

        orders = [texts_and_places(await store.search(near(NORTH, "legs", limit=5))) for _ in range(10)]

        assert orders == [orders[0]] * 10

    async def test_an_index_of_words_alone(self, store: VectorStore) -> None:
        await put(store, [embedded("legs"), embedded("arms", position=1)], embedder=None)

        [found] = await store.search(near(NORTH, "legs"))

        assert (found.chunk.text, found.similarity) == ("legs", None)
        assert await kept(store, found.chunk.content_hash) == []
        manifest = await store.manifest()
        assert manifest is not None
        assert manifest.embedder is None

    async def test_the_vectors_asked_for_are_given_once_each(self, store: VectorStore) -> None:
        await put(
            store,
            [
                embedded("legs", NORTH, EAST),
                embedded("legs", NORTH, EAST, document="docs/b.md"),
                embedded("arms", SOUTH, position=1),
            ],
        )
        legs = chunk("legs").content_hash

        assert await kept(store, legs, "0" * 64) == [(legs, [NORTH.tolist(), EAST.tolist()])]
        assert len(await kept(store, legs, chunk("arms").content_hash)) == 2

    async def test_all_vectors_of_a_large_index_come_back(self, store: VectorStore) -> None:
        chunks = [embedded(f"legs {number}", NORTH, position=number) for number in range(700)]
        await put(store, chunks)

        hashes = {each.chunk.content_hash for each in chunks}
        assert {name for name, _ in await kept(store, *hashes)} == hashes

    async def test_a_build_in_several_parts_becomes_one_index(self, store: VectorStore) -> None:
        parts = [[embedded(f"legs {number}", NORTH, position=number)] for number in range(5)]
        manifest = manifest_of(1, [each for part in parts for each in part])
        async with store.build(manifest.build_id, dimensions=4) as builder:
            assert builder.build_id == manifest.build_id
            for part in parts:
                await builder.add(part)
            await builder.activate(manifest)

        assert len(await store.search(words("legs"))) == 5

    async def test_the_old_index_answers_until_the_new_one_is_active(self, store: VectorStore) -> None:
        await put(store, [embedded("the old legs", NORTH)])
        fresh = [embedded("the new legs", EAST)]
        manifest = manifest_of(2, fresh)

        async with store.build(manifest.build_id, dimensions=4) as builder:
            await builder.add(fresh)
            assert texts(await store.search(near(EAST, "legs"))) == ["the old legs"]
            await builder.activate(manifest)
            assert texts(await store.search(near(EAST, "legs"))) == ["the new legs"]
        assert await store.manifest() == manifest

    async def test_a_build_can_be_searched_before_it_is_active(self, store: VectorStore) -> None:
        await put(store, [embedded("the old legs", NORTH)])

        async with store.build(build_id(2), dimensions=4) as builder:
            await builder.add([embedded("the new legs", EAST), embedded("new arms", SOUTH, position=1)])
            found = await builder.search(near(EAST, "legs"))

        assert texts(found)[0] == "the new legs"
        assert found[0].similarity == pytest.approx(1.0, abs=1e-5)

    async def test_a_first_index_has_no_predecessor(self, store: VectorStore) -> None:
        assert await store.predecessor() is None
        with pytest.raises(NoPredecessor):
            await store.rollback()

        first = await put(store, [embedded("the old legs", NORTH)])

        assert await store.predecessor() is None
        with pytest.raises(NoPredecessor, match="no earlier index"):
            await store.rollback()
        assert await store.manifest() == first

    async def test_a_rollback_returns_to_the_index_before(self, open_store: OpenStore) -> None:
        store, reader = open_store(), open_store()
        first = await put(store, [embedded("the old legs", NORTH)], number=1)
        second = await put(store, [embedded("the new legs", NORTH)], number=2)
        assert await store.predecessor() == first

        assert await store.rollback() == first

        assert await store.manifest() == first
        assert await store.predecessor() == second
        assert texts(await store.search(words("legs"))) == ["the old legs"]
        assert texts(await reader.search(words("legs"))) == ["the old legs"]

    async def test_a_second_rollback_undoes_the_first(self, store: VectorStore) -> None:
        await put(store, [embedded("the old legs", NORTH)], number=1)
        second = await put(store, [embedded("the new legs", NORTH)], number=2)
        await store.rollback()

        assert await store.rollback() == second
        assert texts(await store.search(words("legs"))) == ["the new legs"]

    async def test_after_a_rollback_the_next_build_keeps_what_was_returned_to(
        self, store: VectorStore
    ) -> None:
        first = await put(store, [embedded("the old legs", NORTH)], number=1)
        await put(store, [embedded("the new legs", NORTH)], number=2)
        await store.rollback()

        third = await put(store, [embedded("the newest legs", NORTH)], number=3)

        assert await store.manifest() == third
        assert await store.predecessor() == first

    async def test_a_rollback_waits_for_no_build(self, open_store: OpenStore) -> None:
        store, other = open_store(), open_store()
        await put(store, [embedded("the old legs", NORTH)], number=1)
        second = await put(store, [embedded("the new legs", NORTH)], number=2)

        async with store.build(build_id(3), dimensions=4):
            with pytest.raises(BuildRunning):
                await other.rollback()
        assert await store.manifest() == second

    async def test_another_reader_sees_the_new_index_at_its_next_question(
        self, open_store: OpenStore
    ) -> None:
        writer, reader = open_store(), open_store()
        await put(writer, [embedded("the old legs", NORTH)], number=1)
        assert texts(await reader.search(words("legs"))) == ["the old legs"]

        await put(writer, [embedded("the new legs", NORTH)], number=2)

        assert texts(await reader.search(words("legs"))) == ["the new legs"]

    async def test_questions_during_swaps_are_all_answered(self, open_store: OpenStore) -> None:
        writer, reader = open_store(), open_store()
        legs = [embedded("legs walk", NORTH), embedded("arms reach", EAST, position=1)]
        await put(writer, legs, number=1)
        answers = Counter[str]()

        async def ask(name: str) -> None:
            while True:
                assert texts(await reader.search(near(NORTH, "legs", limit=1))) == ["legs walk"]
                answers[name] += 1
                await asyncio.sleep(0)

        readers = [asyncio.create_task(ask(name)) for name in "abc"]
        for number in range(2, 7):
            await put(writer, legs, number=number)
            before = answers.copy()
            while min(answers[name] - before[name] for name in "abc") < 2:
                assert not any(asking.done() for asking in readers), await asyncio.gather(*readers)
                await asyncio.sleep(0.01)

        for asking in readers:
            asking.cancel()
        ended = await asyncio.gather(*readers, return_exceptions=True)
        assert all(isinstance(end, asyncio.CancelledError) for end in ended)

    async def test_the_embedder_may_change_from_one_index_to_the_next(self, store: VectorStore) -> None:
        await put(store, [embedded("legs", NORTH)], number=1)
        await put(store, [embedded("legs")], number=2, embedder=None)
        assert texts(await store.search(near(NORTH, "legs"))) == ["legs"]

        await put(store, [embedded("legs", NORTH)], number=3)
        assert (await store.search(near(NORTH, "legs")))[0].similarity is not None

    async def test_a_build_that_fails_leaves_the_old_index(self, store: VectorStore) -> None:
        old = await put(store, [embedded("the old legs", NORTH)])

        with pytest.raises(ZeroDivisionError):
            async with store.build(build_id(2), dimensions=4) as builder:
                await builder.add([embedded("half of the new legs", NORTH)])
                raise ZeroDivisionError

        assert await store.manifest() == old
        assert texts(await store.search(words("legs"))) == ["the old legs"]
        await put(store, [embedded("the newest legs", NORTH)], number=3)

    async def test_a_second_build_at_the_same_time_is_refused(self, open_store: OpenStore) -> None:
        first, second = open_store(), open_store()
        async with first.build(build_id(1), dimensions=4):
            with pytest.raises(BuildRunning):
                async with second.build(build_id(2), dimensions=4):
                    pytest.fail("two builds run at once")
        await put(second, [embedded("legs", NORTH)], number=3)

    async def test_an_index_with_other_chunks_than_it_claims_is_not_activated(
        self, store: VectorStore
    ) -> None:
        old = await put(store, [embedded("legs", NORTH)])
        twice = [embedded("arms", NORTH), embedded("arms", NORTH)]  # of one id

        with pytest.raises(VectorStoreUnavailable, match="1 chunks were written instead of 2"):
            await put(store, twice, number=2)

        assert await store.manifest() == old

    async def test_closing_a_store_does_not_end_its_use(self, store: VectorStore) -> None:
        manifest = await put(store, [embedded("legs", NORTH)])
        assert await store.manifest() == manifest
        await store.aclose()

        assert texts(await store.search(words("legs"))) == ["legs"]

    async def test_the_identity_of_the_embedder_is_recorded(self, store: VectorStore) -> None:
        await put(store, [embedded("legs", NORTH)])
        manifest = await store.manifest()

        assert manifest is not None
        assert manifest.embedder == COMPASS


def texts_and_places(found: list[ScoredChunk]) -> list[tuple[str, int]]:
    return [(scored.chunk.text, scored.chunk.position) for scored in found]
