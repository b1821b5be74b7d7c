"""Embeddings of sentences, remembered: the same passages are quoted from again and again."""

from collections import OrderedDict
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from knowledge.providers.base import Embedder
from knowledge.types import Matrix, Vector

REMEMBERED = 8192  # of 1.5 kB each


class SentenceVectors:
    """An embedder for short texts that embeds none of the last REMEMBERED ones twice."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: OrderedDict[bytes, Vector] = OrderedDict()

    async def of(self, texts: Sequence[str]) -> Matrix:
        """One row per text; of a text longer than the model reads, its beginning's.

        Raises EmbeddingUnavailable.
        """
        by_key = {_key(text): text for text in texts}
        vectors = {key: self._known[key] for key in by_key if key in self._known}
        new = {key: text for key, text in by_key.items() if key not in vectors}
        if new:
            rows = await self._embedder.embed_beginnings(list(new.values()))
            # Copies: a row alone would keep the whole batch in memory.
            vectors |= {key: row.copy() for key, row in zip(new, rows, strict=True)}
        self._remember(vectors)
        return np.stack([vectors[_key(text)] for text in texts])

    def _remember(self, vectors: dict[bytes, Vector]) -> None:
        self._known.update(vectors)
        for key in vectors:
            self._known.move_to_end(key)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def _key(text: str) -> bytes:
    """What the text is remembered by: its length is the reader's choice."""
    return blake2b(text.encode(), digest_size=16).digest()
