"""A language model's answer in spite of what may go wrong: time-outs, further attempts, other models."""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import count

from django.conf import settings

from knowledge import model_health
from knowledge.errors import (
    KnowledgeError,
    ModelAnswerTimeout,
    ModelConnectTimeout,
    ModelFirstTokenTimeout,
    ModelInterrupted,
    ModelRefused,
    ModelSilenceTimeout,
    ModelUnavailable,
)
from knowledge.providers.base import LanguageModel
from knowledge.storable import storable
from knowledge.types import Delta, Finish, FinishReason, Prompt, TextDelta

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Begun:
    """The text that follows is this model's."""

    model: LanguageModel


class NoAnswer(ModelUnavailable):
    """The model works, but has not a word to say: the prompt was blocked, or the reply is empty."""


async def generate(prompt: Prompt, *, models: Sequence[LanguageModel]) -> AsyncGenerator[Begun | Delta, None]:
    """One Begun, the text, and one Finish (never BLOCKED): of the first model that has an answer.

    What happens to the first of `models` is what `model_health` tells.
    Raises the last model's ModelUnavailable, or ModelInterrupted once there is text.
    """
    failure = ModelUnavailable("There is no language model to ask.")
    refusing: set[str] = set()  # the providers that take no call
    for model in models:
        if model.provider in refusing:
            continue
        try:
            async with aclosing(_persistently(prompt, model)) as events:
                async for event in events:
                    yield event
        except ModelUnavailable as exc:
            failure = exc
            _note(exc, model, judged=model is models[0])
            if isinstance(exc, ModelRefused):
                refusing.add(model.provider)
        except ModelInterrupted as exc:
            _note(exc, model, judged=model is models[0])
            raise
        else:
            if model is models[0]:
                model_health.record_success()
            return
    raise failure


def _note(exc: KnowledgeError, model: LanguageModel, *, judged: bool) -> None:
    logger.warning("No answer from %s (%s): %s", model.model, exc.code, exc)
    if judged and not isinstance(exc, NoAnswer):
        model_health.record_failure(str(exc))


async def _persistently(prompt: Prompt, model: LanguageModel) -> AsyncGenerator[Begun | Delta, None]:
    """The model's stream, opened again where that may help. Raises as `_checked` does."""
    for attempt in count(1):
        try:
            async with aclosing(_checked(prompt, model)) as events:
                async for event in events:
                    yield event
                return
        except ModelUnavailable as exc:
            if (pause := _pause_after(exc, attempt)) is None:
                raise
            logger.info("%s is asked again in %.1f s: %s", model.model, pause, exc)
        await asyncio.sleep(pause)


def _pause_after(exc: ModelUnavailable, attempt: int) -> float | None:
    """Seconds to wait before the next attempt; None where another model is the better choice."""
    waited_long = isinstance(exc, ModelConnectTimeout | ModelFirstTokenTimeout)
    if exc.permanent or waited_long or isinstance(exc, NoAnswer) or attempt >= settings.LLM_ATTEMPTS:
        return None
    if exc.retry_after is not None:
        return exc.retry_after if exc.retry_after <= settings.LLM_LONGEST_RETRY_DELAY else None
    jitter = random.uniform(0.5, 1.0)  # noqa: S311 - so that many turns do not come back at once
    return float(settings.LLM_RETRY_DELAY * 2 ** (attempt - 1) * jitter)


async def _checked(prompt: Prompt, model: LanguageModel) -> AsyncGenerator[Begun | Delta, None]:
    """The model's stream within its time, if it has text and ends as it should.

    Raises ModelUnavailable before the first text (blank pieces are none) and ModelInterrupted after it.
    """
    clock = _Clock(model)
    delta: Delta | None
    try:
        async with aclosing(model.stream(prompt)) as deltas:
            while not isinstance(delta := await clock.next_of(deltas), Finish | None):
                if not clock.begun and delta.text.strip():
                    clock.begun = True
                    yield Begun(model)
                if clock.begun:
                    yield TextDelta(storable(delta.text))
    except ModelInterrupted as exc:
        if clock.begun:
            raise
        raise ModelUnavailable(str(exc)) from exc
    if delta is None:
        sentence = f"The reply of {model.model} ended without a finish reason."
        raise ModelInterrupted(sentence) if clock.begun else ModelUnavailable(sentence)
    if delta.reason is FinishReason.BLOCKED and clock.begun:
        raise ModelInterrupted(f"{model.model} stopped, because what it wrote was blocked.")
    if not clock.begun:
        raise NoAnswer(f"{model.model} has nothing to say ({delta.reason}).")
    yield delta


class _Clock:
    """Holds a stream to its times: to the first text, between two pieces, and as a whole."""

    def __init__(self, model: LanguageModel) -> None:
        self.begun = False
        self._model = model.model
        self._started = asyncio.get_running_loop().time()

    async def next_of(self, deltas: AsyncGenerator[Delta, None]) -> Delta | None:
        """The next piece; None at the end. Raises the error of the time that has run out."""
        time_out = self._next_time_out()
        try:
            async with asyncio.timeout_at(time_out[0]):
                return await anext(deltas, None)
        except TimeoutError as exc:
            raise time_out[1] from exc

    def _next_time_out(self) -> tuple[float, KnowledgeError]:
        """When, by the event loop's clock, and what it is then."""
        if not self.begun:
            late = ModelFirstTokenTimeout(f"{self._model} did not begin to answer in time.")
            return self._started + settings.LLM_FIRST_TOKEN_TIMEOUT, late
        whole = self._started + settings.LLM_ANSWER_TIMEOUT
        silence = asyncio.get_running_loop().time() + settings.LLM_SILENCE_TIMEOUT
        if whole < silence:
            return whole, ModelAnswerTimeout(f"{self._model} did not come to an end in time.")
        return silence, ModelSilenceTimeout(f"{self._model} fell silent in the middle of its answer.")
