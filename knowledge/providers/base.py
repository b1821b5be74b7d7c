"""What a provider is. Each lives in one file, imports its SDK inside, and translates its errors."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from knowledge.types import Delta, EmbedderIdentity, Matrix, Prompt, Vector


@dataclass(frozen=True, slots=True)
class EmbeddingPlan:
    """What embedding would take: requests to the provider, and tokens as it counts them (or an estimate)."""

    calls: int
    tokens: int


class Embedder(ABC):
    """Made without arguments; it reads the settings it needs."""

    provider: ClassVar[str]
    identity: EmbedderIdentity
    batch_size: ClassVar[int] = 32  # texts to give at once when there are many: a provider's largest request
    paid: ClassVar[bool] = False  # in money or quota: embeddings are kept, and a busy provider is waited for

    @classmethod
    @abstractmethod
    def configured(cls) -> bool:
        """Whether what it needs (a key, the weights) is there. Cheap; imports no SDK."""

    @classmethod
    def of(cls, identity: EmbedderIdentity) -> Self | None:
        """The embedder that an index was built with; None where its model or length cannot be had."""
        made = cls()
        return made if made.identity == identity else None

    @abstractmethod
    async def embed_documents(self, texts: Sequence[str]) -> list[Matrix]:
        """One matrix (windows, dimensions) per text, rows L2-normalised.

        Several windows where the text is longer than the model reads, one otherwise.
        Raises EmbeddingUnavailable.
        """

    async def embed_beginnings(self, texts: Sequence[str]) -> Matrix:
        """One row per text: of one that is longer than the model reads, its beginning's.

        Raises EmbeddingUnavailable.
        """
        return np.stack([rows[0] for rows in await self.embed_documents(texts)])

    @abstractmethod
    async def embed_query(self, text: str) -> Vector:
        """The question's vector (dimensions,), L2-normalised. Raises EmbeddingUnavailable."""

    async def embed_queries(self, texts: Sequence[str]) -> list[Vector]:
        """The vectors of many questions that no reader waits for. Raises EmbeddingUnavailable."""
        return [await self.embed_query(text) for text in texts]

    @abstractmethod
    def plan(self, texts: Sequence[str]) -> EmbeddingPlan:
        """What `embed_documents(texts)` would take, without doing it."""

    async def prepare(self) -> None:  # noqa: B027 - most have nothing to load
        """Load what the first question would wait for. Asks no one for anything.

        Raises EmbeddingUnavailable.
        """

    async def aclose(self) -> None:  # noqa: B027 - most have nothing to close
        """Release connections."""


class LanguageModel(ABC):
    """Made without arguments; it reads the settings it needs."""

    provider: ClassVar[str]
    model: str
    generative: ClassVar[bool] = True  # False: quotes the passages and cannot rewrite a question

    @classmethod
    @abstractmethod
    def configured(cls) -> bool:
        """Whether what it needs (a key) is there. Cheap; imports no SDK."""

    @abstractmethod
    def stream(self, prompt: Prompt) -> AsyncGenerator[Delta, None]:
        """The answer, piece by piece, then one Finish.

        Cite passages as [n], n counting from 1 in `prompt.passages`. Raises ModelUnavailable before the
        first piece and ModelInterrupted after it; a caller that has enough closes the iterator.
        """

    def fallbacks(self) -> Sequence["LanguageModel"]:
        """The models to ask in turn when this one fails before its first piece. They are closed with it."""
        return ()

    async def prepare(self) -> None:  # noqa: B027 - most have nothing to load
        """Load what the first question would wait for. Asks no one for anything.

        Raises ModelUnavailable.
        """

    async def aclose(self) -> None:  # noqa: B027 - most have nothing to close
        """Release connections."""
