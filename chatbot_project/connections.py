"""Daphne's connections with bounds: on the body that comes in, and on what waits for a slow reader."""

import asyncio
from contextlib import suppress
from typing import Any

from autobahn.exception import Disconnected
from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from django.conf import settings
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

LONGEST_CONTENT_TYPE = 300  # bytes; the rest is left out


@implementer(IPushProducer)
class Outlet:
    """Closed while a connection has more to send (64 KiB) than its reader takes. The names are Twisted's."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()

    @property
    def is_open(self) -> bool:
        return self._open.is_set()

    async def opened(self) -> None:
        """Until the reader takes more, or is gone."""
        await self._open.wait()

    def pauseProducing(self) -> None:  # noqa: N802
        self._open.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        self._open.set()

    def stopProducing(self) -> None:  # noqa: N802
        self._open.set()


class BoundedRequest(WebRequest):  # type: ignore[misc]
    """Drops what a body has beyond the limit as it comes in: one byte more lets the parser notice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outlet = Outlet()

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802 - Twisted's name
        # Twisted has a parser of e-mail read it, whose time grows with the square of its length.
        if sent := self.requestHeaders.getRawHeaders(b"content-type"):
            self.requestHeaders.setRawHeaders(b"content-type", [each[:LONGEST_CONTENT_TYPE] for each in sent])
        super().requestReceived(command, path, version)

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        room = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1 - self.content.tell()
        self.content.write(data[: max(room, 0)])

    def handle_reply(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start" and self.channel and not self.producer:
            self.registerProducer(self.outlet, True)
        super().handle_reply(message)

    def connectionLost(self, reason: object) -> None:  # noqa: N802 - Twisted's name
        self.outlet.stopProducing()
        super().connectionLost(reason)

    def finish(self) -> None:
        if self.producer and self.channel:
            self.unregisterProducer()
        super().finish()

    def drop(self) -> None:
        if self.channel:
            self.channel.forceAbortClient()


class BoundedHTTPFactory(HTTPFactory):  # type: ignore[misc]
    def buildProtocol(self, addr: object) -> Any:  # noqa: N802 - Twisted's name
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = BoundedRequest
        return protocol


class BoundedSocket(WebSocketProtocol):  # type: ignore[misc]
    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        self.outlet = Outlet()
        # In place of the HTTP protocol that this connection began with.
        self.transport.unregisterProducer()
        self.transport.registerProducer(self.outlet, True)
        super().connectionMade()

    def handle_reply(self, message: dict[str, Any]) -> None:
        with suppress(Disconnected):  # of which the application is only told later
            super().handle_reply(message)

    def connectionLost(self, reason: object) -> None:  # noqa: N802 - Twisted's name
        self.outlet.stopProducing()  # of which a connection that was dropped is not told
        super().connectionLost(reason)

    def drop(self) -> None:
        self.dropConnection(abort=True)


class BoundedSocketFactory(WebSocketFactory):  # type: ignore[misc]
    protocol = BoundedSocket
