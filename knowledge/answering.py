"""Question in, answer out, piece by piece, with citations that hold."""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from knowledge import model_health
from knowledge.citations import CitationFilter
from knowledge.errors import ModelInterrupted, ModelUnavailable
from knowledge.excerpts import excerpt
from knowledge.prompts import answer_prompt
from knowledge.providers.base import LanguageModel
from knowledge.retrieval import Retrieval, retrieve
from knowledge.runtime import Runtime
from knowledge.smalltalk import reply_to
from knowledge.types import (
    Finish,
    PastTurn,
    Prompt,
    ScoredChunk,
    Selection,
    Source,
    TextDelta,
    Usage,
)

logger = logging.getLogger(__name__)

REFUSAL = "I could not find an answer to this in the book."
NEAREST = 3  # sections offered with a refusal


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    limit: int  # passages
    max_output_tokens: int
    history: tuple[PastTurn, ...] = ()
    selection: Selection | None = None


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What was found, before the first word: the passages by rank, and the trace for the owner."""

    sources: tuple[Source, ...]
    trace: dict[str, Any]  # {"question", "evidence", "candidates": [{id, url, heading, score, …}]}


@dataclass(frozen=True, slots=True)
class Written:
    """More of the answer's text, and the sources that it cites for the first time, numbered as in it."""

    text: str
    cited: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """The end of a whole answer."""

    answered: bool  # False: the book does not say
    degraded: bool = False  # True: quoted from the passages because the language model failed
    provider: str = ""
    model: str = ""
    usage: Usage = field(default_factory=Usage)


AnswerEvent = Retrieved | Written | Answered


async def answer(question: Question, *, runtime: Runtime) -> AsyncGenerator[AnswerEvent, None]:
    """One Retrieved, the text in Written pieces, one Answered.

    Raises what `retrieve` raises before the first event, and ModelInterrupted after the first piece.
    """
    if reply := reply_to(question.text):
        yield Retrieved(sources=(), trace={})
        yield Written(reply)
        yield Answered(answered=True)
        return
    retrieval = await retrieve(
        question.text,
        limit=question.limit,
        runtime=runtime,
        history=question.history,
        selection=question.selection,
    )
    yield Retrieved(sources=_sources(retrieval.passages, retrieval.question), trace=_trace(retrieval))
    write = _written(question, retrieval, runtime) if retrieval.sufficient else _refused(retrieval)
    async with aclosing(write) as events:
        async for event in events:
            yield event


async def search(query: str, *, limit: int, runtime: Runtime) -> tuple[Source, ...]:
    """The best passages, numbered by rank. Raises what `retrieve` raises."""
    retrieval = await retrieve(query, limit=limit, runtime=runtime)
    return _sources(retrieval.passages, retrieval.question)


async def _refused(retrieval: Retrieval) -> AsyncGenerator[AnswerEvent, None]:
    nearest = _sources(retrieval.passages[:NEAREST], retrieval.question)
    offered = "\n".join(f"- {' › '.join(source.path)} [{source.number}]" for source in nearest)
    yield Written(f"{REFUSAL} The nearest sections are:\n\n{offered}" if nearest else REFUSAL, cited=nearest)
    yield Answered(answered=False)


async def _written(
    question: Question, retrieval: Retrieval, runtime: Runtime
) -> AsyncGenerator[AnswerEvent, None]:
    prompt = answer_prompt(
        retrieval.question,
        asked=question.text,
        passages=retrieval.passages,
        words=retrieval.words,
        history=question.history,
        selection=question.selection,
        max_output_tokens=question.max_output_tokens,
    )
    try:
        async with aclosing(_model_answer(prompt, runtime.model, degraded=False)) as events:
            async for event in events:
                yield event
    except ModelUnavailable as exc:
        model_health.record_failure(exc.code)
        logger.warning(
            "%s is unavailable, quoting from the passages instead: %s", runtime.model.provider, exc
        )
        async with aclosing(_model_answer(prompt, runtime.fallback_model, degraded=True)) as events:
            async for event in events:
                yield event
    except ModelInterrupted as exc:
        model_health.record_failure(exc.code)
        raise
    else:
        model_health.record_success()


async def _model_answer(
    prompt: Prompt, model: LanguageModel, *, degraded: bool
) -> AsyncGenerator[AnswerEvent, None]:
    citations = _CitedText(prompt)
    finish: Finish | None = None
    interruption: ModelInterrupted | None = None
    try:
        async with aclosing(model.stream(prompt)) as deltas:
            async for delta in deltas:
                finish = delta if isinstance(delta, Finish) else None
                if isinstance(delta, TextDelta) and (written := citations.feed(delta.text)):
                    yield written
    except ModelInterrupted as exc:
        interruption = exc
    if rest := citations.flush():
        yield rest
    if finish is None:
        raise interruption or ModelInterrupted(f"The stream of {model.provider} ended without a finish.")
    yield Answered(
        answered=True,
        degraded=degraded,
        provider=model.provider,
        model=model.model,
        usage=finish.usage,
    )


class _CitedText:
    """A model's text with its citations checked, each new one brought along as a source."""

    def __init__(self, prompt: Prompt) -> None:
        self._prompt = prompt
        self._filter = CitationFilter(len(prompt.passages))

    def feed(self, piece: str) -> Written | None:
        return self._written(len(self._filter.cited), self._filter.feed(piece))

    def flush(self) -> Written | None:
        return self._written(len(self._filter.cited), self._filter.flush())

    def _written(self, known: int, text: str) -> Written | None:
        new = [self._prompt.passages[number - 1] for number in self._filter.cited[known:]]
        return Written(text, cited=_sources(new, self._prompt.question, first=known + 1)) if text else None


def _sources(passages: Sequence[ScoredChunk], question: str, *, first: int = 1) -> tuple[Source, ...]:
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
        for number, scored in enumerate(passages, start=first)
    )


def _trace(retrieval: Retrieval) -> dict[str, Any]:
    return {
        "question": retrieval.question,
        "evidence": round(retrieval.evidence, 4),
        "candidates": [
            {
                "id": str(scored.chunk.id),
                "url": scored.chunk.url,
                "heading": " › ".join(scored.chunk.headings),
                "score": round(scored.score, 4),
                "similarity": scored.similarity and round(scored.similarity, 4),
                "bm25": scored.bm25 and round(scored.bm25, 4),
            }
            for scored in retrieval.candidates
        ],
    }
