"""Gemini as the language model."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from knowledge.errors import (
    KnowledgeError,
    ModelConnectTimeout,
    ModelInterrupted,
    ModelRefused,
    ModelUnavailable,
)
from knowledge.providers.base import LanguageModel
from knowledge.providers.gemini.client import GeminiClient, collect_responses, configured
from knowledge.providers.gemini.failures import sdk_failures, trouble_of
from knowledge.types import Delta, Finish, FinishReason, Prompt, Role, TextDelta, Usage

if TYPE_CHECKING:
    from google.genai.models import AsyncModels
    from google.genai.types import Content, GenerateContentConfig, GenerateContentResponse

logger = logging.getLogger(__name__)

_ROLES = {Role.USER: "user", Role.ASSISTANT: "model"}
_FINISHES = {
    "STOP": FinishReason.STOP,
    "MAX_TOKENS": FinishReason.LENGTH,
    "CONTINUATION": FinishReason.LENGTH,
}


@dataclass(frozen=True, slots=True)
class _Thinking:
    """A way to ask for little thinking. Thoughts count as output, so where there are some they need room."""

    config: dict[str, Any] | None
    room: int = 0  # tokens


# From the fastest on. Which of them a model takes differs even within a generation (3.5 Flash-Lite MINIMAL,
# 3.8 Flash LOW, the 2.5 models a budget), and it refuses the others.
# https://ai.google.dev/gemini-api/docs/thinking
_THINKING = (
    _Thinking({"thinking_level": "MINIMAL"}),
    _Thinking({"thinking_level": "LOW"}, room=1024),
    _Thinking({"thinking_budget": 0}),
    _Thinking(None, room=8192),
)


class GeminiModel(LanguageModel):
    provider = "gemini"

    def __init__(self, model: str = "", *, shared: GeminiClient | None = None) -> None:
        """Without arguments the configured model; its fallbacks are named ones that share its client."""
        self.model = model or settings.GEMINI_MODEL
        self._client = shared or GeminiClient()
        self._thinking = 0  # the first of _THINKING that the model has not refused
        others = () if model else settings.GEMINI_FALLBACK_MODELS
        self._fallbacks = tuple(
            GeminiModel(other, shared=self._client) for other in others if other != self.model
        )

    @classmethod
    def configured(cls) -> bool:
        return configured()

    def fallbacks(self) -> Sequence[LanguageModel]:
        return self._fallbacks

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Delta, None]:
        begun = False
        models = (await self._client.get(ModelRefused)).models
        try:
            async with aclosing(self._responses(models, prompt)) as responses:
                async for response in responses:
                    if text := _text(response):
                        begun = True
                        yield TextDelta(text)
                    if finish := _finish(response):
                        await _drain(responses)
                        yield finish
                        return
        except sdk_failures() as exc:
            raise self._failure(exc, begun=begun) from exc

    async def prepare(self) -> None:
        await self._client.get(ModelRefused)

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _responses(
        self, models: "AsyncModels", prompt: Prompt
    ) -> "AsyncGenerator[GenerateContentResponse, None]":
        """The SDK's stream, asking for as little thinking as the model can do with."""
        from google.genai.errors import ClientError

        while True:
            thinking = _THINKING[self._thinking]
            connections = collect_responses()
            try:
                async for response in await models.generate_content_stream(
                    model=self.model, contents=_contents(prompt), config=_config(prompt, thinking)
                ):
                    yield response
                return
            except ClientError as exc:
                if not _refuses_thinking(exc) or thinking is _THINKING[-1]:
                    raise
                # Another question may have found out meanwhile.
                self._thinking = max(self._thinking, _THINKING.index(thinking) + 1)
                logger.info("%s does not take %s; trying the next setting", self.model, thinking.config)
            finally:
                for connection in connections:
                    connection.close()

    def _failure(self, exc: Exception, *, begun: bool) -> KnowledgeError:
        trouble = trouble_of(exc, model=self.model, setting="GEMINI_MODEL")
        kind: type[KnowledgeError] = ModelUnavailable
        if begun:
            kind = ModelInterrupted
        elif trouble.everywhere:
            kind = ModelRefused
        elif trouble.connecting:
            kind = ModelConnectTimeout
        return kind(trouble.sentence, permanent=trouble.permanent, retry_after=trouble.retry_after)


async def _drain(responses: "AsyncGenerator[GenerateContentResponse, None]") -> None:
    """Read to the very end, so that the connection can be used again. The answer is whole in any case."""
    with suppress(*sdk_failures()):
        async with asyncio.timeout(1):
            async for _ in responses:
                pass


def _refuses_thinking(exc: Exception) -> bool:
    """There is no code of its own for that: a 400 INVALID_ARGUMENT whose message names it."""
    return getattr(exc, "code", None) == 400 and "thinking" in (getattr(exc, "message", None) or "").lower()


def _contents(prompt: Prompt) -> "list[Content]":
    from google.genai.types import Content, Part

    return [
        Content(role=_ROLES[message.role], parts=[Part(text=message.content)]) for message in prompt.messages
    ]


def _config(prompt: Prompt, thinking: _Thinking) -> "GenerateContentConfig":
    from google.genai.types import GenerateContentConfig, ThinkingConfig

    return GenerateContentConfig(
        system_instruction=prompt.system or None,
        max_output_tokens=prompt.max_output_tokens + thinking.room,
        thinking_config=ThinkingConfig(**thinking.config) if thinking.config else None,
        automatic_continuation=False,  # it would go on beyond max_output_tokens
    )


def _text(response: "GenerateContentResponse") -> str:
    content = response.candidates[0].content if response.candidates else None
    parts = (content.parts if content else None) or []
    return "".join(part.text for part in parts if part.text and not part.thought)


def _finish(response: "GenerateContentResponse") -> Finish | None:
    """The end, if the response says so. Whatever reason is neither of the usual two is a refusal to go on."""
    blocked = response.prompt_feedback and response.prompt_feedback.block_reason
    reason = response.candidates[0].finish_reason if response.candidates else None
    if blocked:
        return Finish(FinishReason.BLOCKED, _usage(response))
    if reason is None or reason == "FINISH_REASON_UNSPECIFIED":
        return None
    return Finish(_FINISHES.get(str(reason.value), FinishReason.BLOCKED), _usage(response))


def _usage(response: "GenerateContentResponse") -> Usage:
    """As it is billed: thoughts are output."""
    counts = response.usage_metadata
    if counts is None:
        return Usage()
    output = (counts.candidates_token_count or 0) + (counts.thoughts_token_count or 0)
    return Usage(prompt_tokens=counts.prompt_token_count, completion_tokens=output)
