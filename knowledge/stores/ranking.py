"""What a search asks of Qdrant, embedded or served: two rankings, and the two of them fused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from knowledge.types import Chunk, ScoredChunk

DENSE: Final = "dense"
SPARSE: Final = "bm25"
CANDIDATES: Final = 100  # of each search, before they are fused

Scores = Mapping[UUID, float]


@dataclass(frozen=True, slots=True)
class Rankings:
    fused: Scores  # the only search's own scores, where there was but one
    dense: Scores
    sparse: Scores

    def best(self, limit: int) -> list[UUID]:
        """Best first. Qdrant puts points of one score in any order; their ids settle it."""
        return sorted(self.fused, key=lambda point_id: (-self.fused[point_id], point_id))[:limit]

    def scored(self, chunk: Chunk) -> ScoredChunk:
        return ScoredChunk(
            chunk,
            self.fused[chunk.id],
            similarity=self.dense.get(chunk.id),
            bm25=self.sparse.get(chunk.id),
        )
