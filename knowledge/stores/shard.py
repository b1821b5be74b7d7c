"""One Edge shard: the points of one build. The only file that speaks to Qdrant Edge's shards."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID

import numpy as np
import qdrant_edge as edge

from knowledge.stores.bm25 import Bm25Encoder
from knowledge.stores.payload import FILTERED_FIELDS, to_chunk, to_payload
from knowledge.stores.ranking import CANDIDATES, DENSE, SPARSE, Rankings, Scores, ceiling
from knowledge.stores.seam import translated
from knowledge.types import Chunk, EmbeddedChunk, Matrix, ScoredChunk, SearchQuery, WeightedText

PAGE: Final = 256  # points read at a time
KEPT: Final = 2000  # chunks, some 5 MB, that need not be read again


class Shard:
    """Calls block, and hold the interpreter's lock: milliseconds for a search, more to load or to seal.

    Raises VectorStoreUnavailable.
    """

    def __init__(self, shard: edge.EdgeShard, *, bm25: Bm25Encoder, dimensions: int | None) -> None:
        self._shard = shard
        self._bm25 = bm25
        self._dimensions = dimensions
        self._read: dict[UUID, Chunk] = {}

    @classmethod
    def create(cls, path: Path, *, bm25: Bm25Encoder, dimensions: int | None) -> "Shard":
        with translated():
            shard = edge.EdgeShard.create(str(path), _config(dimensions))
            for field in FILTERED_FIELDS:
                schema = edge.PayloadSchemaType.Keyword
                shard.update(edge.UpdateOperation.create_field_index(field, schema))
        return cls(shard, bm25=bm25, dimensions=dimensions)

    @classmethod
    def load(cls, path: Path, *, bm25: Bm25Encoder, dimensions: int | None) -> "Shard":
        with translated():
            return cls(edge.EdgeShard.load(str(path)), bm25=bm25, dimensions=dimensions)

    def count(self) -> int:
        with translated():
            return self._shard.info().points_count

    def upsert(self, chunks: Sequence[EmbeddedChunk]) -> None:
        with translated():
            self._shard.update(edge.UpdateOperation.upsert_points([self._point(chunk) for chunk in chunks]))

    def optimize(self) -> None:
        """Build the search structures and put everything on the disk."""
        with translated():
            self._shard.optimize()
            self._shard.flush()

    def close(self) -> None:
        with translated():
            self._shard.close()

    def search(self, query: SearchQuery) -> list[ScoredChunk]:
        """Best first. A vector of another length than the index's is another embedder's and left out."""
        searches = self._searches(query)
        if not searches:
            return []
        depth = max(CANDIDATES, query.limit)
        wanted = _within(query.document)
        requests = [edge.QueryRequest(depth, query=search, filter=wanted) for search in searches.values()]
        if len(searches) > 1:
            legs = [edge.Prefetch(depth, search, filter=wanted) for search in searches.values()]
            fusion = cast(Any, edge.Fusion.Dbsf())
            requests.append(edge.QueryRequest(2 * depth, query=fusion, prefetches=legs))
        answered = self._answered(requests)
        alone = dict(zip(searches, answered, strict=False))
        found = Rankings(
            answered[-1],
            alone.get(DENSE, {}),
            alone.get(SPARSE, {}),
            ceiling=self._ceiling(query.words) if query.with_word_share else None,
        )
        return self._best(found, limit=query.limit)

    def vectors(self) -> Iterator[tuple[str, Matrix]]:
        """(content hash, vectors) of every point that has vectors."""
        offset = None
        while self._dimensions is not None:
            request = edge.ScrollRequest(offset, PAGE, with_payload=["content_hash"], with_vector=[DENSE])
            with translated():
                records, offset = self._shard.scroll(request)
            for record in records:
                yield _payload(record)["content_hash"], _matrix(record)
            if offset is None:
                return

    def _point(self, embedded: EmbeddedChunk) -> edge.Point:
        chunk = embedded.chunk
        vectors: dict[str, Any] = {SPARSE: self._bm25.document(chunk.indexed_text)}
        if embedded.vectors is not None:
            vectors[DENSE] = embedded.vectors
        return edge.Point(chunk.id, vectors, to_payload(chunk))

    def _searches(self, query: SearchQuery) -> dict[str, edge.Query]:
        searches = {}
        if query.vector is not None and query.vector.shape == (self._dimensions,):
            searches[DENSE] = edge.Query.Nearest(cast(Any, [query.vector]), DENSE)
        if (words := self._bm25.query(query.words)) is not None:
            searches[SPARSE] = edge.Query.Nearest(words, SPARSE)
        return searches

    def _answered(self, requests: list[edge.QueryRequest]) -> list[Scores]:
        """Each request's points and their scores."""
        with translated():
            rankings = self._shard.query_batch(edge.QueryBatchRequest(requests))
        return [{cast(UUID, point.id): point.score for point in points} for points in rankings]

    def _ceiling(self, words: Sequence[WeightedText]) -> float:
        terms = self._bm25.each(words)
        best = self._answered(
            [edge.QueryRequest(1, query=edge.Query.Nearest(term, SPARSE)) for term in terms]
        )
        return ceiling([term.values[0] for term in terms], best, chunks=self.count())

    def _best(self, rankings: Rankings, *, limit: int) -> list[ScoredChunk]:
        return [rankings.scored(chunk) for chunk in self._chunks(rankings.best(limit))]

    def _chunks(self, ids: Sequence[UUID]) -> list[Chunk]:
        """The points' chunks, read once: no build changes a point that it has written."""
        if unread := [point_id for point_id in ids if point_id not in self._read]:
            with translated():
                records = self._shard.retrieve(cast(Any, unread), with_payload=True, with_vector=False)
            for record in records:
                point_id = cast(UUID, record.id)
                self._read[point_id] = to_chunk(point_id, _payload(record))
        chunks = [self._read.pop(point_id) for point_id in ids]
        self._read.update((chunk.id, chunk) for chunk in chunks)  # as the latest
        while len(self._read) > KEPT:
            del self._read[next(iter(self._read))]
        return chunks


def _config(dimensions: int | None) -> edge.EdgeConfig:
    many = edge.MultiVectorConfig(edge.MultiVectorComparator.MaxSim)
    dense = dimensions and edge.EdgeVectorParams(dimensions, edge.Distance.Cosine, multivector_config=many)
    return edge.EdgeConfig(
        vectors={DENSE: dense} if dense else None,
        sparse_vectors={SPARSE: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
        # A write-ahead log would let only one process open the shard.
        wal_enabled=False,
    )


def _within(document: str | None) -> edge.Filter | None:
    if document is None:
        return None
    return edge.Filter(must=[edge.FieldCondition("document", match=edge.MatchValue(document))])


def _payload(record: edge.Record) -> Mapping[str, Any]:
    return record.payload or {}


def _matrix(record: edge.Record) -> Matrix:
    return np.asarray(cast(dict[str, Any], record.vector)[DENSE], dtype=np.float32)
