"""Embeddings of sentences, remembered: the same passages are quoted from again and again."""

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from knowledge.providers.base import Embedder
from knowledge.types import Matrix, Vector

REMEMBERED = 8192  # of 1.5 kB each


class SentenceVectors:
    """An embedder for short texts that embeds none of the last REMEMBERED ones twice."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: OrderedDict[str, Vector] = OrderedDict()

    async def of(self, texts: Sequence[str]) -> Matrix:
        """One row per text; of a text longer than the model reads, its beginning's.

        Raises EmbeddingUnavailable.
        """
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        for text, rows in zip(new, await self._embedder.embed_documents(new), strict=True):
            # A copy: a row alone would keep the whole batch in memory.
            self._known[text] = rows[0].copy()
        for text in texts:
            self._known.move_to_end(text)
        vectors = np.stack([self._known[text] for text in texts])
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return vectors
