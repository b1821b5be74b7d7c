"""The points of one build on a Qdrant server: what `shard` is to an embedded index."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any, Final, cast
from uuid import UUID

import numpy as np
from qdrant_client import models

from knowledge.errors import VectorStoreFailing
from knowledge.stores.bm25 import Bm25Encoder
from knowledge.stores.connection import Connection
from knowledge.stores.failures import CollectionExists
from knowledge.stores.payload import FILTERED_FIELDS, to_chunk, to_payload
from knowledge.stores.ranking import CANDIDATES, DENSE, SPARSE, Rankings, Scores, ceiling
from knowledge.types import EmbeddedChunk, Matrix, ScoredChunk, SearchQuery

logger = logging.getLogger(__name__)

PAGE: Final = 64  # points in a request: with long vectors still well under the server's limit of 32 MB
INDEXED_WITHIN: Final = 300.0  # seconds
LOOK_EVERY: Final = 0.5  # seconds

PointId = int | str | UUID


class IndexCollection:
    """Raises VectorStoreUnavailable, and CollectionMissing where it does not exist."""

    def __init__(self, server: Connection, name: str, *, bm25: Bm25Encoder, dimensions: int | None) -> None:
        self.name = name
        self._server = server
        self._bm25 = bm25
        self._dimensions = dimensions

    async def create(self) -> None:
        sparse = {SPARSE: models.SparseVectorParams(modifier=models.Modifier.IDF)}
        await create_collection(
            self._server, self.name, dense=_dense(self._dimensions), sparse=sparse, filtered=FILTERED_FIELDS
        )

    async def upsert(self, chunks: Sequence[EmbeddedChunk]) -> None:
        for start in range(0, len(chunks), PAGE):
            await self._write([self._point(chunk) for chunk in chunks[start : start + PAGE]])

    async def count(self) -> int:
        return (await self._server.read(lambda qdrant: qdrant.count(self.name))).count

    async def settle(self) -> None:
        """Wait until the search structures are built, so that the first questions are not slow ones."""
        deadline = monotonic() + INDEXED_WITHIN
        while monotonic() < deadline:
            info = await self._server.read(lambda qdrant: qdrant.get_collection(self.name))
            if info.status is models.CollectionStatus.RED:
                raise VectorStoreFailing(f"Qdrant could not index the points: {info.optimizer_status}")
            if info.status is not models.CollectionStatus.YELLOW:
                return
            await asyncio.sleep(LOOK_EVERY)
        logger.warning("Qdrant is still indexing %s; until it has, searches are slower.", self.name)

    async def search(self, query: SearchQuery) -> list[ScoredChunk]:
        """Best first. A vector of another length than the index's is another embedder's and left out."""
        searches = self._searches(query)
        if not searches:
            return []
        requests = _requests(searches, depth=max(CANDIDATES, query.limit), document=query.document)
        answered, most = await asyncio.gather(self._answered(requests), self._ceiling(query))
        alone = dict(zip(searches, answered, strict=False))
        rankings = Rankings(answered[-1], alone.get(DENSE, {}), alone.get(SPARSE, {}), most)
        return await self._best(rankings, limit=query.limit)

    async def vectors(self) -> AsyncIterator[tuple[str, Matrix]]:
        """(content hash, vectors) of every point that has vectors."""
        if self._dimensions is None:
            return
        page, following = await self._page(None)
        while True:
            for record in page:
                if record.vector:
                    yield _payload(record)["content_hash"], _matrix(record)
            if following is None:
                return
            page, following = await self._page(following)

    async def _write(self, points: list[models.PointStruct]) -> None:
        await self._server.write(lambda qdrant: qdrant.upsert(self.name, points))

    async def _page(self, offset: PointId | None) -> tuple[list[models.Record], PointId | None]:
        return await self._server.read(
            lambda qdrant: qdrant.scroll(
                self.name, limit=PAGE, offset=offset, with_payload=["content_hash"], with_vectors=[DENSE]
            )
        )

    def _point(self, embedded: EmbeddedChunk) -> models.PointStruct:
        chunk = embedded.chunk
        words = self._bm25.document(chunk.indexed_text)
        vectors: dict[str, Any] = {SPARSE: _sparse(words)}
        if embedded.vectors is not None:
            vectors[DENSE] = embedded.vectors.tolist()
        return models.PointStruct(id=str(chunk.id), vector=vectors, payload=to_payload(chunk))

    def _searches(self, query: SearchQuery) -> dict[str, Any]:
        searches: dict[str, Any] = {}
        if query.vector is not None and query.vector.shape == (self._dimensions,):
            searches[DENSE] = [query.vector.tolist()]
        if (words := self._bm25.query(query.words)) is not None:
            searches[SPARSE] = _sparse(words)
        return searches

    async def _answered(self, requests: list[models.QueryRequest]) -> list[Scores]:
        """Each request's points and their scores."""
        responses = await self._server.read(lambda qdrant: qdrant.query_batch_points(self.name, requests))
        return [{UUID(str(point.id)): point.score for point in response.points} for response in responses]

    async def _ceiling(self, query: SearchQuery) -> float | None:
        terms = self._bm25.each(query.words) if query.with_word_share else []
        if not terms:
            return None
        requests = [models.QueryRequest(query=_sparse(term), using=SPARSE, limit=1) for term in terms]
        best, chunks = await asyncio.gather(self._answered(requests), self.count())
        return ceiling([term.values[0] for term in terms], best, chunks=chunks)

    async def _best(self, rankings: Rankings, *, limit: int) -> list[ScoredChunk]:
        best = rankings.best(limit)
        if not best:
            return []
        records = await self._server.read(
            lambda qdrant: qdrant.retrieve(self.name, [str(point_id) for point_id in best])
        )
        chunks = {point_id: to_chunk(point_id, _payload(record)) for point_id, record in _by_id(records)}
        return [rankings.scored(chunks[point_id]) for point_id in best]


