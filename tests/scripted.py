"""Real fakes of the two providers: a language model that plays scripts and an embedder that hashes words."""

import asyncio
import re
import zlib
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from knowledge.errors import EmbeddingUnavailable, KnowledgeError
from knowledge.providers.base import Embedder, EmbeddingPlan, LanguageModel
from knowledge.types import (
    Delta,
    EmbedderIdentity,
    Finish,
    FinishReason,
    Matrix,
    Prompt,
    TextDelta,
    Usage,
    Vector,
)

USAGE = Usage(prompt_tokens=12, completion_tokens=5)


@dataclass(frozen=True, kw_only=True)
class Script:
    """One answer: its pieces, what happens on the way, and how it ends."""

    pieces: tuple[str, ...] = ("The book says so", " [1].")
    delay: float = 0.0  # seconds before each piece
    gate: asyncio.Event | None = None  # waited for after the first piece (before the end, if there is none)
    failure: KnowledgeError | None = None  # raised after the pieces; with no pieces, before the first token
    finish: FinishReason | None = FinishReason.STOP  # None: the stream ends as if it had been cut off
    usage: Usage = USAGE


class ScriptedModel(LanguageModel):
    """Plays the script whose text is in the last message (the newest such script), else `default`.

    Everything is kept on the class, because the code under test makes the instances.
    """

    provider = "scripted"
    model = "scripted-1"
    default: ClassVar[Script] = Script()
    prompts: ClassVar[list[Prompt]] = []  # in the order asked
    running: ClassVar[int] = 0  # streams that have begun and not yet ended or been closed
    closed: ClassVar[list[Prompt]] = []  # of streams that were closed or cancelled before their end
    _scripts: ClassVar[dict[str, list[Script]]] = {}

    @classmethod
    def configured(cls) -> bool:
        return True

    @classmethod
    def answer(cls, containing: str, *scripts: Script) -> None:
        """Where the last message contains the text, play these: one for each call, the last ever after."""
        cls._scripts[containing] = list(scripts)

    @classmethod
    def reset(cls) -> None:
        cls.default = Script()
        cls.running = 0
        for record in (cls.prompts, cls.closed, cls._scripts):
            record.clear()

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Delta, None]:
        cls = ScriptedModel
        cls.prompts.append(prompt)
        cls.running += 1
        try:
            async with aclosing(_play(self._script(prompt))) as deltas:
                async for delta in deltas:
                    yield delta
        except (GeneratorExit, asyncio.CancelledError):
            cls.closed.append(prompt)
            raise
        finally:
            cls.running -= 1

    def _script(self, prompt: Prompt) -> Script:
        asked = prompt.messages[-1].content if prompt.messages else prompt.question
        for text, scripts in reversed(self._scripts.items()):
            if text in asked:
                return scripts.pop(0) if len(scripts) > 1 else scripts[0]
        return self.default


class ScriptedQuoter(ScriptedModel):
    """The same without the gift of rewriting questions, as the local model is."""

    generative = False


async def _play(script: Script) -> AsyncGenerator[Delta, None]:
    for number, piece in enumerate(script.pieces):
        await asyncio.sleep(script.delay)
        yield TextDelta(piece)
        if number == 0 and script.gate:
            await script.gate.wait()
    if not script.pieces and script.gate:
        await script.gate.wait()
    if script.failure:
        raise script.failure
    if script.finish:
        yield Finish(script.finish, script.usage)


class HashEmbedder(Embedder):
    """A bag of words hashed into 16 dimensions: texts that share words are near, in no time at all."""

    provider = "scripted"
    identity = EmbedderIdentity("scripted", "hash-16", 16)
    words_per_window: ClassVar[int] = 100
    texts_per_call: ClassVar[int] = 8
    available: ClassVar[bool] = True  # False: every call raises EmbeddingUnavailable
    documents: ClassVar[list[str]] = []  # every text that was embedded as a document, in order
    queries: ClassVar[list[str]] = []

    @classmethod
    def configured(cls) -> bool:
        return True

    @classmethod
    def reset(cls) -> None:
        cls.available = True
        cls.documents.clear()
        cls.queries.clear()

    async def embed_documents(self, texts: Sequence[str]) -> list[Matrix]:
        self._require()
        self.documents.extend(texts)
        return [np.stack([_hashed(window) for window in self._windows(text)]) for text in texts]

    async def embed_query(self, text: str) -> Vector:
        self._require()
        self.queries.append(text)
        return _hashed(_words(text))

    def plan(self, texts: Sequence[str]) -> EmbeddingPlan:
        return EmbeddingPlan(
            calls=-(-len(texts) // self.texts_per_call),
            tokens=sum(len(_words(text)) for text in texts),
        )

    def _require(self) -> None:
        if not self.available:
            raise EmbeddingUnavailable("The scripted embedder was told to fail.")

    def _windows(self, text: str) -> list[list[str]]:
        words = _words(text)
        starts = range(0, max(len(words), 1), self.words_per_window)
        return [words[start : start + self.words_per_window] for start in starts]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _hashed(words: Sequence[str]) -> Vector:
    vector = np.zeros(HashEmbedder.identity.dimensions, dtype=np.float32)
    vector[0] = 0.01  # so that a text without words has a direction too
    for word in words:
        code = zlib.crc32(word.encode())
        vector[code % vector.size] += 1 if code & 0x10000 else -1
    length = float(np.linalg.norm(vector))
    return (vector / length).astype(np.float32)


@pytest.fixture
def scripted_model(settings: Any) -> Iterator[type[ScriptedModel]]:
    """The scripted model as the configured one, its records empty."""
    settings.LANGUAGE_MODELS = {"scripted": "tests.scripted.ScriptedModel", **settings.LANGUAGE_MODELS}
    settings.LLM_PROVIDER = "scripted"
    ScriptedModel.reset()
    yield ScriptedModel
    ScriptedModel.reset()


@pytest.fixture
def hash_embedder(settings: Any) -> Iterator[type[HashEmbedder]]:
    """The hashing embedder as the configured one, its records empty."""
    settings.EMBEDDERS = {"scripted": "tests.scripted.HashEmbedder", **settings.EMBEDDERS}
    settings.EMBEDDING_PROVIDER = "scripted"
    HashEmbedder.reset()
    yield HashEmbedder
    HashEmbedder.reset()
