"""The server's side of its watchdog, to which it shows that its event loop runs."""

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
    """Beats on the socket of this descriptor, and waits there for the watchdog to have the server stop."""

    def __init__(self, descriptor: int) -> None:
        self._pair = socket.socket(fileno=descriptor)
        self._pair.setblocking(False)
        self._limit = settings.STUCK_AFTER
        # They work while the interpreter lock is held, and print no more than files, lines and functions.
        faulthandler.enable()
        faulthandler.register(DUMP)

    def begin(self, loop: asyncio.AbstractEventLoop, *, on_stop: Callable[[], None]) -> None:
        """Beat for as long as `loop` runs. `on_stop` is called once."""

        def stop() -> None:
            loop.remove_reader(self._pair)
            on_stop()

        def beat() -> None:
            self._beat()
            loop.call_later(EVERY, beat)

        if sys.gettrace():
            self._limit = 0
        sys.addaudithook(self._notice_debugger)
        loop.add_reader(self._pair, stop)
        loop.call_soon(beat)

    def _beat(self) -> None:
        with suppress(OSError):  # the watchdog is suspended, or has been killed
            self._pair.send(bytes([self._limit]))

    def _notice_debugger(self, event: str, _: object) -> None:
        """From then on there is no limit: a person who steps through the program takes long."""
        if event in DEBUGGING:
            self._limit = 0
            self._beat()
