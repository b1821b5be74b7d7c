"""What can be made to go wrong with a server, or with the way to it."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

Respond = Callable[[], Awaitable[web.StreamResponse]]


def error_body(sentence: str) -> bytes:
    """As Qdrant says that something is wrong."""
    return json.dumps({"status": {"error": sentence}, "time": 0.0}).encode()


@dataclass
class Fault:
    """Strikes the requests whose "METHOD /path" matches; `times` of them, after letting `after` pass."""

    where: str = ""
    status: int = 0  # 0: the request is answered properly
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0  # seconds before anything happens
    drops: bool = False  # the connection, without an answer
    too_late: bool = False  # the request is carried out before it goes wrong
    after: int = 0
    times: int | None = None

    def strikes(self, request: web.Request) -> bool:
        if self.times == 0 or not re.search(self.where, f"{request.method} {request.path}"):
            return False
        if self.after:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True

    async def strike(self, request: web.Request, respond: Respond) -> web.StreamResponse:
        await asyncio.sleep(self.delay)
        if self.too_late or not (self.status or self.drops):
            response = await respond()
            if not (self.status or self.drops):
                return response
        if self.drops:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(status=self.status or 500, body=self.body, headers=dict(self.headers))


# What answers for a cluster that was suspended, or that never was.
SUSPENDED = Fault(status=404, body=b"404 page not found\n")
