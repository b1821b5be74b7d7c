"""The passages as readers see them: numbered, each with an excerpt."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from knowledge.excerpts import excerpt
from knowledge.types import ScoredChunk, Source

NEAREST = 3  # sections offered with a refusal


def sources_of(passages: Iterable[ScoredChunk], question: str) -> tuple[Source, ...]:
    return tuple(
        Source(
            number=number,
            title=scored.chunk.title,
            path=scored.chunk.headings,
            url=scored.chunk.url,
            file=scored.chunk.file,
            excerpt=excerpt(scored.chunk.text, question=question),
            similarity=scored.similarity and round(scored.similarity, 4),
        )
        for number, scored in enumerate(passages, start=1)
    )


def numbered(sources: Iterable[Source], *, first: int = 1) -> tuple[Source, ...]:
    return tuple(replace(source, number=number) for number, source in enumerate(sources, start=first))


def nearest(sources: Sequence[Source]) -> tuple[Source, ...]:
    """The best sections; one that is long enough for several passages counts once."""
    sections: dict[str, Source] = {}
    for source in sources:
        sections.setdefault(source.url, source)
    return numbered(list(sections.values())[:NEAREST])
