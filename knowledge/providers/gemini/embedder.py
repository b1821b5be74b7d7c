"""Gemini's embeddings: one vector for each text, as long as EMBEDDING_DIMENSIONS says."""

import asyncio
import enum
import math
from collections.abc import Sequence
from typing import Final, Self

import numpy as np
from django.conf import settings

from knowledge.batches import batches
from knowledge.errors import EmbeddingUnavailable
from knowledge.providers.base import Embedder, EmbeddingPlan
from knowledge.providers.gemini.client import GeminiClient, configured
from knowledge.providers.gemini.failures import sdk_failures, translated
from knowledge.types import EmbedderIdentity, Matrix, Vector
from knowledge.vectors import normalised

MODEL_SETTING: Final = "GEMINI_EMBEDDING_MODEL"
DOCUMENTS_TIMEOUT: Final = 60.0  # seconds, for a request
QUERY_TIMEOUT: Final = 3.0  # a reader is waiting
QUERY_RETRY_DELAY: Final = 0.2
LONGEST_QUERY_WAIT: Final = 1.0  # for a quota
# https://ai.google.dev/gemini-api/docs/tokens
CHARACTERS_PER_TOKEN: Final = 4
# These take the task as a parameter; all later models read it from the text.
MODELS_WITH_TASK_TYPES: Final = ("gemini-embedding-001", "gemini-embedding-exp", "text-embedding-")


class Task(enum.StrEnum):
    """What a text is embedded for, by the API's name."""

    DOCUMENT = "RETRIEVAL_DOCUMENT"
    QUERY = "RETRIEVAL_QUERY"


class GeminiEmbedder(Embedder):
    provider = "gemini"
    batch_size = 100  # The API refuses larger batches.
    paid = True

    def __init__(self, identity: EmbedderIdentity | None = None) -> None:
        self.identity = identity or EmbedderIdentity(
            self.provider, settings.GEMINI_EMBEDDING_MODEL, settings.EMBEDDING_DIMENSIONS
        )
        self._takes_task_type = self.identity.model.startswith(MODELS_WITH_TASK_TYPES)
        self._client = GeminiClient()

    @classmethod
    def configured(cls) -> bool:
        return configured()

    @classmethod
    def of(cls, identity: EmbedderIdentity) -> Self:
        """Any model and length, so that an index stays searchable while another model is configured."""
        return cls(identity)

    async def embed_documents(self, texts: Sequence[str]) -> list[Matrix]:
        return [vector[np.newaxis] for vector in await self._embed_many(texts, Task.DOCUMENT)]

    async def embed_query(self, text: str) -> Vector:
        """As the base says; tried twice, since a reader can wait for no more."""
        try:
            return await self._embed_query(text)
        except EmbeddingUnavailable as exc:
            if exc.permanent or (exc.retry_after or 0) > LONGEST_QUERY_WAIT:
                raise
            await asyncio.sleep(exc.retry_after or QUERY_RETRY_DELAY)
        return await self._embed_query(text)

    async def embed_queries(self, texts: Sequence[str]) -> list[Vector]:
        return await self._embed_many(texts, Task.QUERY)

    def plan(self, texts: Sequence[str]) -> EmbeddingPlan:
        """The tokens are an estimate: counting them would take calls of its own."""
        lengths = (len(self._written(text, Task.DOCUMENT)) for text in texts)
        return EmbeddingPlan(
            calls=math.ceil(len(texts) / self.batch_size),
            tokens=sum(math.ceil(length / CHARACTERS_PER_TOKEN) for length in lengths),
        )

    async def prepare(self) -> None:
        await self._client.get(EmbeddingUnavailable)

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _embed_query(self, text: str) -> Vector:
        (vector,) = await self._embed([text], Task.QUERY, seconds=QUERY_TIMEOUT)
        return vector

    async def _embed_many(self, texts: Sequence[str], task: Task) -> list[Vector]:
        vectors: list[Vector] = []
        for batch in batches(texts, self.batch_size):
            vectors += await self._embed(batch, task, seconds=DOCUMENTS_TIMEOUT)
        return vectors

    async def _embed(self, texts: Sequence[str], task: Task, *, seconds: float) -> list[Vector]:
        """One request. Raises EmbeddingUnavailable."""
        client = await self._client.get(EmbeddingUnavailable)
        from google.genai.types import Content, ContentListUnion, EmbedContentConfig, Part

        # Of a list of strings the newer models make a single embedding; of a list of Contents one each.
        contents: ContentListUnion = [Content(parts=[Part(text=self._written(text, task))]) for text in texts]
        config = EmbedContentConfig(
            task_type=task if self._takes_task_type else None,
            output_dimensionality=self.identity.dimensions,
        )
        try:
            async with asyncio.timeout(seconds):
                response = await client.models.embed_content(
                    model=self.identity.model, contents=contents, config=config
                )
        except sdk_failures() as exc:
            raise translated(
                exc, EmbeddingUnavailable, model=self.identity.model, setting=MODEL_SETTING
            ) from exc
        return self._checked([embedding.values or [] for embedding in response.embeddings or []], len(texts))

    def _written(self, text: str, task: Task) -> str:
        """The text with its task, in the form that the newer models are trained on.

        https://ai.google.dev/gemini-api/docs/embeddings
        """
        if self._takes_task_type:
            return text
        if task is Task.QUERY:
            return f"task: search result | query: {text}"
        headings, _, body = text.partition("\n")  # as `indexed_text` joins them
        return f"title: {headings} | text: {body}" if body else f"title: none | text: {text}"

    def _checked(self, embeddings: Sequence[Sequence[float]], number: int) -> list[Vector]:
        """One vector of the right length for each text, normalised: shortened ones may not be."""
        if len(embeddings) != number:
            raise EmbeddingUnavailable(
                f"Gemini ({self.identity.model}) sent {len(embeddings)} embeddings for {number} texts. "
                f"Set {MODEL_SETTING} to a model that embeds texts one by one.",
                permanent=True,
            )
        lengths = {len(values) for values in embeddings}
        if lengths - {self.identity.dimensions}:
            raise EmbeddingUnavailable(
                f"Gemini ({self.identity.model}) sent embeddings of {max(lengths)} dimensions instead of "
                f"{self.identity.dimensions}. Set EMBEDDING_DIMENSIONS to a number that the model offers.",
                permanent=True,
            )
        return [normalised(np.asarray(values, dtype=np.float32)) for values in embeddings]
