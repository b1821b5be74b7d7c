"""A build's chunks: embedded where their vectors are not known, and written to the new index."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing
from time import perf_counter
from typing import Final

from knowledge import embedding_cache
from knowledge.batches import batches
from knowledge.patience import Patience, PatientEmbedder
from knowledge.progress import Phase, Tracker
from knowledge.providers.base import Embedder
from knowledge.stores.base import IndexBuilder
from knowledge.types import Chunk, EmbeddedChunk, Matrix

WRITTEN_AT_ONCE: Final = 200  # chunks

ByHash = dict[str, list[Chunk]]


class ChunkWriter:
    """Embeds and writes a build's chunks, and counts."""

    def __init__(
        self, builder: IndexBuilder, embedder: Embedder | None, tracker: Tracker, patience: Patience
    ) -> None:
        self._builder = builder
        self._embedder = embedder
        self._tracker = tracker
        self._patience = patience
        self.copied = 0
        self.embedded = 0
        self.embedding_seconds = 0.0

    async def write(self, chunks: Sequence[Chunk], known: Mapping[str, Matrix]) -> None:
        await self._tracker.enter(Phase.WRITING)
        ready = [chunk for chunk in chunks if self._embedder is None or chunk.content_hash in known]
        for batch in batches(ready, WRITTEN_AT_ONCE):
            await self._add([EmbeddedChunk(chunk, known.get(chunk.content_hash)) for chunk in batch])
        self.copied = len(ready) if self._embedder else 0
        if self._embedder is not None and len(ready) < len(chunks):
            await self._tracker.enter(Phase.EMBEDDING)
            fresh = by_hash(chunk for chunk in chunks if chunk.content_hash not in known)
            await self._embed(fresh, self._embedder)

    async def _embed(self, fresh: ByHash, embedder: Embedder) -> None:
        patient = PatientEmbedder(embedder, tracker=self._tracker, patience=self._patience)
        texts = {content_hash: same[0].indexed_text for content_hash, same in fresh.items()}
        began = perf_counter()
        async with aclosing(patient.embed(texts)) as portions:
            async for vectors in portions:
                self.embedding_seconds += perf_counter() - began
                if embedder.paid:
                    await embedding_cache.keep(embedder.identity, vectors)
                await self._add_embedded(vectors, fresh)
                began = perf_counter()

    async def _add_embedded(self, vectors: Mapping[str, Matrix], fresh: ByHash) -> None:
        embedded = [EmbeddedChunk(chunk, matrix) for name, matrix in vectors.items() for chunk in fresh[name]]
        self.embedded += len(embedded)
        await self._add(embedded)

    async def _add(self, chunks: Sequence[EmbeddedChunk]) -> None:
        await self._builder.add(chunks)
        await self._tracker.advance(len(chunks))


def by_hash(chunks: Iterable[Chunk]) -> ByHash:
    """Chunks that say the same share their vectors."""
    groups: ByHash = {}
    for chunk in chunks:
        groups.setdefault(chunk.content_hash, []).append(chunk)
    return groups
