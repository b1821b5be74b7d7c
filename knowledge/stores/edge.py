"""Qdrant Edge: the index in this process, from files that other processes may read at the same time."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from knowledge.errors import IndexEmpty, NoPredecessor, VectorStoreUnavailable
from knowledge.stores.base import IndexBuilder, VectorStore
from knowledge.stores.bm25 import encoder
from knowledge.stores.directory import IndexDirectory
from knowledge.stores.shard import Shard
from knowledge.types import EmbeddedChunk, Manifest, Matrix, ScoredChunk, SearchQuery

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """An index that is being read; forgetting it releases its files."""

    build_id: str
    manifest: Manifest
    shard: Shard


class EdgeStore(VectorStore):
    """`root` holds the index's files; `language` is what new builds stem by."""

    def __init__(self, root: Path, *, language: str) -> None:
        self._directory = IndexDirectory(root)
        self._bm25 = encoder(language)
        self._open: OpenIndex | None = None
        self._opening = asyncio.Lock()
        self._searching = asyncio.Lock()
        self._reported: str | None = None  # the damaged build that the log knows of already

    async def manifest(self) -> Manifest | None:
        """None also where the index is damaged: the log then says so, and the next build mends it."""
        try:
            index = await self._active()
        except VectorStoreUnavailable as exc:
            if self._reported != str(exc):
                self._reported = str(exc)
                logger.warning("%s", exc)
            return None
        return index.manifest if index else None

    async def search(self, query: SearchQuery) -> list[ScoredChunk]:
        index = await self._active()
        if index is None:
            raise IndexEmpty(f"There is no index in {self._directory.root}. Run: manage.py reindex")
        # Each search occupies the event loop for a moment. Of many that come at once each gets a round of the
        # loop to itself, so that everything else has its turn in between.
        async with self._searching:
            return index.shard.search(query)

    async def predecessor(self) -> Manifest | None:
        build_id = self._directory.predecessor()
        return self._directory.manifest(build_id) if build_id else None

    async def rollback(self) -> Manifest:
        with self._directory.locked():
            build_id = self._directory.predecessor()
            if build_id is None:
                raise NoPredecessor(f"{self._directory.root} holds no earlier index to return to.")
            index = await asyncio.to_thread(self._load, build_id)
            self._directory.activate(build_id, index.manifest)
            return index.manifest

    async def vectors(self, content_hashes: Iterable[str]) -> AsyncIterator[tuple[str, Matrix]]:
        missing = set(content_hashes)
        index = await self._active()
        if index is None:
            return
        for content_hash, matrix in index.shard.vectors():
            if not missing:
                return
            if content_hash in missing:
                missing.remove(content_hash)
                yield content_hash, matrix

    @asynccontextmanager
    async def build(self, build_id: str, *, dimensions: int | None) -> AsyncIterator[IndexBuilder]:
        with self._directory.locked():
            self._directory.prune()
            try:
                path = self._directory.create(build_id)
                shard = Shard.create(path, bm25=self._bm25, dimensions=dimensions)
                yield EdgeBuilder(build_id, shard=shard, directory=self._directory)
            finally:
                # This build where it was not activated, the one before its predecessor where it was.
                self._directory.prune()

    async def aclose(self) -> None:
        self._open = None

    async def _active(self) -> OpenIndex | None:
        """The index that the pointer names, opened again whenever it names another."""
        if self._is_current():
            return self._open
        async with self._opening:
            while not self._is_current():
                await self._reopen()
            return self._open

    def _is_current(self) -> bool:
        return self._directory.active() == (self._open.build_id if self._open else None)

    async def _reopen(self) -> None:
        build_id = self._directory.active()
        if build_id is None:
            self._open = None
            return
        try:
            self._open = await asyncio.to_thread(self._load, build_id)
        except VectorStoreUnavailable:
            # A builder may have deleted it since the pointer was read; then there is a newer one.
            if build_id == self._directory.active():
                raise

    def _load(self, build_id: str) -> OpenIndex:
        path = self._directory.shard(build_id)
        try:
            manifest = self._directory.manifest(build_id)
            dimensions = manifest.embedder.dimensions if manifest.embedder else None
            bm25 = encoder(manifest.bm25_language)
            shard = Shard.load(path, bm25=bm25, dimensions=dimensions)
            if (count := shard.count()) != manifest.chunks:
                raise VectorStoreUnavailable(f"{count} chunks instead of {manifest.chunks}")
        except VectorStoreUnavailable as exc:
            raise VectorStoreUnavailable(
                f"The index in {path.parent} is damaged. Run: manage.py reindex ({exc})"
            ) from exc
        return OpenIndex(build_id, manifest, shard)


class EdgeBuilder(IndexBuilder):
    def __init__(self, build_id: str, *, shard: Shard, directory: IndexDirectory) -> None:
        self.build_id = build_id
        self._shard = shard
        self._directory = directory

    async def add(self, chunks: Sequence[EmbeddedChunk]) -> None:
        self._shard.upsert(chunks)

    async def search(self, query: SearchQuery) -> list[ScoredChunk]:
        return self._shard.search(query)

    async def activate(self, manifest: Manifest) -> None:
        # In one breath, so that an interruption comes either before it or after it.
        self._shard.optimize()
        if (count := self._shard.count()) != manifest.chunks:
            raise VectorStoreUnavailable(f"{count} chunks were written instead of {manifest.chunks}.")
        self._shard.close()
        self._directory.activate(self.build_id, manifest)
