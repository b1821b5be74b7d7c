"""Embeddings that were paid for, kept in the database: a killed build or a lost index does not cost twice."""

from collections.abc import Mapping, Set
from typing import Final, TypedDict

import numpy as np
from channels.db import database_sync_to_async

from knowledge.batches import batches
from knowledge.models import CachedEmbedding
from knowledge.types import EmbedderIdentity, Matrix

ROWS_AT_ONCE: Final = 500  # databases limit a statement's parameters
STORED_TYPE: Final = np.dtype("<f4")


async def cached(embedder: EmbedderIdentity, content_hashes: Set[str]) -> dict[str, Matrix]:
    """What is kept of this embedder's work on these texts, by content hash."""
    found: dict[str, Matrix] = await database_sync_to_async(_find, thread_sensitive=False)(
        embedder, content_hashes
    )
    return found


async def keep(embedder: EmbedderIdentity, vectors: Mapping[str, Matrix]) -> None:
    """Keep these, by content hash, in place of older ones."""
    await database_sync_to_async(_store, thread_sensitive=False)(embedder, vectors)


async def prune(content_hashes: Set[str]) -> None:
    """Forget the embeddings of all texts but these, whoever made them."""
    await database_sync_to_async(_forget_others, thread_sensitive=False)(content_hashes)


class _Key(TypedDict):
    provider: str
    model: str
    dimensions: int


def _key(embedder: EmbedderIdentity) -> _Key:
    return {
        "provider": embedder.provider,
        "model": embedder.model,
        "dimensions": embedder.dimensions,
    }


def _find(embedder: EmbedderIdentity, content_hashes: Set[str]) -> dict[str, Matrix]:
    rows = CachedEmbedding.objects.filter(**_key(embedder))
    found = {}
    for batch in batches(sorted(content_hashes), ROWS_AT_ONCE):
        kept = rows.filter(content_hash__in=batch).values_list("content_hash", "vectors")
        found.update({content_hash: _unpacked(packed, embedder) for content_hash, packed in kept})
    return found


def _store(embedder: EmbedderIdentity, vectors: Mapping[str, Matrix]) -> None:
    CachedEmbedding.objects.bulk_create(
        [
            CachedEmbedding(**_key(embedder), content_hash=content_hash, vectors=_packed(matrix))
            for content_hash, matrix in vectors.items()
        ],
        batch_size=ROWS_AT_ONCE,
        update_conflicts=True,
        unique_fields=[*_key(embedder), "content_hash"],
        update_fields=["vectors"],
    )


def _forget_others(content_hashes: Set[str]) -> None:
    kept = CachedEmbedding.objects.values_list("pk", "content_hash")
    stale = [pk for pk, content_hash in kept if content_hash not in content_hashes]
    for batch in batches(stale, ROWS_AT_ONCE):
        CachedEmbedding.objects.filter(pk__in=batch).delete()


def _packed(matrix: Matrix) -> bytes:
    return matrix.astype(STORED_TYPE).tobytes()


def _unpacked(packed: bytes | memoryview, embedder: EmbedderIdentity) -> Matrix:
    return np.frombuffer(packed, dtype=STORED_TYPE).reshape(-1, embedder.dimensions).astype(np.float32)
