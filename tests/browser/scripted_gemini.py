"""The stand-in for Gemini, in a thread of its own, and what it is to answer."""

import asyncio
import re
import threading
from typing import Self

from tests.standins.gemini.generation import Ending, Reply
from tests.standins.gemini.server import GeminiServer

ANSWER = "The zero-moment point is where nothing tips the foot [1]. Sensors in the soles measure it [2]."


class ScriptedGemini:
    def __init__(self) -> None:
        self._server = GeminiServer()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        self._await(self._server.start())
        self.reset()
        return self

    def __exit__(self, *raised: object) -> None:
        self._await(self._server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def address(self) -> str:
        return self._server.url

    @property
    def questions(self) -> int:
        """How often an answer was asked for."""
        return sum(call.method == "streamGenerateContent" for call in self._server.calls)

    def reset(self) -> None:
        self._server.calls.clear()
        self.say(ANSWER)

    def say(self, answer: str, *, between: float = 0.0, ending: Ending = Ending.WHOLE) -> None:
        """Word by word, with so many seconds between two of them."""
        pieces = tuple(re.findall(r"\s*\S+\s*?", answer))
        self._server.generation.default = Reply(pieces=pieces, between=between, ending=ending)

    def fail(self, refusal: object) -> None:
        self._server.generation.default = refusal  # type: ignore[assignment]

    def _await(self, coroutine: object) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)  # type: ignore[arg-type]
