"""What a search asks of Qdrant, embedded or served: two rankings, and the two of them fused."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from knowledge.types import Chunk, ScoredChunk

DENSE: Final = "dense"
SPARSE: Final = "bm25"
CANDIDATES: Final = 100  # of each search, before they are fused

# What a word adds to a score without end where a chunk says nothing else: k + 1, and its rarity.
MOST_OF_A_WORD: Final = 2.2

Scores = Mapping[UUID, float]


@dataclass(frozen=True, slots=True)
class Rankings:
    fused: Scores  # the only search's own scores, where there was but one
    dense: Scores
    sparse: Scores
    ceiling: float | None = None  # what a chunk would score that is the best in the index for each word

    def best(self, limit: int) -> list[UUID]:
        """Best first. Qdrant puts points of one score in any order; their ids settle it."""
        return sorted(self.fused, key=lambda point_id: (-self.fused[point_id], point_id))[:limit]

    def scored(self, chunk: Chunk) -> ScoredChunk:
        bm25 = self.sparse.get(chunk.id)
        return ScoredChunk(
            chunk,
            self.fused[chunk.id],
            similarity=self.dense.get(chunk.id),
            bm25=bm25,
            word_share=bm25 / self.ceiling if bm25 and self.ceiling else None,
        )


def ceiling(weights: Sequence[float], best: Sequence[Scores], *, chunks: int) -> float:
    """The sum over the words of what each one's best chunk scores for it.

    `weights` are the words', `best` each one's own best chunk, if any has it: a word that is nowhere in the
    index counts as what a chunk full of it would score, and so tells most.
    """
    unknown = MOST_OF_A_WORD * math.log(1 + (chunks + 0.5) / 0.5)
    return sum(
        max(scores.values(), default=weight * unknown) for weight, scores in zip(weights, best, strict=True)
    )
