"""The server: HTTP around the engine, a key, and whatever goes wrong on purpose."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest_asyncio
from aiohttp import web

from tests.standins.qdrant.engine import ROUTES, Engine, Handler
from tests.standins.qdrant.faults import Fault, error_body
from tests.standins.qdrant.strictness import NotIndexed

KEY = "a-key-of-the-stand-in"
DENIAL = b"Must provide an API key or an Authorization bearer token"


class QdrantServer:
    """`requests` is everything that was asked, as "METHOD /path"; `faults` is what goes wrong meanwhile."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.requests: list[str] = []
        self.faults: list[Fault] = []
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """At the same port each time."""
        app = web.Application(client_max_size=32 * 1024 * 1024, middlewares=[self._guard])
        for method, path, handler in ROUTES:
            app.router.add_route(method, path, self._answering(handler))
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Refuse connections. What was stored is kept."""
        await self._runner.cleanup()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests.append(f"{request.method} {request.path}")

        async def respond() -> web.StreamResponse:
            if request.headers.get("api-key") != KEY:
                return web.Response(status=401, body=DENIAL)
            return await handler(request)

        for fault in self.faults:
            if fault.strikes(request):
                return await fault.strike(request, respond)
        return await respond()

    def _answering(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            name = request.match_info.get("name", "")
            try:
                found = await handler(self.engine, name, await request.read())
            except NotIndexed as exc:
                return web.Response(status=400, body=error_body(str(exc)))
            except ValueError as exc:
                return _refusal(name, str(exc))
            return web.json_response({"result": found, "status": "ok", "time": 0.0}, dumps=_json)

        return answer


def _refusal(name: str, reason: str) -> web.Response:
    """What the in-process Qdrant says with a ValueError, as the server says it."""
    if reason == f"Collection {name} not found":
        return web.Response(status=404, body=error_body(f"Not found: Collection `{name}` doesn't exist!"))
    if "already exists" in reason:
        sentence = f"Wrong input: Collection `{name}` already exists!"
        return web.Response(status=409, body=error_body(sentence))
    return web.Response(status=400, body=error_body(f"Wrong input: {reason}"))


def _json(document: Any) -> str:
    return json.dumps(document, default=lambda model: model.model_dump(mode="json"))


@pytest_asyncio.fixture
async def qdrant() -> AsyncIterator[QdrantServer]:
    """The stand-in, running and empty."""
    server = QdrantServer()
    await server.start()
    yield server
    await server.stop()
    await server.engine.qdrant.close()
