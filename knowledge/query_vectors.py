"""A question's embedding, where it can be had: a search by words alone is better than none."""

import logging

from async_lru import alru_cache

from knowledge.bounds import EMBEDDED_CHARACTERS
from knowledge.errors import EmbeddingUnavailable
from knowledge.per_loop import PerLoop
from knowledge.providers.base import Embedder
from knowledge.types import Vector

logger = logging.getLogger(__name__)

REMEMBERED = 512  # questions: readers share the ones that a page suggests


class _QueryVectors:
    def __init__(self) -> None:
        # Who wants one that is being made waits for it; a failure is not remembered.
        self._remembered = alru_cache(maxsize=REMEMBERED)(self._embedded)
        self._reported = False  # so that the log has one line for an outage, not one for each question

    async def of(self, text: str, embedder: Embedder) -> Vector | None:
        try:
            return await self._remembered(embedder, text)
        except EmbeddingUnavailable as exc:
            if not self._reported:
                logger.warning("Until questions can be embedded again, words alone are searched: %s", exc)
            self._reported = True
            return None

    async def _embedded(self, embedder: Embedder, text: str) -> Vector:
        vector = await embedder.embed_query(text)
        if self._reported:
            logger.info("Questions are embedded again.")
        self._reported = False
        return vector


_query_vectors = PerLoop(_QueryVectors)


def forget_query_vectors() -> None:
    """Of the running loop, which they would keep in memory."""
    _query_vectors.pop()


async def query_vector(text: str, embedder: Embedder | None) -> Vector | None:
    """The vector of the text, or of a long one's beginning; None without an embedder, or while it fails."""
    return await _query_vectors.get().of(text[:EMBEDDED_CHARACTERS], embedder) if embedder else None
