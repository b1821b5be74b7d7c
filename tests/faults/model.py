"""A stand-in for Gemini in a thread of its own, whose answers are told by what is asked."""

import asyncio
import itertools
import threading
from collections.abc import Coroutine
from typing import Any

from aiohttp import web

from tests.standins.gemini.errors import Refusal
from tests.standins.gemini.generation import Generation, Reply
from tests.standins.gemini.server import GeminiServer

PIECES = (*(f"{number} wälks 🤖, " for number in range(8)), "as the book says [1].")
TEXT = "".join(PIECES)


class ByQuestion(Generation):
    """Plays the reply whose key stands in the question."""

    def __init__(self) -> None:
        super().__init__()
        self.replies: dict[str, Reply | Refusal] = {}
        self.asked: dict[str, int] = {}  # how often, by key
        self.left: set[str] = set()  # keys of the streams that their caller has left

    async def streamed(self, request: web.Request, call: Any) -> web.StreamResponse:
        try:
            return await super().streamed(request, call)
        except (ConnectionError, asyncio.CancelledError):
            self.left.add(self._key(call))
            raise

    def _next(self, call: Any) -> Reply | Refusal:
        key = self._key(call)
        self.asked[key] = self.asked.get(key, 0) + 1
        return self.replies.get(key, self.default)

    def _key(self, call: Any) -> str:
        asked = call.body["contents"][-1]["parts"][0]["text"]
        return next((key for key in self.replies if key in asked), "")


class Model:
    """The stand-in, from a test's thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._numbers = itertools.count(1)
        self.server, self.generation = self._run(self._start())

    @property
    def url(self) -> str:
        return self.server.url

    def question(self, **reply: Any) -> str:
        """A question of its own, which gets this reply."""
        key = f"number {next(self._numbers):04}"
        self.generation.replies[key] = Reply(**{"pieces": PIECES, **reply})
        return f"What is the zero-moment point, {key}?"

    def text_for(self, question: str) -> str:
        """What it writes in answer."""
        reply = self.generation.replies[_key(question)]
        return "".join(reply.pieces) if isinstance(reply, Reply) else ""

    def times_asked(self, question: str) -> int:
        return self.generation.asked.get(_key(question), 0)

    def was_left(self, question: str) -> bool:
        return _key(question) in self.generation.left

    def close(self) -> None:
        self._run(self.server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> tuple[GeminiServer, ByQuestion]:
        server, generation = GeminiServer(), ByQuestion()
        server.generation = generation
        server.speak("streamGenerateContent", generation.streamed)
        server.speak("generateContent", generation.whole)
        await server.start()
        return server, generation

    def _run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)


def _key(question: str) -> str:
    return question.partition(", ")[2].rstrip("?")
