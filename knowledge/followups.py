"""From the conversation and the newest question to what is looked up."""

import asyncio
import logging
import re
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from django.conf import settings

from knowledge.errors import KnowledgeError
from knowledge.generation import generate
from knowledge.prompts import rewrite_prompt
from knowledge.providers.base import Embedder, LanguageModel
from knowledge.query_vectors import query_vector
from knowledge.sentences import sentences
from knowledge.types import PastTurn, TextDelta, Vector, WeightedText
from knowledge.vectors import normalised
from knowledge.words import content_word_count, letters
from knowledge.worker import in_worker

logger = logging.getLogger(__name__)

# How much an earlier question's words count, and how much less each one before it.
EARLIER_WORDS = 0.3
DECAY = 0.5
# How much the question in its context pulls the vector of the question alone.
CONTEXT_PULL = 1.0

_WORD = re.compile(r"\w+")
_LEAD_IN = re.compile(
    r"^\W*(?:and|but|or|so|then|also|what about|how about|what if|why|why not)\b", re.IGNORECASE
)
_REFERENCE = re.compile(
    r"\b(?:it|its|itself|they|them|their|theirs|this|that|these|those|he|she|him|her|his|there|one|ones"
    r"|such|same|both|either|former|latter|above|previous)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Lookup:
    """What is searched for. `question` stands alone and is what the answer must answer."""

    question: str
    words: tuple[WeightedText, ...]
    vector: Vector | None


async def standalone(
    question: str,
    history: Sequence[PastTurn],
    *,
    embedder: Embedder | None,
    model: LanguageModel,
) -> Lookup:
    """The question as it is when there is no history; else rewritten by the model, or joined by rule."""
    if not history or letters(question) == letters(history[-1].question):
        return await _as_it_is(question, embedder)
    if model.generative and (rewritten := await _rewritten(question, history, model)):
        return await _as_it_is(rewritten, embedder)
    if not leans_on_history(question):
        return await _as_it_is(question, embedder)
    return await _joined(question, history, embedder)


def leans_on_history(question: str) -> bool:
    """Short, with a pronoun or demonstrative, or begun like the continuation of something."""
    return (
        len(_WORD.findall(question)) <= 5
        or content_word_count(question) <= 3
        or _LEAD_IN.search(question) is not None
        or _REFERENCE.search(question) is not None
    )


async def _as_it_is(question: str, embedder: Embedder | None) -> Lookup:
    vector = await query_vector(question, embedder)
    return Lookup(question=question, words=(WeightedText(question),), vector=vector)


async def _rewritten(question: str, history: Sequence[PastTurn], model: LanguageModel) -> str | None:
    """The model's rewrite; None where it has none in time, so that the rule takes over."""
    prompt = await in_worker(rewrite_prompt, question, history)
    try:
        async with (
            asyncio.timeout(settings.LLM_REWRITE_TIMEOUT),
            aclosing(generate(prompt, models=[model])) as deltas,
        ):
            pieces = [delta.text async for delta in deltas if isinstance(delta, TextDelta)]
    except (KnowledgeError, TimeoutError) as exc:
        logger.warning(
            "The question could not be rewritten by %s: %s", model.model, str(exc) or "it took too long"
        )
        return None
    return " ".join("".join(pieces).split())


async def _joined(question: str, history: Sequence[PastTurn], embedder: Embedder | None) -> Lookup:
    words = [WeightedText(question)]
    for age, turn in enumerate(reversed(history)):
        words.append(WeightedText(turn.question, EARLIER_WORDS * DECAY**age))
    topic, subject = await in_worker(_topic_and_subject, history)
    context = " ".join(dict.fromkeys((subject, history[-1].question, topic, question)))
    vector, in_context = await asyncio.gather(
        query_vector(question, embedder), query_vector(context, embedder)
    )
    if vector is not None and in_context is not None:
        vector = normalised(vector + CONTEXT_PULL * in_context)
    return Lookup(question=f"{question} ({topic})", words=tuple(words), vector=vector)


def _topic_and_subject(history: Sequence[PastTurn]) -> tuple[str, str]:
    return _cited_sentence(history[-1]) or history[-1].question, _subject(history)


def _subject(history: Sequence[PastTurn]) -> str:
    """The newest question that stands alone: what those after it are about."""
    questions = [turn.question for turn in history]
    alone = (question for question in reversed(questions) if not leans_on_history(question))
    return next(alone, questions[0])


def _cited_sentence(turn: PastTurn) -> str:
    """The sentence that the last answer stood on: an excerpt begins with its best one."""
    for text in (*turn.excerpts, turn.answer):
        if found := sentences(text):
            return found[0].text
    return ""