async def create_collection(
    server: Connection,
    name: str,
    *,
    dense: Mapping[str, models.VectorParams],
    sparse: Mapping[str, models.SparseVectorParams],
    filtered: Sequence[str],
) -> None:
    """Make it as described, or complete what an interrupted attempt has left; `filtered` are keywords."""
    # An earlier attempt, whose answer was lost, or another process may have created it.
    with suppress(CollectionExists):
        await server.write(
            lambda qdrant: qdrant.create_collection(name, vectors_config=dense, sparse_vectors_config=sparse)
        )
    for field in filtered:
        await _index(server, name, field)


async def _index(server: Connection, collection: str, field: str) -> None:
    keyword = models.PayloadSchemaType.KEYWORD
    await server.write(lambda qdrant: qdrant.create_payload_index(collection, field, keyword))


def _dense(dimensions: int | None) -> dict[str, models.VectorParams]:
    if dimensions is None:
        return {}
    many = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
    return {
        DENSE: models.VectorParams(size=dimensions, distance=models.Distance.COSINE, multivector_config=many)
    }


def _requests(searches: Mapping[str, Any], *, depth: int, document: str | None) -> list[models.QueryRequest]:
    """Each search alone, for its scores; then, if there are two, both fused."""
    wanted = _within(document)
    requests = [
        models.QueryRequest(query=search, using=name, filter=wanted, limit=depth)
        for name, search in searches.items()
    ]
    if len(searches) > 1:
        legs = [
            models.Prefetch(query=search, using=name, filter=wanted, limit=depth)
            for name, search in searches.items()
        ]
        fusion = models.FusionQuery(fusion=models.Fusion.DBSF)
        requests.append(models.QueryRequest(prefetch=legs, query=fusion, limit=2 * depth))
    return requests


def _within(document: str | None) -> models.Filter | None:
    if document is None:
        return None
    match = models.MatchValue(value=document)
    return models.Filter(must=[models.FieldCondition(key="document", match=match)])


def _sparse(words: Any) -> models.SparseVector:
    return models.SparseVector(indices=list(words.indices), values=list(words.values))


def _by_id(records: Sequence[models.Record]) -> list[tuple[UUID, models.Record]]:
    return [(UUID(str(record.id)), record) for record in records]


def _payload(record: models.Record) -> Mapping[str, Any]:
    return record.payload or {}


def _matrix(record: models.Record) -> Matrix:
    return np.asarray(cast(dict[str, Any], record.vector)[DENSE], dtype=np.float32)
