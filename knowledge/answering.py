"""Question in, answer out, piece by piece, with citations that hold."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any

from knowledge.answer_text import LONGEST_ANSWER, AnswerText, neutral_list, slices
from knowledge.errors import KnowledgeError, ModelInterrupted, ModelUnavailable
from knowledge.excerpts import excerpt
from knowledge.generation import Begun, generate
from knowledge.prompts import answer_prompt
from knowledge.providers.base import LanguageModel
from knowledge.query_vectors import query_vector
from knowledge.retrieval import Retrieval, retrieve
from knowledge.runtime import Runtime
from knowledge.smalltalk import reply_to
from knowledge.types import Finish, PastTurn, Prompt, ScoredChunk, Selection, Source, TextDelta, Usage

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
    valid_citations: float | None = None  # of the numbers that the model cited, the share that are passages'
    uncited_sentences: float | None = None  # of the answer's sentences, the share without a citation


AnswerEvent = Retrieved | Written | Answered


async def answer(question: Question, *, runtime: Runtime) -> AsyncGenerator[AnswerEvent, None]:
    """One Retrieved, the text in Written pieces, one Answered.

    Where the evidence is too weak for quotations, a model that only quotes is not asked; a language model is
    asked unless there is hardly any evidence at all.
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
    # A language model reads across languages and sees by itself whether the passages answer the question.
    promising = not retrieval.hopeless if runtime.model.generative else retrieval.sufficient
    write = _written(question, retrieval, runtime) if promising else _refused(retrieval)
    async with aclosing(write) as events:
        async for event in events:
            yield event


async def anticipate(question: str, *, runtime: Runtime) -> None:
    """Embed a question that stands alone ahead of its answer, which then need not wait for it."""
    if reply_to(question):
        return
    # What fails here fails again where it is needed.
    with suppress(KnowledgeError):
        manifest = await runtime.index.manifest()
        if manifest:
            await query_vector(question, runtime.embedder(manifest.embedder))


async def search(query: str, *, limit: int, runtime: Runtime) -> tuple[Source, ...]:
    """The best passages, numbered by rank. Raises what `retrieve` raises."""
    retrieval = await retrieve(query, limit=limit, runtime=runtime)
    return _sources(retrieval.passages, retrieval.question)


async def _refused(retrieval: Retrieval, *, degraded: bool = False) -> AsyncGenerator[AnswerEvent, None]:
    nearest = _sources(_nearest(retrieval.passages), retrieval.question)
    offered = neutral_list([" › ".join(source.path) for source in nearest])
    yield Written(f"{REFUSAL} The nearest sections are:\n\n{offered}" if nearest else REFUSAL, cited=nearest)
    yield Answered(answered=False, degraded=degraded)


def _nearest(passages: Sequence[ScoredChunk]) -> list[ScoredChunk]:
    """The best sections; one that is long enough for several passages counts once."""
    sections: dict[str, ScoredChunk] = {}
    for scored in passages:
        sections.setdefault(scored.chunk.url, scored)
    return list(sections.values())[:NEAREST]


async def _written(
    question: Question, retrieval: Retrieval, runtime: Runtime
) -> AsyncGenerator[AnswerEvent, None]:
    """What a model writes, or without any a quotation; without evidence for one, a refusal."""
    prompt = answer_prompt(
        retrieval.question,
        asked=question.text,
        passages=retrieval.passages,
        words=retrieval.words,
        history=question.history,
        selection=question.selection,
        max_output_tokens=question.max_output_tokens,
    )
    models = [runtime.model, *runtime.model.fallbacks()]
    if retrieval.sufficient and runtime.model.generative:
        models.append(runtime.fallback_model)
    try:
        async with aclosing(_model_answer(prompt, models, runtime.fallback_model)) as events:
            async for event in events:
                yield event
    except ModelUnavailable:
        if retrieval.sufficient:
            raise
        async with aclosing(_refused(retrieval, degraded=True)) as events:
            async for event in events:
                yield event


async def _model_answer(
    prompt: Prompt, models: Sequence[LanguageModel], last_resort: LanguageModel
) -> AsyncGenerator[AnswerEvent, None]:
    model, usage = models[0], Usage()
    text = AnswerText(prompt, generative=model.generative)
    known = 0  # of its citations
    interruption: ModelInterrupted | asyncio.CancelledError | None = None
    try:
        async with aclosing(generate(prompt, models=models)) as events:
            async for event in events:
                match event:
                    case Begun():
                        model = event.model
                        text = AnswerText(prompt, generative=model.generative)
                    case Finish():
                        usage = event.usage
                    case TextDelta():
                        for piece in slices(event.text):
                            if passed := text.feed(piece):
                                yield _written_text(passed, text, prompt, known=known)
                                known = len(text.citations.cited)
                            if text.is_too_long:
                                raise ModelInterrupted(f"It is longer than {LONGEST_ANSWER} characters.")
                            await asyncio.sleep(0)  # so that a long piece holds nothing up
    # A cancelled answer keeps what was held back, too.
    except (ModelInterrupted, asyncio.CancelledError) as exc:
        interruption = exc
    if rest := text.flush():
        yield _written_text(rest, text, prompt, known=known)
    if interruption:
        raise interruption
    if text.is_empty:
        yield Written(REFUSAL)
    yield Answered(
        answered=text.answers,
        degraded=model is last_resort and model is not models[0],
        provider=model.provider,
        model=model.model,
        usage=usage,
        valid_citations=text.citations.valid_share,
        uncited_sentences=text.uncited_share if text.answers else None,
    )


def _written_text(passed: str, text: AnswerText, prompt: Prompt, *, known: int) -> Written:
    """More of the text, with the passages that it has come to cite beyond the `known` first ones."""
    new = [prompt.passages[number - 1] for number in text.citations.cited[known:]]
    return Written(passed, cited=_sources(new, prompt.question, first=known + 1))


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
