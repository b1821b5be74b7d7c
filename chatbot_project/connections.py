"""Daphne's connections with bounds: on what comes in, on its parts, and on what waits for a slow reader."""

import asyncio
from contextlib import suppress
from typing import Any

from autobahn.exception import Disconnected
from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from django.conf import settings
from twisted.internet.interfaces import IPushProducer
from twisted.web.http import HTTPChannel
from zope.interface import implementer

from chatbot_project.windows import FixedWindow

LONGEST_CONTENT_TYPE = 300  # bytes; the rest is left out
LONGEST_READ = 4 * 1024  # bytes that are parsed before other connections get their turn
# Bytes of a body that belong to no content: the lengths of its chunks, their extensions, the trailers.
MOST_FRAMING = 4 * 1024
CONTENT_PER_FRAMING = 4  # each so many bytes of content allow one more
LIMITS_TAKEN = 4  # a body so many times as long as the longest is not read to its end
MOST_FRAMES = 500  # of a WebSocket: parts of messages, pings, pongs
FRAMES_WITHIN = 10.0  # seconds
POLICY_VIOLATION = 1008


@implementer(IPushProducer)
class Outlet:
    """Closed while a connection has more to send (4 KiB) than its reader takes. The names are Twisted's."""

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
        self.received = 0  # bytes of the body as it was sent
        self.decoded = 0  # bytes of its content

    @property
    def is_mostly_framing(self) -> bool:
        return self.received - self.decoded > MOST_FRAMING + self.decoded // CONTENT_PER_FRAMING

    @property
    def is_endless(self) -> bool:
        return bool(self.decoded > LIMITS_TAKEN * settings.DATA_UPLOAD_MAX_MEMORY_SIZE)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802 - Twisted's name
        # Twisted has a parser of e-mail read it, whose time grows with the square of its length.
        if sent := self.requestHeaders.getRawHeaders(b"content-type"):
            self.requestHeaders.setRawHeaders(b"content-type", [each[:LONGEST_CONTENT_TYPE] for each in sent])
        super().requestReceived(command, path, version)

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        self.decoded += len(data)
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


class BoundedChannel(HTTPChannel):  # type: ignore[misc]
    """Parses little at a time, and no body to its end that has none, or that is chunks of next to nothing."""

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        self.transport.bufferSize = LONGEST_READ  # also of the WebSocket that this may become
        super().connectionMade()

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        if self.length == 0:  # no body: the next request, which waits for this one's answer
            super().rawDataReceived(data)
            return
        request = self.requests[-1]
        request.received += len(data)
        super().rawDataReceived(data)
        if self.length == 0 or self.transport.disconnecting:
            return
        if request.is_mostly_framing:
            self._respondToBadRequestAndDisconnect()
        elif request.is_endless:
            self._answer_now(request)

    def _answer_now(self, request: BoundedRequest) -> None:
        """The application refuses what it has of the body; then the connection closes."""
        self.persistent = False
        request.responseHeaders.setRawHeaders(b"Connection", [b"close"])
        self.allContentReceived()


class BoundedHTTPFactory(HTTPFactory):  # type: ignore[misc]
    protocol = BoundedChannel

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
        self._frame_window = FixedWindow(most=MOST_FRAMES, seconds=FRAMES_WITHIN)
        super().connectionMade()

    def onFrameBegin(self) -> None:  # noqa: N802 - Autobahn's name
        super().onFrameBegin()
        if self._frame_window.is_exceeded():
            self._end_flood()

    def _end_flood(self) -> None:
        """Say why, and take nothing more; Autobahn drops the connection a second later."""
        self.data = b""  # of which Autobahn would parse on
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code=POLICY_VIOLATION)
            self.transport.pauseProducing()
        else:
            self.drop()

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
