"""Sparse vectors of words: the same on every store, because they are computed here."""

from collections.abc import Iterable
from functools import cache
from typing import Final

import qdrant_edge
from django.core.exceptions import ImproperlyConfigured

from knowledge.bounds import TERMS
from knowledge.types import WeightedText

# What qdrant-edge-py accepts; it cannot list them itself.
LANGUAGES: Final = (
    "arabic, azerbaijani, basque, bengali, catalan, chinese, danish, dutch, english, finnish, french, "
    "german, greek, hebrew, hinglish, hungarian, indonesian, italian, japanese, kazakh, nepali, norwegian, "
    "portuguese, romanian, russian, slovene, spanish, swedish, tajik, turkish"
)


class Bm25Encoder:
    """Stems, drops stop words and weighs by BM25 (k 1.2, b 0.75); the store's IDF modifier does the rest.

    Raises ImproperlyConfigured for a language that it does not know.
    """

    def __init__(self, language: str) -> None:
        try:
            self._model = qdrant_edge.Bm25(qdrant_edge.Bm25Config(language=language))
        except ValueError as exc:
            raise ImproperlyConfigured(
                f"BM25_LANGUAGE is {language!r}; it must be one of: {LANGUAGES}."
            ) from exc

    def document(self, text: str) -> qdrant_edge.SparseVector:
        return self._model.embed_document(text)

    def terms(self, words: Iterable[WeightedText]) -> dict[int, float]:
        """TERMS at most, each once, with the weight of the text that counts most."""
        weights: dict[int, float] = {}
        for weighted in words:
            for term in self._model.embed_query(weighted.text).indices:
                weights[term] = max(weighted.weight, weights.get(term, 0.0))
        if len(weights) <= TERMS:
            return weights
        # A term's number is a hash: in their order they are a sample, and the same one each time.
        return dict(sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:TERMS])

    def query(self, words: Iterable[WeightedText]) -> qdrant_edge.SparseVector | None:
        """The terms as a vector; None where none is left."""
        weights = self.terms(words)
        return qdrant_edge.SparseVector(list(weights), list(weights.values())) if weights else None

    def each(self, words: Iterable[WeightedText]) -> list[qdrant_edge.SparseVector]:
        """A vector for each term alone."""
        return [qdrant_edge.SparseVector([term], [weight]) for term, weight in self.terms(words).items()]


@cache
def encoder(language: str) -> Bm25Encoder:
    return Bm25Encoder(language)
