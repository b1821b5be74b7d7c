"""Embeddings that were paid for: kept as they come, used again, forgotten with their texts."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge import embedding_cache
from knowledge.content import read
from knowledge.errors import EmbeddingUnavailable
from knowledge.ingestion import IngestionPlan, IngestionReport, ingest, plan
from knowledge.models import CachedEmbedding
from knowledge.providers.base import Embedder
from knowledge.stores import open_store
from knowledge.types import EmbedderIdentity, Matrix
from tests.knowledge.books import PAGES, write_book
from tests.scripted import HashEmbedder

pytestmark = pytest.mark.django_db(transaction=True)

BASE_URL = "https://book.example"
IDENTITY = EmbedderIdentity("scripted", "hash-16", 16)
ANOTHER = EmbedderIdentity("scripted", "hash-16", 8)


class PaidEmbedder(HashEmbedder):
    """Takes four texts at once, as often as it is allowed to."""

    paid = True
    batch_size = 4

    def __init__(self, *, calls: int = 1000) -> None:
        self.calls_left = calls

    async def embed_documents(self, texts: Sequence[str]) -> list[Matrix]:
        if not self.calls_left:
            raise EmbeddingUnavailable("The account is empty.", permanent=True)
        self.calls_left -= 1
        return await super().embed_documents(texts)


@pytest.fixture(autouse=True)
def fresh(hash_embedder: type[HashEmbedder], index_dir: Path) -> None:
    """Nothing embedded or indexed yet."""


async def build(book: Path, embedder: Embedder | None = None, **options: Any) -> IngestionReport:
    return await ingest(
        [book], store=open_store(), embedder=embedder or PaidEmbedder(), base_url=BASE_URL, **options
    )


async def planned(book: Path, **options: Any) -> IngestionPlan:
    return await plan([book], store=open_store(), embedder=PaidEmbedder(), base_url=BASE_URL, **options)


def hashes(book: Path) -> frozenset[str]:
    return read([book], base_url=BASE_URL).hashes


async def kept() -> set[tuple[str, int]]:
    """Content hash and length of what is kept."""
    rows = CachedEmbedding.objects.values_list("content_hash", "dimensions")
    return {row async for row in rows}


def windows(*rows: float, dimensions: int = 16) -> Matrix:
    return np.stack([np.full(dimensions, row, dtype=np.float32) for row in rows])


async def test_what_is_kept_comes_back_as_it_was() -> None:
    one, two = windows(0.1), windows(1 / 3, -2.5, 1e-20)
    await embedding_cache.keep(IDENTITY, {"one": one, "two": two})

    found = await embedding_cache.cached(IDENTITY, {"one", "two", "three"})

    assert found.keys() == {"one", "two"}
    np.testing.assert_array_equal(found["one"], one)
    np.testing.assert_array_equal(found["two"], two)
    assert found["two"].dtype == np.float32


async def test_a_vector_takes_four_bytes_a_dimension() -> None:
    await embedding_cache.keep(IDENTITY, {"one": windows(0.1, 0.2)})

    assert len((await CachedEmbedding.objects.aget()).vectors) == 2 * 16 * 4


async def test_each_embedder_has_its_own() -> None:
    await embedding_cache.keep(IDENTITY, {"one": windows(0.1)})
    await embedding_cache.keep(ANOTHER, {"one": windows(0.2, dimensions=8)})

    assert (await embedding_cache.cached(ANOTHER, {"one"}))["one"].shape == (1, 8)
    assert (await embedding_cache.cached(IDENTITY, {"one"}))["one"].shape == (1, 16)


async def test_a_newer_one_takes_the_older_ones_place() -> None:
    await embedding_cache.keep(IDENTITY, {"one": windows(0.1)})
    await embedding_cache.keep(IDENTITY, {"one": windows(0.9), "two": windows(0.5)})

    found = await embedding_cache.cached(IDENTITY, {"one"})
    np.testing.assert_array_equal(found["one"], windows(0.9))


async def test_a_large_book_is_kept_and_pruned_whole() -> None:
    book = {f"text {number}": windows(number) for number in range(1300)}
    await embedding_cache.keep(IDENTITY, book)

    assert len(await embedding_cache.cached(IDENTITY, book.keys())) == 1300
    await embedding_cache.prune({"text 7"})
    assert await kept() == {("text 7", 16)}


async def test_a_build_keeps_what_it_pays_for(book: Path) -> None:
    await build(book)

    assert await kept() == {(content_hash, 16) for content_hash in hashes(book)}


async def test_what_a_failed_build_has_paid_is_not_paid_again(book: Path) -> None:
    with pytest.raises(EmbeddingUnavailable):
        await build(book, PaidEmbedder(calls=1))
    assert len(HashEmbedder.documents) == 4

    report = await build(book)

    assert (report.embedded, report.copied) == (2, 4)
    assert len(HashEmbedder.documents) == len(set(HashEmbedder.documents)) == 6


async def test_a_lost_index_costs_nothing(book: Path, index_dir: Path) -> None:
    await build(book)
    HashEmbedder.reset()
    shutil.rmtree(index_dir)

    report = await build(book)

    assert (report.rebuilt, report.embedded, report.copied) == (True, 0, 6)
    assert HashEmbedder.documents == []


async def test_full_pays_again_and_keeps_the_new(book: Path) -> None:
    await build(book)
    HashEmbedder.reset()

    report = await build(book, full=True)

    assert report.embedded == len(HashEmbedder.documents) == 6
    assert len(await kept()) == 6


async def test_texts_that_left_the_book_are_forgotten(book: Path) -> None:
    await build(book)
    (book / "walking.md").unlink()
    write_book(book, {"arms.md": PAGES["arms.md"].replace("holds", "grasps")})

    await build(book)

    assert await kept() == {(content_hash, 16) for content_hash in hashes(book)}


async def test_another_embedders_work_on_the_book_is_kept(book: Path) -> None:
    [some, *_] = hashes(book)
    await embedding_cache.keep(ANOTHER, {some: windows(0.2, dimensions=8), "gone": windows(1, dimensions=8)})

    await build(book)

    assert {row for row in await kept() if row[1] == 8} == {(some, 8)}


async def test_a_build_that_fails_forgets_nothing(book: Path) -> None:
    await build(book)
    (book / "walking.md").unlink()
    write_book(book, {"new.md": "# New\n\nSomething new.\n"})

    with pytest.raises(EmbeddingUnavailable):
        await build(book, PaidEmbedder(calls=0))

    assert len(await kept()) == 6


async def test_what_costs_nothing_is_not_kept(book: Path) -> None:
    await build(book, HashEmbedder())

    assert await kept() == set()


async def test_a_plan_counts_what_is_neither_indexed_nor_kept(book: Path) -> None:
    assert (await planned(book)).embedding_texts == 6
    with pytest.raises(EmbeddingUnavailable):
        await build(book, PaidEmbedder(calls=1))

    counted = await planned(book)

    assert (counted.chunks, counted.embedding_texts, counted.embedding_calls) == (6, 2, 1)
    assert (await planned(book, full=True)).embedding_texts == 6
