"""The server: routes a call to whoever speaks its method, keeps what was asked, checks the key."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from aiohttp import web

from tests.standins.gemini import errors
from tests.standins.gemini.embeddings import Embeddings
from tests.standins.gemini.generation import Generation

KEY = "a-key-of-the-stand-in"


@dataclass(frozen=True)
class Call:
    model: str
    method: str  # "streamGenerateContent", …
    body: Any
    peer: Any = None  # the other end of the connection


Handler = Callable[[web.Request, Call], Awaitable[web.StreamResponse]]


class GeminiServer:
    """`calls` is everything that was asked; `generation` and `embeddings` say how models answer."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.generation = Generation()
        self.embeddings = Embeddings()
        self._methods: dict[str, Handler] = {
            "generateContent": self.generation.whole,
            "streamGenerateContent": self.generation.streamed,
            "batchEmbedContents": self.embeddings.batch,
        }
        app = web.Application()
        app.router.add_post("/{version:v1|v1beta}/models/{model}:{method}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def calls_of(self, model: str) -> list[Call]:
        return [call for call in self.calls if call.model == model]

    def speak(self, method: str, handler: Handler) -> None:
        """Answer the calls of one more method, `embedContent` say."""
        self._methods[method] = handler

    async def start(self, port: int = 0) -> None:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        peer = request.transport and request.transport.get_extra_info("peername")
        call = Call(request.match_info["model"], request.match_info["method"], await request.json(), peer)
        self.calls.append(call)
        if request.headers.get("x-goog-api-key") != KEY:
            return errors.KEY_INVALID.response()
        if call.method not in self._methods:
            return errors.retired(call.model).response()
        return await self._methods[call.method](request, call)


@pytest_asyncio.fixture
async def gemini(settings: Any) -> AsyncIterator[GeminiServer]:
    """The stand-in, running, with the settings of a site that uses Gemini."""
    server = GeminiServer()
    await server.start()
    settings.GEMINI_API_KEY = KEY
    settings.GEMINI_BASE_URL = server.url
    yield server
    await server.stop()
