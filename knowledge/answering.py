"""Question in, answer out, piece by piece, with citations that hold."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from knowledge.answer_sources import nearest, numbered, sources_of
from knowledge.answer_text import LONGEST_ANSWER, AnswerText, neutral_list, slices
from knowledge.errors import KnowledgeError, ModelInterrupted, ModelUnavailable
from knowledge.generation import Begun, generate
from knowledge.prompts import answer_prompt
from knowledge.providers.base import LanguageModel
from knowledge.query_vectors import query_vector
from knowledge.retrieval import Retrieval, retrieve
from knowledge.runtime import Runtime
from knowledge.smalltalk import reply_to
from knowledge.types import Finish, PastTurn, Prompt, Selection, Source, TextDelta, Usage
from knowledge.worker import asking, in_worker

REFUSAL = "I could not find an answer to this in the book."


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
    asking(question.text, question.selection.text if question.selection else "")
    retrieval = await retrieve(
        question.text,
        limit=question.limit,
        runtime=runtime,
        history=question.history,
        selection=question.selection,
    )
    material = await in_worker(partial(_material, question, retrieval, generative=runtime.model.generative))
    yield Retrieved(sources=material.sources, trace=material.trace)
    # A language model reads across languages and sees by itself whether the passages answer the question.
    promising = not retrieval.hopeless if runtime.model.generative else retrieval.sufficient
    write = (
        _written(material, runtime, is_sufficient=retrieval.sufficient)
        if promising
        else _refused(material.sources)
    )
    async with aclosing(write) as events:
        async for event in events:
            yield event


async def anticipate(question: str, *, runtime: Runtime) -> None:
    """Embed a question that stands alone ahead of its answer, which then need not wait for it."""
    if reply_to(question):
        return
    asking(question)
    # What fails here fails again where it is needed.
    with suppress(KnowledgeError):
        manifest = await runtime.index.manifest()
        if manifest:
            await query_vector(question, runtime.embedder(manifest.embedder))


async def search(query: str, *, limit: int, runtime: Runtime) -> tuple[Source, ...]:
    """The best passages, numbered by rank. Raises what `retrieve` raises."""
    asking(query)
    retrieval = await retrieve(query, limit=limit, runtime=runtime)
    return await in_worker(sources_of, retrieval.passages, retrieval.question)


@dataclass(frozen=True, slots=True)
class _Material:
    """What an answer is made of, before its first word."""

    sources: tuple[Source, ...]
    trace: dict[str, Any]
    prompt: Prompt
    text: AnswerText  # for the configured model's


def _material(question: Question, retrieval: Retrieval, *, generative: bool) -> _Material:
    prompt = answer_prompt(
        retrieval.question,
        asked=question.text,
        passages=retrieval.passages,
        words=retrieval.words,
        history=question.history,
        selection=question.selection,
        max_output_tokens=question.max_output_tokens,
    )
    return _Material(
        sources=sources_of(retrieval.passages, retrieval.question),
        trace=retrieval.trace,
        prompt=prompt,
        text=AnswerText(prompt, generative=generative),
    )


async def _refused(sources: Sequence[Source], *, degraded: bool = False) -> AsyncGenerator[AnswerEvent, None]:
    near = nearest(sources)
    offered = neutral_list([" › ".join(source.path) for source in near])
    yield Written(f"{REFUSAL} The nearest sections are:\n\n{offered}" if near else REFUSAL, cited=near)
    yield Answered(answered=False, degraded=degraded)


async def _written(
    material: _Material, runtime: Runtime, *, is_sufficient: bool
) -> AsyncGenerator[AnswerEvent, None]:
    """What a model writes, or without any a quotation; without evidence for one, a refusal."""
    models = [runtime.model, *runtime.model.fallbacks()]
    if is_sufficient and runtime.model.generative:
        models.append(runtime.fallback_model)
    try:
        async with aclosing(_model_answer(material, models, runtime.fallback_model)) as events:
            async for event in events:
                yield event
    except ModelUnavailable:
        if is_sufficient:
            raise
        async with aclosing(_refused(material.sources, degraded=True)) as events:
            async for event in events:
                yield event


async def _model_answer(
    material: _Material, models: Sequence[LanguageModel], last_resort: LanguageModel
) -> AsyncGenerator[AnswerEvent, None]:
    model, usage = models[0], Usage()
    prompt, text = material.prompt, material.text
    known = 0  # of its citations
    interruption: ModelInterrupted | asyncio.CancelledError | None = None
    try:
        async with aclosing(generate(prompt, models=models)) as events:
            async for event in events:
                match event:
                    case Begun():
                        model = event.model
                        if model.generative != models[0].generative:
                            text = await in_worker(partial(AnswerText, prompt, generative=model.generative))
                    case Finish():
                        usage = event.usage
                    case TextDelta():
                        for piece in slices(event.text):
                            if passed := text.feed(piece):
                                yield _written_text(passed, text, material.sources, known=known)
                                known = len(text.citations.cited)
                            if text.is_too_long:
                                raise ModelInterrupted(f"It is longer than {LONGEST_ANSWER} characters.")
                            await asyncio.sleep(0)  # so that a long piece holds nothing up
    # A cancelled answer keeps what was held back, too.
    except (ModelInterrupted, asyncio.CancelledError) as exc:
        interruption = exc
    if rest := text.flush():
        yield _written_text(rest, text, material.sources, known=known)
    if interruption:
        raise interruption
    if text.is_empty:
        yield Written(REFUSAL)
    uncited_share = await in_worker(lambda: text.uncited_share)
    yield Answered(
        answered=text.answers,
        degraded=model is last_resort and model is not models[0],
        provider=model.provider,
        model=model.model,
        usage=usage,
        valid_citations=text.citations.valid_share,
        uncited_sentences=uncited_share if text.answers else None,
    )


def _written_text(passed: str, text: AnswerText, sources: Sequence[Source], *, known: int) -> Written:
    """More of the text, with the sources that it has come to cite beyond the `known` first ones."""
    new = [sources[number - 1] for number in text.citations.cited[known:]]
    return Written(passed, cited=numbered(new, first=known + 1))
