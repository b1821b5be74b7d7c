"""How the stand-in's embedding models answer: as their scripts say, and within a quota where there is one."""

import asyncio
import re
import time
import zlib
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.standins.gemini import errors
from tests.standins.gemini.errors import Refusal

MOST_AT_ONCE = 100
LENGTH = 2.5  # of a vector: shortened embeddings are not normalised
DEFAULT_DIMENSIONS = 3072


@dataclass(frozen=True, kw_only=True)
class Vectors:
    """An answer; None stands for what was asked for."""

    number: int | None = None
    dimensions: int | None = None
    delay: float = 0.0  # seconds before it


@dataclass
class Quota:
    """So many texts in each stretch of so many seconds, as Google counts: a batch is as many as its texts."""

    texts: int
    seconds: float
    begun: float = 0.0
    used: int = 0

    def refusal(self, texts: int) -> Refusal | None:
        now = time.monotonic()
        if now >= self.begun + self.seconds:
            self.begun, self.used = now, 0
        if self.used + texts > self.texts:
            return errors.quota(f"{self.begun + self.seconds - now:.3f}s")
        self.used += texts
        return None


class Embeddings:
    """Plays its script, one answer for each call, and then answers as asked."""

    def __init__(self) -> None:
        self.texts: list[str] = []  # those embedded, in order
        self.refused = 0
        self.default: Vectors | Refusal = Vectors()
        self.quota: Quota | None = None
        self._script: list[Vectors | Refusal] = []

    def play(self, *answers: Vectors | Refusal) -> None:
        self._script = list(answers)

    async def batch(self, request: web.Request, call: Any) -> web.StreamResponse:
        asked = call.body["requests"]
        answer = self._answer(len(asked))
        if isinstance(answer, Refusal):
            self.refused += 1
            return answer.response()
        await asyncio.sleep(answer.delay)
        texts = ["".join(part["text"] for part in each["content"]["parts"]) for each in asked]
        self.texts += texts
        dimensions = answer.dimensions or asked[0].get("outputDimensionality", DEFAULT_DIMENSIONS)
        vectors = [{"values": _vector(text, dimensions)} for text in texts]
        return web.json_response({"embeddings": vectors[: answer.number]})

    def _answer(self, texts: int) -> Vectors | Refusal:
        if texts > MOST_AT_ONCE:
            return errors.MALFORMED
        refusal = self.quota and self.quota.refusal(texts)
        return refusal or (self._script.pop(0) if self._script else self.default)


def _vector(text: str, dimensions: int) -> list[float]:
    """A bag of hashed words: texts that share words are near."""
    values = [0.0] * dimensions
    words = re.findall(r"\w+", text.lower())
    for word in words:
        values[zlib.crc32(word.encode()) % dimensions] += 1.0
    length = sum(value * value for value in values) ** 0.5
    return [value * LENGTH / length for value in values]
