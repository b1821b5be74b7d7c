"""Question -> the passages to answer from, and how much they are evidence for an answer at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings

from knowledge import selections
from knowledge.bounds import CANDIDATES, LOOKED_THROUGH
from knowledge.definitions import defining_first, terms
from knowledge.errors import IndexEmpty
from knowledge.evidence import evidence_of
from knowledge.followups import Lookup, standalone
from knowledge.runtime import Runtime
from knowledge.types import (
    Manifest,
    PastTurn,
    RefusalThresholds,
    ScoredChunk,
    SearchQuery,
    Selection,
    WeightedText,
)
from knowledge.worker import in_worker

# Where an index is too small for its own to be measured.
THRESHOLDS = RefusalThresholds(meaning=0.5, words=0.12)
# Below it not even a question in another language than the book's has found what it is about.
HARDLY_ANY = 0.05


@dataclass(frozen=True, slots=True)
class Retrieval:
    question: str  # standing alone
    words: tuple[WeightedText, ...]  # that were looked up
    candidates: tuple[ScoredChunk, ...]  # best first
    passages: tuple[ScoredChunk, ...]  # those to answer from
    evidence: float
    sufficient: bool  # for quotations; False: the book does not say
    lacks_vector: bool  # the question could not be embedded at that moment
    hopeless: bool  # hardly any evidence: the book does not say, whoever is asked

    @property
    def trace(self) -> dict[str, Any]:
        """For the owner: {"question", "evidence", "candidates": [{id, url, heading, score, …}]}."""
        return {
            "question": self.question,
            "evidence": round(self.evidence, 4),
            "candidates": [
                {
                    "id": str(scored.chunk.id),
                    "url": scored.chunk.url,
                    "heading": " › ".join(scored.chunk.headings),
                    "score": round(scored.score, 4),
                    "similarity": scored.similarity and round(scored.similarity, 4),
                    "bm25": scored.bm25 and round(scored.bm25, 4),
                }
                for scored in self.candidates
            ],
        }


async def retrieve(
    question: str,
    *,
    limit: int,
    runtime: Runtime,
    history: Sequence[PastTurn] = (),
    selection: Selection | None = None,
) -> Retrieval:
    """Look the question up; by its words alone while it cannot be embedded.

    Raises IndexEmpty and VectorStoreUnavailable.
    """
    manifest = await runtime.index.manifest()
    if manifest is None:
        raise IndexEmpty("There is no index. Run: manage.py reindex")
    embedder = runtime.embedder(manifest.embedder)
    lookup = await standalone(question, history, embedder=embedder, model=runtime.model)
    if selection:
        lookup = await selections.drawn_to(lookup, selection, embedder)
    enough = max(limit, CANDIDATES)
    depth = max(limit, LOOKED_THROUGH) if terms(lookup.question) else enough
    found = await runtime.index.search(_query(lookup, limit=depth, with_word_share=selection is None))
    on_page = await _page_of(selection, lookup, manifest, runtime, limit=limit) if selection else []
    candidates, passages = await in_worker(
        partial(_chosen, lookup.question, found, on_page, selection, enough=enough)
    )
    evidence = evidence_of(candidates)
    threshold = _threshold(lookup, manifest)
    return Retrieval(
        question=lookup.question,
        words=lookup.words,
        candidates=tuple(candidates[:CANDIDATES]),
        passages=tuple(passages[:limit]),
        evidence=evidence,
        sufficient=selection is not None or evidence >= threshold,
        lacks_vector=embedder is not None and lookup.vector is None,
        hopeless=selection is None and evidence < min(threshold, _set_threshold(HARDLY_ANY)),
    )


def _chosen(
    question: str,
    found: Sequence[ScoredChunk],
    on_page: Sequence[ScoredChunk],
    selection: Selection | None,
    *,
    enough: int,
) -> tuple[list[ScoredChunk], list[ScoredChunk]]:
    """The candidates, best first, and the passages."""
    ordered = [*defining_first(question, found[:LOOKED_THROUGH]), *found[LOOKED_THROUGH:]]
    candidates = ordered[:enough]
    if selection is None:
        return candidates, candidates
    return candidates, selections.passages_with(selection, on_page=on_page, elsewhere=candidates)


def _threshold(lookup: Lookup, manifest: Manifest) -> float:
    measured = manifest.refusal or THRESHOLDS
    if lookup.vector is None and manifest.embedder is not None:
        # The configured threshold is one for meaning and words together; words alone never reach it.
        return measured.words
    own = measured.words if lookup.vector is None or measured.meaning is None else measured.meaning
    return _set_threshold(own)


def _set_threshold(otherwise: float) -> float:
    """The one that the operator has set, if any."""
    return otherwise if settings.SIMILARITY_THRESHOLD is None else float(settings.SIMILARITY_THRESHOLD)


def _query(
    lookup: Lookup, *, limit: int, document: str | None = None, with_word_share: bool = False
) -> SearchQuery:
    return SearchQuery(lookup.words, lookup.vector, limit, document, with_word_share)


async def _page_of(
    selection: Selection, lookup: Lookup, manifest: Manifest, runtime: Runtime, *, limit: int
) -> list[ScoredChunk]:
    page = await in_worker(selections.page_of, selection, manifest)
    if page is None:
        return []
    return await runtime.index.search(_query(lookup, limit=limit, document=page.path))
