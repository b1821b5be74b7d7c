"""A question's embedding, where it can be had: a search by words alone is better than none."""

import logging
from dataclasses import dataclass

from knowledge.errors import EmbeddingUnavailable
from knowledge.per_loop import PerLoop
from knowledge.providers.base import Embedder
from knowledge.types import Vector

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Outage:
    reported: bool = False  # so that the log has one line for it, not one for each question


_outages = PerLoop(_Outage)


async def query_vector(text: str, embedder: Embedder | None) -> Vector | None:
    """The text's vector; None without an embedder, or while it fails."""
    if embedder is None:
        return None
    outage = _outages.get()
    try:
        vector = await embedder.embed_query(text)
    except EmbeddingUnavailable as exc:
        if not outage.reported:
            logger.warning("Until questions can be embedded again, words alone are searched: %s", exc)
        outage.reported = True
        return None
    if outage.reported:
        logger.info("Questions are embedded again.")
    outage.reported = False
    return vector
