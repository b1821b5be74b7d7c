"""Sources -> index: what is built, what is copied, what is left alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge.content import read
from knowledge.errors import EmbeddingUnavailable, SourceUnreadable
from knowledge.ingestion import IngestionPlan, ingest, plan
from knowledge.progress import BuildObserver, Changes, IngestionReport, Phase, Progress
from knowledge.providers.base import Embedder
from knowledge.stores.base import VectorStore
from knowledge.types import EmbedderIdentity, Matrix, SearchQuery, WeightedText
from tests.knowledge.books import PAGES, write_book
from tests.scripted import HashEmbedder

BASE_URL = "https://book.example"


class OtherEmbedder(HashEmbedder):
    identity = EmbedderIdentity("scripted", "hash-16-v2", 16)


class Watcher(BuildObserver):
    def __init__(self) -> None:
        self.events: list[str] = []
        self.progress: list[Progress] = []

    async def began(self, build_id: str, embedder: EmbedderIdentity | None) -> None:
        self.events.append("began")

    async def progressed(self, progress: Progress) -> None:
        self.progress.append(progress)

    async def activated(self, report: IngestionReport) -> None:
        self.events.append("activated")

    async def failed(self, reason: str) -> None:
        self.events.append(f"failed: {reason}")


@pytest.fixture(autouse=True)
def fresh_embedder(hash_embedder: type[HashEmbedder]) -> None:
    """Its records are empty."""


async def build(
    book: Path, store: VectorStore, embedder: Embedder | None = None, **options: Any
) -> IngestionReport:
    chosen = embedder or HashEmbedder()
    return await ingest([book], store=store, embedder=chosen, base_url=BASE_URL, **options)


async def build_of_words(book: Path, store: VectorStore) -> IngestionReport:
    return await ingest([book], store=store, embedder=None, base_url=BASE_URL)


async def planned(book: Path, store: VectorStore, **options: Any) -> IngestionPlan:
    return await plan([book], store=store, embedder=HashEmbedder(), base_url=BASE_URL, **options)


async def found(store: VectorStore, words: str) -> list[str]:
    """Addresses, best first."""
    chunks = await store.search(SearchQuery((WeightedText(words),), None, 20))
    return [scored.chunk.url for scored in chunks]


async def vectors_of(store: VectorStore, book: Path) -> dict[str, Matrix]:
    hashes = {chunk.content_hash for chunk in read([book], base_url=BASE_URL).chunks}
    return {name: matrix async for name, matrix in store.vectors(hashes)}


def embedded_headings() -> list[str]:
    return sorted(text.split("\n")[0] for text in HashEmbedder.documents)


async def test_a_book_becomes_an_index(book: Path, store: VectorStore) -> None:
    report = await build(book, store)

    assert report.rebuilt
    assert report.changes == Changes(added=3, changed=0, removed=0, unchanged=0)
    assert (report.manifest.chunks, report.embedded, report.copied) == (6, 6, 0)
    assert await store.manifest() == report.manifest
    assert report.manifest.embedder == HashEmbedder.identity
    assert await found(store, "gripper") == ["https://book.example/arms#grippers"]


async def test_every_chunk_is_embedded_with_its_heading_path(book: Path, store: VectorStore) -> None:
    await build(book, store)

    assert "Walking > Balance" in embedded_headings()
    assert len(HashEmbedder.documents) == 6


async def test_repeating_it_changes_nothing(book: Path, store: VectorStore) -> None:
    first = await build(book, store)
    HashEmbedder.reset()
    watcher = Watcher()

    again = await build(book, store, observers=[watcher])

    assert not again.rebuilt
    assert again.manifest == first.manifest
    assert again.changes == Changes(added=0, changed=0, removed=0, unchanged=3)
    assert HashEmbedder.documents == []
    assert watcher.events == []


async def test_only_what_was_edited_is_embedded(book: Path, store: VectorStore) -> None:
    await build(book, store)
    before = await vectors_of(store, book)
    HashEmbedder.reset()
    write_book(book, {"arms.md": PAGES["arms.md"].replace("holds", "grasps")})

    report = await build(book, store)

    assert report.changes == Changes(added=0, changed=1, removed=0, unchanged=2)
    assert (report.embedded, report.copied) == (1, 5)
    assert embedded_headings() == ["Arms > Grippers"]
    after = await vectors_of(store, book)
    for content_hash in before.keys() & after.keys():
        np.testing.assert_allclose(after[content_hash], before[content_hash], atol=1e-6)
    assert len(before.keys() & after.keys()) == 5


async def test_an_edited_section_leaves_no_older_twin(book: Path, store: VectorStore) -> None:
    await build(book, store)
    write_book(book, {"arms.md": PAGES["arms.md"].replace("holds", "grasps")})
    await build(book, store)

    assert await found(store, "grasps") == ["https://book.example/arms#grippers"]
    assert await found(store, "holds") == []


async def test_a_deleted_page_leaves_no_ghost(book: Path, store: VectorStore) -> None:
    await build(book, store)
    (book / "walking.md").unlink()

    report = await build(book, store)

    assert report.changes == Changes(added=0, changed=0, removed=1, unchanged=2)
    assert report.embedded == 0
    assert await found(store, "biped balance") == []


async def test_a_renamed_page_is_found_under_its_new_address_alone(book: Path, store: VectorStore) -> None:
    await build(book, store)
    HashEmbedder.reset()
    (book / "arms.md").rename(book / "manipulators.md")

    report = await build(book, store)

    assert report.changes == Changes(added=1, changed=0, removed=1, unchanged=2)
    assert HashEmbedder.documents == []
    assert await found(store, "gripper") == ["https://book.example/manipulators#grippers"]


async def test_unchanged_chunks_keep_their_ids(book: Path, store: VectorStore) -> None:
    await build(book, store)
    [before] = await store.search(SearchQuery((WeightedText("gripper"),), None, 20))
    write_book(book, {"walking.md": "# Walking\n\nQuite another text.\n"})
    await build(book, store)

    [after] = await store.search(SearchQuery((WeightedText("gripper"),), None, 20))
    assert after.chunk.id == before.chunk.id


async def test_full_embeds_everything_anew(book: Path, store: VectorStore) -> None:
    first = await build(book, store)
    HashEmbedder.reset()

    report = await build(book, store, full=True)

    assert report.rebuilt
    assert report.manifest.build_id != first.manifest.build_id
    assert (report.embedded, report.copied) == (6, 0)
    assert report.changes == Changes(added=0, changed=0, removed=0, unchanged=3)
    assert len(HashEmbedder.documents) == 6


async def test_another_embedder_embeds_everything_anew(book: Path, store: VectorStore) -> None:
    await build(book, store)

    report = await build(book, store, OtherEmbedder())

    assert report.changes == Changes(added=0, changed=0, removed=0, unchanged=3)
    assert (report.embedded, report.copied) == (6, 0)
    assert report.manifest.embedder == OtherEmbedder.identity


async def test_another_language_rebuilds_but_copies_the_vectors(
    book: Path, index_dir: Path, store: VectorStore, settings: Any
) -> None:
    await build(book, store)
    settings.BM25_LANGUAGE = "german"

    report = await build(book, store)

    assert (report.rebuilt, report.embedded, report.copied) == (True, 0, 6)


async def test_another_address_rebuilds_but_copies_the_vectors(book: Path, store: VectorStore) -> None:
    await build(book, store)
    moved = await ingest([book], store=store, embedder=HashEmbedder(), base_url="https://elsewhere.example")

    assert (moved.rebuilt, moved.embedded, moved.copied) == (True, 0, 6)
    assert await found(store, "gripper") == ["https://elsewhere.example/arms#grippers"]


async def test_chunks_that_say_the_same_are_embedded_once(book: Path, store: VectorStore) -> None:
    write_book(book, {"copy.md": PAGES["arms.md"]})

    report = await build(book, store)

    assert report.embedded == 8
    assert len(HashEmbedder.documents) == 6
    assert sorted(await found(store, "gripper")) == [
        "https://book.example/arms#grippers",
        "https://book.example/copy#grippers",
    ]


async def test_without_an_embedder_words_are_indexed(book: Path, store: VectorStore) -> None:
    report = await build_of_words(book, store)

    assert (report.manifest.embedder, report.embedded, report.copied) == (None, 0, 0)
    assert await found(store, "gripper") == ["https://book.example/arms#grippers"]
    assert not (await build_of_words(book, store)).rebuilt
    assert (await build(book, store)).embedded == 6


async def test_several_sources_make_one_index(book: Path, tmp_path: Path, store: VectorStore) -> None:
    (tmp_path / "faq.jsonl").write_text('{"id": "faq-1", "title": "Falling", "text": "Get up again."}\n')

    report = await ingest(
        [book, tmp_path / "faq.jsonl"], store=store, embedder=HashEmbedder(), base_url=BASE_URL
    )

    assert report.changes.added == 4
    assert len(await found(store, "falling gripper")) == 2


async def test_a_book_that_cannot_be_read_leaves_the_old_index(book: Path, store: VectorStore) -> None:
    report = await build(book, store)

    with pytest.raises(SourceUnreadable):
        await build(book / "missing", store)

    assert await store.manifest() == report.manifest


async def test_a_path_longer_than_a_row_can_hold_is_refused(tmp_path: Path, store: VectorStore) -> None:
    (tmp_path / "faq.jsonl").write_text('{"id": "%s", "text": "Get up again."}\n' % ("x" * 600))

    with pytest.raises(SourceUnreadable, match="longer than 500"):
        await build(tmp_path / "faq.jsonl", store)


async def test_an_embedder_that_fails_leaves_the_old_index_and_tells(book: Path, store: VectorStore) -> None:
    old = await build(book, store)
    write_book(book, {"new.md": "# New\n\nSomething new.\n"})
    watcher = Watcher()
    HashEmbedder.available = False

    with pytest.raises(EmbeddingUnavailable):
        await build(book, store, observers=[watcher])

    assert watcher.events == ["began", "failed: The scripted embedder was told to fail."]
    assert await store.manifest() == old.manifest
    HashEmbedder.available = True
    assert (await build(book, store)).changes.added == 1


async def test_progress_counts_every_chunk(book: Path, store: VectorStore) -> None:
    await build(book, store)
    write_book(book, {"new.md": "# New\n\nSomething new.\n"})
    watcher = Watcher()

    await build(book, store, observers=[watcher])

    assert phases(watcher.progress) == list(Phase)
    assert (watcher.progress[-1].done, watcher.progress[-1].total) == (7, 7)
    assert watcher.events == ["began", "activated"]


async def test_the_time_to_go_follows_from_the_rate(tmp_path: Path, store: VectorStore) -> None:
    pages = {f"p{number}.md": f"# P{number}\n\nRobot {number} walks.\n" for number in range(80)}
    watcher = Watcher()

    await build(write_book(tmp_path / "long", pages), store, observers=[watcher])

    embedding = [each for each in watcher.progress if each.phase is Phase.EMBEDDING]
    assert [each.done for each in embedding] == [0, 32, 64, 80]
    assert embedding[0].seconds_left is None
    assert all(each.seconds_left is not None and each.seconds_left > 0 for each in embedding[1:-1])
    assert embedding[-1].seconds_left == 0


async def test_a_plan_counts_and_does_nothing(book: Path, store: VectorStore) -> None:
    counted = await planned(book, store)

    assert counted.changes.added == 3
    assert (counted.documents, counted.chunks, counted.embedding_calls) == (3, 6, 1)
    assert counted.tokens > 30
    assert counted.embedding_tokens > 30
    assert await store.manifest() is None
    assert HashEmbedder.documents == []


async def test_a_plan_counts_only_what_would_be_embedded(book: Path, store: VectorStore) -> None:
    await build(book, store)
    assert (await planned(book, store)).embedding_tokens == 0

    write_book(book, {"new.md": "# New\n\nTwo words.\n"})

    counted = await planned(book, store)
    assert counted.changes == Changes(added=1, changed=0, removed=0, unchanged=3)
    assert (counted.chunks, counted.embedding_calls, counted.embedding_tokens) == (7, 1, 3)
    assert (await planned(book, store, full=True)).embedding_tokens > 30


async def test_a_plan_without_an_embedder_has_no_calls(book: Path, store: VectorStore) -> None:
    counted = await plan([book], store=store, embedder=None, base_url=BASE_URL)

    assert (counted.chunks, counted.embedding_calls, counted.embedding_tokens) == (6, 0, 0)


def phases(progress: Sequence[Progress]) -> list[Phase]:
    return list(dict.fromkeys(each.phase for each in progress))
