"""Sources -> index: load, cut, embed what is new, write, swap."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from django.conf import settings

from knowledge import calibration, embedding_cache
from knowledge.batches import batches
from knowledge.chunk_writing import ChunkWriter, by_hash
from knowledge.content import Content, read
from knowledge.errors import EmbeddingUnavailable, KnowledgeError
from knowledge.golden import GoldenQuestion, golden_figures, read_golden, require_kept
from knowledge.patience import Patience
from knowledge.progress import BuildObserver, Changes, IngestionReport, Phase, Tracker
from knowledge.providers.base import Embedder
from knowledge.runtime import Runtime
from knowledge.stores.base import IndexBuilder, IndexPreview, SearchableIndex, VectorStore
from knowledge.types import EmbedderIdentity, GoldenFigures, Manifest, Matrix, RefusalThresholds

logger = logging.getLogger(__name__)


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
    fresh = [same[0].indexed_text for name, same in by_hash(content.chunks).items() if name not in known]
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
    accept: bool = False,
    unless_rolled_back: bool = False,
    observers: Sequence[BuildObserver] = (),
    patience: Patience | None = None,
) -> IngestionReport:
    """Make the store's active index say what the sources say; do nothing where it does already.

    Vectors of unchanged chunks are copied, unless `full`, and those that were paid for are kept as soon as
    they come, so that a build that is killed is not paid again. Whatever happens, the old index answers
    until the new one is complete, and has answered the site's golden questions about as well; unless the
    operator will `accept` it as it is. With `unless_rolled_back`, what somebody went back from is not built.

    Raises SourceUnreadable, BuildRunning, EmbeddingUnavailable, GoldenQuestionsLost and
    VectorStoreUnavailable.
    """
    started = perf_counter()
    await Tracker(observers).enter(Phase.LOADING)
    content, golden = read(paths, base_url=base_url), read_golden(paths)
    identity = _identity(embedder)
    active = await store.manifest()
    fingerprint = content.fingerprint(identity)
    rolled_back = unless_rolled_back and await _went_back_from(fingerprint, store)
    if active is not None and ((not full and active.fingerprint == fingerprint) or rolled_back):
        changes, seconds = content.changes_since(active), perf_counter() - started
        return IngestionReport(active, False, changes, 0, 0, seconds, 0, rolled_back=rolled_back)
    build_id = _new_build_id()
    async with (
        store.build(build_id, dimensions=identity.dimensions if identity else None) as builder,
        _watched(build_id, identity, observers),
    ):
        changes = content.changes_since(await store.manifest())
        known = {} if full else await _known_vectors(content, store, embedder)
        tracker = Tracker(observers, total=len(content.chunks))
        writing = ChunkWriter(builder, embedder, tracker, patience or Patience())
        await writing.write(content.chunks, known)
        await tracker.enter(Phase.CHECKING)
        manifest = _manifest(build_id, content, identity, paths)
        manifest = replace(manifest, refusal=await _refusal(content, builder, embedder, active))
        figures = await _judged(golden, IndexPreview(builder, manifest), store, observers) if golden else None
        if figures and not accept:
            require_kept(figures)
        await tracker.enter(Phase.OPTIMIZING)
        await builder.activate(manifest)
        seconds = perf_counter() - started
        report = IngestionReport(
            manifest,
            True,
            changes,
            writing.embedded,
            writing.copied,
            seconds,
            writing.embedding_seconds,
            golden=figures,
        )
        for observer in observers:
            await observer.activated(report)
    if embedder and embedder.paid:
        await embedding_cache.prune(content.hashes | calibration.paid_for(content.chunks))
    return report


async def _refusal(
    content: Content, builder: IndexBuilder, embedder: Embedder | None, active: Manifest | None
) -> RefusalThresholds | None:
    """As measured on the new index; those of the active one where that cannot be done now."""
    try:
        return await calibration.calibrated(content.chunks, search=builder.search, embedder=embedder)
    except EmbeddingUnavailable as exc:
        logger.warning("The evidence that questions need could not be measured: %s", exc)
    return active.refusal if active is not None and active.embedder == _identity(embedder) else None


async def _went_back_from(fingerprint: str, store: VectorStore) -> bool:
    """Whether the predecessor is of this content and yet the newer one: only a rollback makes it so."""
    active, predecessor = await store.manifest(), await store.predecessor()
    if active is None or predecessor is None:
        return False
    return predecessor.built_at > active.built_at and predecessor.fingerprint == fingerprint


async def _judged(
    golden: Sequence[GoldenQuestion],
    fresh: SearchableIndex,
    store: VectorStore,
    observers: Sequence[BuildObserver],
) -> GoldenFigures:
    async with aclosing(Runtime(fresh)) as new, aclosing(Runtime(store)) as old:
        has_index = await store.manifest() is not None
        figures = await golden_figures(golden, fresh=new, active=old if has_index else None)
    for observer in observers:
        await observer.judged(figures)
    return figures


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
