"""Sources -> index: load, cut, embed what is new, write, swap."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Final

from django.conf import settings

from knowledge import embedding_cache
from knowledge.batches import batches
from knowledge.content import Content, read
from knowledge.errors import KnowledgeError
from knowledge.patience import Patience, PatientEmbedder
from knowledge.progress import BuildObserver, Changes, IngestionReport, Phase, Tracker
from knowledge.providers.base import Embedder
from knowledge.stores.base import IndexBuilder, VectorStore
from knowledge.types import Chunk, EmbeddedChunk, EmbedderIdentity, Manifest, Matrix

WRITTEN_AT_ONCE: Final = 200  # chunks

ByHash = dict[str, list[Chunk]]  # chunks that say the same share their vectors


@dataclass(frozen=True, slots=True)
class IngestionPlan:
    changes: Changes
    documents: int
    chunks: int
    tokens: int
    embedding_texts: int  # neither in the index nor kept from before
    embedding_calls: int
    embedding_tokens: int


async def plan(
    paths: Sequence[Path],
    *,
    store: VectorStore,
    embedder: Embedder | None,
    base_url: str,
    full: bool = False,
) -> IngestionPlan:
    """What `ingest` would do, without doing it. Raises SourceUnreadable."""
    content = read(paths, base_url=base_url)
    known = {} if full else await _known_vectors(content, store, embedder)
    fresh = [same[0].indexed_text for name, same in _by_hash(content.chunks).items() if name not in known]
    embedding = [embedder.plan(texts) for texts in batches(fresh, embedder.batch_size)] if embedder else []
    return IngestionPlan(
        changes=content.changes_since(await store.manifest()),
        documents=len(content.documents),
        chunks=len(content.chunks),
        tokens=sum(chunk.tokens for chunk in content.chunks),
        embedding_texts=len(fresh) if embedder else 0,
        embedding_calls=sum(part.calls for part in embedding),
        embedding_tokens=sum(part.tokens for part in embedding),
    )


async def ingest(
    paths: Sequence[Path],
    *,
    store: VectorStore,
    embedder: Embedder | None,
    base_url: str,
    full: bool = False,
    observers: Sequence[BuildObserver] = (),
    patience: Patience | None = None,
) -> IngestionReport:
    """Make the store's active index say what the sources say; do nothing where it does already.

    Vectors of unchanged chunks are copied, unless `full`, and those that were paid for are kept as soon as
    they come, so that a build that is killed is not paid again. Whatever happens, the old index answers
    until the new one is complete.

    Raises SourceUnreadable, BuildRunning, EmbeddingUnavailable and VectorStoreUnavailable.
    """
    started = perf_counter()
    await Tracker(observers).enter(Phase.LOADING)
    content = read(paths, base_url=base_url)
    identity = _identity(embedder)
    active = await store.manifest()
    if not full and active is not None and active.fingerprint == content.fingerprint(identity):
        return IngestionReport(
            active, False, content.changes_since(active), 0, 0, perf_counter() - started, 0
        )
    build_id = _new_build_id()
    async with (
        store.build(build_id, dimensions=identity.dimensions if identity else None) as builder,
        _watched(build_id, identity, observers),
    ):
        changes = content.changes_since(await store.manifest())
        known = {} if full else await _known_vectors(content, store, embedder)
        tracker = Tracker(observers, total=len(content.chunks))
        writing = _Writing(builder, embedder, tracker, patience or Patience())
        await writing.write(content.chunks, known)
        manifest = _manifest(build_id, content, identity, paths)
        await builder.activate(manifest)
        seconds = perf_counter() - started
        report = IngestionReport(
            manifest, True, changes, writing.embedded, writing.copied, seconds, writing.embedding_seconds
        )
        for observer in observers:
            await observer.activated(report)
    if embedder and embedder.paid:
        await embedding_cache.prune(content.hashes)
    return report


class _Writing:
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
            fresh = _by_hash(chunk for chunk in chunks if chunk.content_hash not in known)
            await self._embed(fresh, self._embedder)
        await self._tracker.enter(Phase.OPTIMIZING)

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


@asynccontextmanager
async def _watched(
    build_id: str, embedder: EmbedderIdentity | None, observers: Sequence[BuildObserver]
) -> AsyncIterator[None]:
    """Tell the observers that a build began, and, whatever ends it early, that it failed."""
    for observer in observers:
        await observer.began(build_id, embedder)
    try:
        yield
    except BaseException as exc:
        for observer in observers:
            await observer.failed(_reason(exc))
        raise


def _reason(exc: BaseException) -> str:
    if isinstance(exc, KnowledgeError):
        return str(exc)
    stopped = isinstance(exc, asyncio.CancelledError | KeyboardInterrupt)
    return "It was stopped." if stopped else f"{type(exc).__name__}: {exc}"


async def _known_vectors(
    content: Content, store: VectorStore, embedder: Embedder | None
) -> dict[str, Matrix]:
    """Vectors that need not be computed, by content hash: the active index's, and those kept."""
    if embedder is None:
        return {}
    known: dict[str, Matrix] = {}
    active = await store.manifest()
    if active is not None and active.embedder == embedder.identity:
        known = {name: matrix async for name, matrix in store.vectors(content.hashes)}
    if embedder.paid:
        known |= await embedding_cache.cached(embedder.identity, content.hashes - known.keys())
    return known


def _manifest(
    build_id: str, content: Content, embedder: EmbedderIdentity | None, paths: Sequence[Path]
) -> Manifest:
    return Manifest(
        build_id=build_id,
        built_at=datetime.now(UTC),
        embedder=embedder,
        bm25_language=settings.BM25_LANGUAGE,
        fingerprint=content.fingerprint(embedder),
        sources=tuple(str(path.resolve()) for path in paths),
        documents=content.documents,
    )


def _new_build_id() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


def _identity(embedder: Embedder | None) -> EmbedderIdentity | None:
    return embedder.identity if embedder else None


def _by_hash(chunks: Iterable[Chunk]) -> ByHash:
    groups: ByHash = {}
    for chunk in chunks:
        groups.setdefault(chunk.content_hash, []).append(chunk)
    return groups
