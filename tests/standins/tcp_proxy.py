"""A way to a server that can be slow, asleep, cut and closed: what a network does to a database."""

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


class TcpProxy:
    """Listens on 127.0.0.1, in a thread of its own; `upstream` is (host, port) or the path of a socket.

    Delays and sleep hold for what happens after they were set.
    """

    def __init__(self, upstream: tuple[str, int] | str) -> None:
        self.latency = 0.0  # seconds that every message to the server takes longer
        self.connections = 0  # accepted so far
        self.messages = 0  # that went to the server so far: round trips, to a database
        self._upstream = upstream
        self._wakes_after: float | None = None
        self._awake: asyncio.Task[None] | None = None
        self._last: bytes | None = None
        self._last_is_delivered = False
        self._gone = threading.Event()
        self._serving: set[asyncio.Task[Any]] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = 0
        self.accept()

    def fall_asleep(self, *, wakes_after: float) -> None:
        """Cut what there is; the next connection wakes the server, which takes that many seconds."""
        self._wakes_after, self._awake = wakes_after, None
        self.cut()

    def cut(self) -> None:
        """Break all connections, without a word."""
        self._run(self._cut())

    def refuse(self) -> None:
        """Be away: break all connections and accept no more."""
        self._run(self._stop_listening())
        self.cut()

    def refuse_from(self, last: bytes, *, delivered: bool) -> threading.Event:
        """Be away as soon as somebody tells the server this; set when that is so.

        `delivered`: the server gets it and answers, and only its answer is lost.
        """
        self._last, self._last_is_delivered = last, delivered
        self._gone.clear()
        return self._gone

    def accept(self) -> None:
        """Be there, on the same port as before."""
        self._run(self._listen())

    def close(self) -> None:
        self.refuse()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _listen(self) -> None:
        if self._server is not None:
            return
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = None

    async def _cut(self) -> None:
        if serving := list(self._serving):
            for task in serving:
                task.cancel()
            await asyncio.wait(serving)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        # In Python 3.11 a stream's server cannot bear that its tasks end cancelled.
        with suppress(asyncio.CancelledError):
            await self._relay(reader, writer)
        self._serving.discard(task)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._until_awake()
            server_reader, server_writer = await self._connect()
            heard_last = asyncio.Event()
            await asyncio.gather(
                self._forward(reader, server_writer, heard_last, to_server=True),
                self._forward(server_reader, writer, heard_last),
            )
        finally:
            writer.transport.abort()

    async def _until_awake(self) -> None:
        if self._wakes_after is None:
            return
        self._awake = self._awake or asyncio.create_task(asyncio.sleep(self._wakes_after))
        await asyncio.wait([self._awake])

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._upstream, str):
            return await asyncio.open_unix_connection(self._upstream)
        return await asyncio.open_connection(*self._upstream)

    async def _forward(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        heard_last: asyncio.Event,
        *,
        to_server: bool = False,
    ) -> None:
        try:
            with suppress(ConnectionError):
                while message := await source.read(65_536):
                    if to_server:
                        self.messages += 1
                        await asyncio.sleep(self.latency)
                    if heard_last.is_set():
                        await self._go()
                    if to_server and self._last and self._last in message:
                        self._last = None
                        heard_last.set()
                        if not self._last_is_delivered:
                            await self._go()
                    sink.write(message)
                    await sink.drain()
        finally:
            sink.transport.abort()  # which ends the other direction, too

    async def _go(self) -> None:
        """Refuse, from within a connection: that ends this task, too."""
        await self._stop_listening()
        self._gone.set()
        for task in self._serving:
            task.cancel()
        await asyncio.sleep(0)
