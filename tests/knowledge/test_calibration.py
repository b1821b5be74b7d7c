"""Where an index refuses, measured on itself."""

from pathlib import Path
from typing import Any

import pytest

from knowledge.calibration import FEWEST, SENTENCES, calibrated
from knowledge.errors import EmbeddingUnavailable
from knowledge.ingestion import ingest
from knowledge.retrieval import THRESHOLDS, retrieve
from knowledge.runtime import Runtime
from knowledge.stores.base import VectorStore
from knowledge.types import Chunk, RefusalThresholds, ScoredChunk, SearchQuery
from tests.knowledge.books import write_book
from tests.knowledge.stores.corpus import chunk
from tests.scripted import HashEmbedder

TOPICS = ("legs", "arms", "hands", "feet", "eyes", "ears", "motors", "gears", "belts", "cables")


@pytest.fixture(autouse=True)
def own_index(index_dir: Path, hash_embedder: type[HashEmbedder], settings: Any) -> None:
    settings.LANGUAGE_MODELS = {"local": "tests.scripted.ScriptedQuoter"}


def handbook(folder: Path) -> Path:
    """Ten pages of six sections, whose sentences share a topic's word and have words of their own."""
    return write_book(
        folder,
        {
            f"{topic}.md": "\n\n".join(
                f"## Part {part}\n\nThe {topic} of machine {number}{part} carry load{number}x{part} all day."
                for part in range(6)
            )
            for number, topic in enumerate(TOPICS)
        },
    )


def sentences_of(count: int) -> list[Chunk]:
    return [
        chunk(f"Sentence number {number} tells of robot{number}.", position=number) for number in range(count)
    ]


class Found:
    """A search that finds what it was told to, and remembers what it was asked."""

    def __init__(self, *found: ScoredChunk) -> None:
        self.found = list(found)
        self.asked: list[SearchQuery] = []

    async def __call__(self, query: SearchQuery) -> list[ScoredChunk]:
        self.asked.append(query)
        return self.found


async def test_a_built_index_knows_its_thresholds(tmp_path: Path, store: VectorStore) -> None:
    report = await ingest([handbook(tmp_path / "b")], store=store, embedder=HashEmbedder(), base_url="/b")

    refusal = report.manifest.refusal
    assert refusal is not None
    assert refusal.meaning is not None
    assert 0 < refusal.words < 0.4
    assert refusal.words < refusal.meaning < 1.4
    assert await store.manifest() == report.manifest


async def test_questions_are_held_against_them(tmp_path: Path, store: VectorStore) -> None:
    await ingest([handbook(tmp_path / "b")], store=store, embedder=HashEmbedder(), base_url="/b")
    runtime = Runtime()

    assert (await retrieve("What load do the gears of a machine carry?", limit=3, runtime=runtime)).sufficient
    assert not (await retrieve("Louvre tickets in Paris?", limit=3, runtime=runtime)).sufficient
    await runtime.aclose()


async def test_the_same_book_has_the_same_thresholds(tmp_path: Path, store: VectorStore) -> None:
    book = handbook(tmp_path / "b")
    reports = [
        await ingest([book], store=store, embedder=HashEmbedder(), base_url="/b", full=True) for _ in range(2)
    ]
    assert reports[0].manifest.refusal == reports[1].manifest.refusal


async def test_chunks_that_hold_the_sentence_are_kept_out() -> None:
    chunks = sentences_of(FEWEST)
    others = [ScoredChunk(one, 1.0, 0.9, 10.0, 0.9) for one in chunks]

    async def search(query: SearchQuery) -> list[ScoredChunk]:
        asked = query.words[0].text
        return [scored for scored in others if scored.chunk.text == asked] + [
            ScoredChunk(chunk("Elsewhere."), 0.5, 0.3, 2.0, 0.25)
        ]

    assert await calibrated(chunks, search=search, embedder=HashEmbedder()) == RefusalThresholds(0.4, 0.1)


async def test_one_sentence_in_twenty_would_miss_it() -> None:
    chunks = sentences_of(FEWEST)
    cosines = iter(number / FEWEST for number in range(FEWEST))

    async def search(query: SearchQuery) -> list[ScoredChunk]:
        return [ScoredChunk(chunk("Elsewhere."), 0.5, next(cosines), None)]

    found = await calibrated(chunks, search=search, embedder=HashEmbedder())
    assert found is not None
    assert found.meaning == pytest.approx(0.05, abs=0.01)


async def test_without_an_embedder_words_alone_are_measured() -> None:
    search = Found(ScoredChunk(chunk("Elsewhere."), 0.5, None, 2.0, 0.5))

    assert await calibrated(sentences_of(FEWEST), search=search, embedder=None) == RefusalThresholds(
        None, 0.2
    )
    assert all(query.vector is None and query.with_word_share for query in search.asked)


async def test_no_more_sentences_are_asked_than_fit_a_request() -> None:
    search = Found(ScoredChunk(chunk("Elsewhere."), 0.5, 0.3, 2.0, 0.25))
    await calibrated(sentences_of(3 * SENTENCES), search=search, embedder=HashEmbedder())
    assert len(search.asked) == len({query.words for query in search.asked}) == SENTENCES


async def test_too_small_a_book_goes_by_the_usual_thresholds(book: Path, store: VectorStore) -> None:
    report = await ingest([book], store=store, embedder=HashEmbedder(), base_url="/b")

    assert report.manifest.refusal is None
    assert THRESHOLDS.meaning is not None


async def test_an_embedder_that_fails_meanwhile_does_not_fail_the_build(
    tmp_path: Path, store: VectorStore, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    book = handbook(tmp_path / "b")
    before = await ingest([book], store=store, embedder=HashEmbedder(), base_url="/b")

    async def fail(self: HashEmbedder, texts: list[str]) -> None:
        raise EmbeddingUnavailable("The quota is used up.")

    monkeypatch.setattr(HashEmbedder, "embed_queries", fail)
    again = await ingest([book], store=store, embedder=HashEmbedder(), base_url="/b", full=True)

    assert again.manifest.refusal == before.manifest.refusal
    assert "could not be measured: The quota is used up." in caplog.text


async def test_a_small_book_does_not_inherit_what_was_measured_on_another(
    tmp_path: Path, book: Path, store: VectorStore
) -> None:
    await ingest([handbook(tmp_path / "b")], store=store, embedder=HashEmbedder(), base_url="/b")
    report = await ingest([book], store=store, embedder=HashEmbedder(), base_url="/b")
    assert report.manifest.refusal is None


async def test_what_stands_in_many_copies_tells_nothing() -> None:
    copies = [ScoredChunk(one, 1.0, 0.9, 10.0, 0.9) for one in sentences_of(FEWEST)]

    async def search(query: SearchQuery) -> list[ScoredChunk]:
        return [scored for scored in copies if scored.chunk.text == query.words[0].text]

    assert await calibrated(sentences_of(FEWEST), search=search, embedder=HashEmbedder()) is None
