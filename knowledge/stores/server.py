"""A Qdrant server: the index in collections that other processes, on other machines, read and build too."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final

from knowledge.errors import IndexEmpty, NoPredecessor, VectorStoreUnavailable
from knowledge.stores.base import IndexBuilder, VectorStore
from knowledge.stores.bm25 import encoder
from knowledge.stores.build_lock import BuildLock
from knowledge.stores.catalogue import Build, Catalogue
from knowledge.stores.collection import IndexCollection
from knowledge.stores.connection import Connection, attempted
from knowledge.stores.failures import CollectionMissing
from knowledge.types import EmbeddedChunk, Manifest, Matrix, ScoredChunk, SearchQuery

LOOK_EVERY: Final = 2.0  # seconds that the active index is believed to be the same


@dataclass(frozen=True, slots=True)
class ServedIndex:
    manifest: Manifest
    collection: IndexCollection


class ServerStore(VectorStore):
    """`name` is the index's, `language` what new builds stem by.

    A new index is noticed `look_every` seconds after its activation, at most; by whoever built it at once.
    """

    def __init__(
        self, url: str, *, api_key: str | None, name: str, language: str, look_every: float = LOOK_EVERY
    ) -> None:
        self._server = Connection(url, api_key=api_key)
        self._catalogue = Catalogue(self._server, name)
        self._bm25 = encoder(language)
        self._look_every = look_every
        self._look_again_at = 0.0
        self._looking: asyncio.Task[None] | None = None
        self._seen: str | None = None  # the build id that was active at the last look
        self._served: ServedIndex | None = None

    async def manifest(self) -> Manifest | None:
        served = await self._active()
        return served.manifest if served else None

    async def search(self, query: SearchQuery) -> list[ScoredChunk]:
        served = await self._required()
        try:
            return await served.collection.search(query)
        except CollectionMissing:
            # Two builds have ended since the last look, and the second has deleted this one.
            self._forget()
            return await (await self._required()).collection.search(query)

    async def predecessor(self) -> Manifest | None:
        build = await self._catalogue.predecessor()
        return build.manifest if build else None

    async def rollback(self) -> Manifest:
        async with BuildLock(self._server, self._catalogue.name).held():
            build = await self._catalogue.predecessor()
            if build is None:
                raise NoPredecessor(
                    f"The Qdrant server holds no earlier index of {self._catalogue.name} to return to."
                )
            await self.activate(build.manifest)
            return build.manifest

    async def vectors(self, content_hashes: Iterable[str]) -> AsyncIterator[tuple[str, Matrix]]:
        missing = set(content_hashes)
        served = await self._active()
        if served is None:
            return
        async for content_hash, matrix in served.collection.vectors():
            if content_hash in missing:
                missing.remove(content_hash)
                yield content_hash, matrix
            if not missing:
                return

    @asynccontextmanager
    async def build(self, build_id: str, *, dimensions: int | None) -> AsyncIterator[IndexBuilder]:
        """Raises VectorStoreRefused, too, where the index's name is that of a collection."""
        await self._catalogue.require_free_name()
        lock = BuildLock(self._server, self._catalogue.name)
        async with lock.held():
            await attempted(self._catalogue.prune(), purpose="delete what killed builds have left")
            name = self._catalogue.collection(build_id)
            collection = IndexCollection(self._server, name, bm25=self._bm25, dimensions=dimensions)
            try:
                await collection.create()
                yield ServerBuilder(build_id, collection=collection, store=self, lock=lock)
            finally:
                await attempted(self._tidy(build_id, lock), purpose="delete old builds")

    async def activate(self, manifest: Manifest) -> None:
        await self._catalogue.activate(manifest)
        self._forget()

    async def aclose(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        await self._server.aclose()

    async def _tidy(self, build_id: str, lock: BuildLock) -> None:
        await self._catalogue.discard(build_id)
        await lock.confirm()
        await self._catalogue.prune()

    async def _required(self) -> ServedIndex:
        served = await self._active()
        if served is None:
            raise IndexEmpty(
                f"There is no index {self._catalogue.name} on the Qdrant server. Run: manage.py reindex"
            )
        return served

    async def _active(self) -> ServedIndex | None:
        """As of the last look; one look serves all who ask meanwhile."""
        if monotonic() >= self._look_again_at:
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
            await asyncio.shield(self._looking)
        return self._served

    def _forget(self) -> None:
        self._look_again_at = 0.0

    async def _look(self) -> None:
        build_id = await self._catalogue.active_id()
        if build_id != self._seen:
            build = await self._catalogue.active()
            self._served = self._serve(build) if build else None
            self._seen = build_id
        self._look_again_at = monotonic() + self._look_every

    def _serve(self, build: Build) -> ServedIndex:
        manifest = build.manifest
        collection = IndexCollection(
            self._server,
            self._catalogue.collection(build.build_id),
            bm25=encoder(manifest.bm25_language),
            dimensions=manifest.embedder.dimensions if manifest.embedder else None,
        )
        return ServedIndex(manifest, collection)


class ServerBuilder(IndexBuilder):
    def __init__(
        self, build_id: str, *, collection: IndexCollection, store: ServerStore, lock: BuildLock
    ) -> None:
        self.build_id = build_id
        self._collection = collection
        self._store = store
        self._lock = lock

    async def add(self, chunks: Sequence[EmbeddedChunk]) -> None:
        async with self._collection_kept():
            await self._collection.upsert(chunks)

    async def search(self, query: SearchQuery) -> list[ScoredChunk]:
        async with self._collection_kept():
            return await self._collection.search(query)

    async def activate(self, manifest: Manifest) -> None:
        async with self._collection_kept():
            if (count := await self._collection.count()) != manifest.chunks:
                raise VectorStoreUnavailable(f"{count} chunks were written instead of {manifest.chunks}.")
            await self._collection.settle()
        await self._lock.confirm()
        await self._store.activate(manifest)

    @asynccontextmanager
    async def _collection_kept(self) -> AsyncIterator[None]:
        """Raises BuildRunning where it was deleted because another build has taken over."""
        try:
            yield
        except CollectionMissing:
            await self._lock.confirm()
            raise
