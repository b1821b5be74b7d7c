"""Daphne, stopped with care: running answers are stored and connections are closed in good order.

Importing this module installs Twisted's asyncio reactor, so only what serves imports it. Stock daphne
answers SIGTERM by cutting every stream at once, and has been seen to crash while one was live.
"""

import asyncio
import logging
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.typing import ASGI3Application
from daphne.server import Server
from django.conf import settings
from twisted.internet import reactor
from twisted.internet.defer import maybeDeferred
from twisted.logger import globalLogBeginner

from chatbot_project.connections import BoundedHTTPFactory, BoundedSocket, BoundedSocketFactory
from chatbot_project.heartbeat import Heartbeat

logger = logging.getLogger(__name__)

LONGEST_FRAME = 256 * 1024  # bytes; a larger one closes the socket with code 1009
CLOSE_WITHIN = 3.0  # seconds that connections get to end by themselves
LAST_WORDS = 0.1  # seconds for the ends of the answers to be sent before the sockets that follow them close
GOING_AWAY = 1001
THREADS = 32


class ChatServer(Server):  # type: ignore[misc]
    """Serves `application` on `listener` until SIGTERM or SIGINT, or until its watchdog has it stop.

    `on_ready` runs once all is set up, `in_background` for as long as connections are taken; `on_stop` when
    no more are, before those that there are get closed.
    """

    def __init__(
        self,
        application: ASGI3Application,
        *,
        listener: socket.socket,
        heartbeat: Heartbeat,
        on_ready: Callable[[], None],
        in_background: Callable[[], Coroutine[Any, Any, None]],
        on_stop: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(
            application,
            endpoints=[f"fd:fileno={listener.fileno()}"],
            ping_interval=settings.SOCKET_PING_EVERY,
            server_name="",
        )
        self._socket = listener
        self._heartbeat = heartbeat
        self._on_ready = on_ready
        self._in_background = in_background
        self._on_stop = on_stop
        self._stopping: asyncio.Future[None] | None = None

    def run(self) -> None:
        self.connections: dict[Any, dict[str, Any]] = {}
        self.http_factory = BoundedHTTPFactory(self)
        self.ws_factory = self._web_socket_factory()
        # Twisted's own log repeats each request with its query string.
        globalLogBeginner.beginLoggingTo([lambda _: None], redirectStandardIO=False, discardBuffer=True)
        self._socket.setblocking(False)
        self._listener = reactor.adoptStreamPort(self._socket.fileno(), socket.AF_INET, self.http_factory)
        self._socket.close()  # a copy was made
        loop = reactor._asyncioEventloop
        asyncio.set_event_loop(loop)
        # As many as there are cores would be few: most threads wait for the database.
        loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="worker"))
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._begin_stop)
        self._heartbeat.begin(loop, on_stop=self._begin_stop)
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)
        self._background = loop.create_task(self._in_background())
        self._on_ready()
        reactor.run(installSignalHandlers=False)

    def _web_socket_factory(self) -> Any:
        factory = BoundedSocketFactory(self, server=self.server_name)
        factory.setProtocolOptions(
            autoPingTimeout=settings.SOCKET_PONG_WITHIN,
            allowNullOrigin=True,  # origins are judged by the application
            openHandshakeTimeout=self.websocket_handshake_timeout,
            maxMessagePayloadSize=LONGEST_FRAME,
            maxFramePayloadSize=LONGEST_FRAME,
            failByDrop=False,  # so that a client learns why it is closed
        )
        return factory

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Send it, and come back once the reader takes more; one that takes nothing for long is dropped."""
        await super().handle_reply(protocol, message)
        if protocol.outlet.is_open:
            return
        try:
            async with asyncio.timeout(settings.READER_STALLED_AFTER):
                await protocol.outlet.opened()
        except TimeoutError:
            protocol.drop()

    def _begin_stop(self) -> None:
        # A terminal and a service manager signal this process and its watchdog, which passes the signal on.
        if self._stopping is None:
            self._stopping = asyncio.ensure_future(self._stop())

    async def _stop(self) -> None:
        logger.info("Stopping")
        try:
            await maybeDeferred(self._listener.stopListening).asFuture(asyncio.get_running_loop())
            self._background.cancel()
            await asyncio.wait([self._background])
            await self._on_stop()
            await self._close_connections()
            logger.info("Stopped")
        # The last resort of a process that ends: nobody else would see it.
        except Exception:
            logger.exception("The server could not stop in good order")
        finally:
            reactor.stop()

    async def _close_connections(self) -> None:
        await asyncio.sleep(LAST_WORDS)
        for protocol in list(self.connections):
            if isinstance(protocol, BoundedSocket) and protocol.state == protocol.STATE_OPEN:
                protocol.sendCloseFrame(code=GOING_AWAY, isReply=False)
        if running := self._running_applications():
            _, stuck = await asyncio.wait(running, timeout=CLOSE_WITHIN)
            for application in stuck:
                application.cancel()
            await asyncio.gather(*stuck, return_exceptions=True)

    def _running_applications(self) -> list[asyncio.Future[None]]:
        applications = (details.get("application_instance") for details in self.connections.values())
        return [application for application in applications if application and not application.done()]
