"""What a vector store is: an active index to search, and builds that replace it at once or not at all."""

import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final

from knowledge.types import EmbeddedChunk, Manifest, Matrix, ScoredChunk, SearchQuery

# What lies beside an index and is not named so is no build: never followed, never deleted.
BUILD_ID: Final = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{6}")


class SearchableIndex(ABC):
    @abstractmethod
    async def manifest(self) -> Manifest | None:
        """What the index says of itself; None where there is none. Cheap: read on every question."""

    @abstractmethod
    async def search(self, query: SearchQuery) -> list[ScoredChunk]:
        """The best chunks, best first: dense and BM25 fused by DBSF, BM25 alone without a vector.

        Raises IndexEmpty and VectorStoreUnavailable.
        """


class IndexBuilder(ABC):
    """A new index being written beside the active one. Leaving its context without `activate` discards it."""

    build_id: str

    @abstractmethod
    async def add(self, chunks: Sequence[EmbeddedChunk]) -> None:
        """Write points. Ids are unique within a build."""

    @abstractmethod
    async def search(self, query: SearchQuery) -> list[ScoredChunk]:
        """As the index would be searched with what was added so far."""

    @abstractmethod
    async def activate(self, manifest: Manifest) -> None:
        """Make this index the active one, durably and at once; keep its predecessor, drop older ones."""


class IndexPreview(SearchableIndex):
    """An index as it would answer if it were activated now."""

    def __init__(self, builder: IndexBuilder, manifest: Manifest) -> None:
        self._builder = builder
        self._manifest = manifest

    async def manifest(self) -> Manifest:
        return self._manifest

    async def search(self, query: SearchQuery) -> list[ScoredChunk]:
        return await self._builder.search(query)


class VectorStore(SearchableIndex):
    """An active index, which is searched, and its predecessor."""

    @abstractmethod
    async def predecessor(self) -> Manifest | None:
        """Of the index that `rollback` would return to; None where there is none."""

    @abstractmethod
    async def rollback(self) -> Manifest:
        """Make the predecessor the active index, and the active one its predecessor: once more undoes it.

        Raises NoPredecessor, BuildRunning and VectorStoreUnavailable.
        """

    @abstractmethod
    def vectors(self, content_hashes: Iterable[str]) -> AsyncIterator[tuple[str, Matrix]]:
        """(content hash, vectors) of the active index's chunks with these hashes, each hash once."""

    @abstractmethod
    def build(self, build_id: str, *, dimensions: int | None) -> AbstractAsyncContextManager[IndexBuilder]:
        """Begin a build; remnants of killed ones are removed. `dimensions` None: BM25 alone.

        Raises BuildRunning while another build, of any process, goes on.
        """

    async def aclose(self) -> None:
        """Release connections and files."""
