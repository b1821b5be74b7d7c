"""Where an index refuses: measured at its build on the index itself, with nothing else to tune.

A sentence of the book, asked as a question while the chunks that hold it are kept out, stands for a question
about the book whose answer is worded otherwise. Its evidence is a little less than that of real questions
which the book answers; so a threshold that one sentence in twenty would miss refuses very few of those
(measured on documentation, abstracts and encyclopedia articles; see benchmarks/README.md).
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from hashlib import sha256
from typing import Final

import numpy as np

from knowledge import embedding_cache
from knowledge.evidence import evidence_of, words_alone
from knowledge.providers.base import Embedder
from knowledge.sentences import sentences
from knowledge.types import (
    BlockKind,
    Chunk,
    RefusalThresholds,
    ScoredChunk,
    SearchQuery,
    Vector,
    WeightedText,
)
from knowledge.words import letters

SENTENCES: Final = 100  # a single request to a provider that embeds
FEWEST: Final = 40
MISSED: Final = 0.05
LENGTH: Final = range(5, 41)  # words
FOUND: Final = 20  # chunks looked at

Search = Callable[[SearchQuery], Awaitable[list[ScoredChunk]]]


async def calibrated(
    chunks: Sequence[Chunk], *, search: Search, embedder: Embedder | None
) -> RefusalThresholds | None:
    """The index's thresholds; None where there are too few sentences. Raises EmbeddingUnavailable."""
    sample = _sample(chunks)
    if len(sample) < FEWEST:
        return None
    vectors = await _vectors(sample, embedder) if embedder else [None] * len(sample)
    looked_up = [await _elsewhere(text, vector, search) for text, vector in zip(sample, vectors, strict=True)]
    # Of what stands in many copies nothing else is found.
    found = [one for one in looked_up if one]
    if len(found) < FEWEST:
        return None
    return RefusalThresholds(
        meaning=_missed_by_few([evidence_of(one) for one in found]) if embedder else None,
        words=_missed_by_few([words_alone(one) for one in found]),
    )


def paid_for(chunks: Sequence[Chunk]) -> frozenset[str]:
    """The names under which the book's sentences are kept as questions that were paid for."""
    return frozenset(map(_name, _sample(chunks)))


async def _vectors(sample: Sequence[str], embedder: Embedder) -> list[Vector]:
    if not embedder.paid:
        return await embedder.embed_queries(sample)
    names = dict(zip(map(_name, sample), sample, strict=True))
    kept = await embedding_cache.cached(embedder.identity, names.keys())
    fresh = {name: text for name, text in names.items() if name not in kept}
    if fresh:
        vectors = await embedder.embed_queries(list(fresh.values()))
        new = {name: vector[np.newaxis] for name, vector in zip(fresh, vectors, strict=True)}
        await embedding_cache.keep(embedder.identity, new)
        kept |= new
    return [kept[name][0] for name in names]


def _name(text: str) -> str:
    """Not that of the text as a passage, whose embedding is another one."""
    return sha256(f"question\n{text}".encode()).hexdigest()


def _sample(chunks: Sequence[Chunk]) -> list[str]:
    """A sentence each of as many chunks, the same ones for the same book."""
    shuffled = sorted(chunks, key=lambda chunk: sha256(chunk.content_hash.encode()).digest())
    chosen: dict[str, str] = {}
    for chunk in shuffled:
        candidates = sorted(_askable(chunk), key=lambda text: sha256(text.encode()).digest())
        if candidates and len(chosen) < SENTENCES:
            chosen.setdefault(letters(candidates[0]), candidates[0])
    return list(chosen.values())


def _askable(chunk: Chunk) -> Iterator[str]:
    for sentence in sentences(chunk.text):
        is_text = sentence.kind in (BlockKind.PROSE, BlockKind.LIST)
        if is_text and len(sentence.text.split()) in LENGTH:
            yield sentence.text


async def _elsewhere(text: str, vector: Vector | None, search: Search) -> list[ScoredChunk]:
    query = SearchQuery((WeightedText(text),), vector, FOUND, with_word_share=True)
    said = letters(text)
    return [scored for scored in await search(query) if said not in letters(scored.chunk.text)]


def _missed_by_few(evidence: Sequence[float]) -> float:
    return round(float(np.quantile(evidence, MISSED)), 4)
