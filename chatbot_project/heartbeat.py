"""The server's side of its watchdog, which tells it that the event loop runs."""

import asyncio
import faulthandler
import socket
import sys
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings

from chatbot_project.watchdog import DUMP

EVERY = 0.5  # seconds between two beats
DEBUGGING = {"sys.settrace", "sys.monitoring.register_callback"}  # audit events


class Heartbeat:
    """Beats on `descriptor`, and listens there for the end of the watchdog."""

    def __init__(self, descriptor: int) -> None:
        self._pair = socket.socket(fileno=descriptor)
        self._pair.setblocking(False)
        self._limit = 0 if sys.gettrace() else settings.STUCK_AFTER
        # Both work while the interpreter lock is held, and print no more than files, lines and functions.
        faulthandler.enable()
        faulthandler.register(DUMP)
        sys.addaudithook(self._notice_debugger)

    def begin(self, loop: asyncio.AbstractEventLoop, *, on_stop: Callable[[], None]) -> None:
        """Beat as long as `loop` runs. `on_stop` is called once, when the server is to stop."""

        def stop() -> None:
            loop.remove_reader(self._pair)
            on_stop()

        def beat() -> None:
            self._beat()
            loop.call_later(EVERY, beat)

        loop.add_reader(self._pair, stop)
        loop.call_soon(beat)

    def _beat(self) -> None:
        with suppress(OSError):  # it is stopped, or gone
            self._pair.send(bytes([self._limit]))

    def _notice_debugger(self, event: str, _: object) -> None:
        """A person who steps through the program takes long."""
        if event in DEBUGGING:
            self._limit = 0
            self._beat()
