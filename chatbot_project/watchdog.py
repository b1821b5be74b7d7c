"""The process that watches the server's: it replaces a server that is stuck or has crashed.

Code in C can hold the interpreter lock for ever, for example a regular expression that backtracks. No other
thread of that process runs any more, so another process has to notice. This one forks the server off before
anything large is imported; it opens no database and reads no settings.

Both share the listening socket, in which connections queue while there is no server, and a pair of sockets.
Each byte that the server sends is a beat, and says how many seconds it may take until the next one; 0 means
as many as it likes. The first comes from the running event loop, so a start may take its time. The end of
this process's side of the pair tells the server to stop, also when this process is killed.

Silence is not always the server's fault. Only seconds in which it could have sent a beat are counted:

- None where this process woke up late (both were suspended, with their machine or without), where the server
  is stopped, or where a debugger traces it. Then the count begins anew.
- While a thread of the server's runs, waits for a processor or for the disk: the processor time that they had
  together. A healthy server gets little of it on a machine that has too much to do.
- While all of its threads sleep: every second. They wait for each other.

Without /proc (macOS) every second counts, unless this process woke up late.
"""

import logging
import logging.config
import os
import re
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chatbot_project.logs import logging_config

logger = logging.getLogger(__name__)

DUMP: Final = signal.SIGUSR1  # a server writes the stacks of its threads to the log
DUMP_WITHIN: Final = 0.5  # seconds
STOP: Final = (signal.SIGTERM, signal.SIGINT)
TICK: Final = 1.0  # seconds between two checks at a silent server
LATE: Final = 3.0  # seconds since the last check: this one came late
SHORT_LIFE: Final = 30.0  # seconds from the start to the last beat
PAUSES: Final = (0.0, 1.0, 2.0, 4.0)  # seconds after the first, second, … of several short lives in turn
CLOCK_TICKS: Final = os.sysconf("SC_CLK_TCK")  # of /proc, in a second
TRACER: Final = re.compile(r"^TracerPid:\s*[1-9]", re.MULTILINE)


def watched() -> list[str]:
    """Returns in each server's process, with its arguments; the caller's ends as the last of them did."""
    logging.config.dictConfig(logging_config("ERROR"))
    return Watchdog().run()


class Watchdog:
    """Starts one server after another, until one ends by itself or this process is told to stop."""

    def __init__(self) -> None:
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._server: Server | None = None
        self._stopped_by: int | None = None
        self._short_lives = 0

    def run(self) -> list[str]:
        for number in STOP:
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # where it is ignored, no status can be had
        while True:
            pair = self._fork()
            if self._server is None:
                return ["--listener", str(self._listener.detach()), "--watchdog", str(pair.detach())]
            status = self._server.watch()
            server, self._server = self._server, None
            self._exit_or_pause(os.waitstatus_to_exitcode(status), server)

    def _fork(self) -> socket.socket:
        """Set `_server`, but not in that process. Returns its side of the pair."""
        ours, servers = socket.socketpair()
        with _signals_held_back():
            if pid := os.fork():
                servers.close()
                self._server = Server(pid, ours)
            else:
                ours.close()
                for number in STOP:
                    signal.signal(number, signal.SIG_DFL)
        return servers

    def _exit_or_pause(self, status: int, server: "Server") -> None:
        if status >= 0:
            sys.exit(status)
        if self._stopped_by:
            sys.exit(128 + self._stopped_by)
        self._short_lives = self._short_lives + 1 if server.lived < SHORT_LIFE else 1
        # One that has served is replaced however often it ends: without a server nobody is answered.
        if self._short_lives > len(PAUSES) and not server.lived:
            logger.error("The server was ended by a signal (%s), again and again.", signal.strsignal(-status))
            sys.exit(128 - status)
        logger.error("The server was ended by a signal (%s). Starting another.", signal.strsignal(-status))
        time.sleep(PAUSES[min(self._short_lives, len(PAUSES)) - 1])

    def _stop(self, number: int, frame: object) -> None:
        if self._server is None:
            sys.exit(128 + number)
        if self._stopped_by:
            self._server.send(signal.SIGKILL)
            return
        self._stopped_by = number
        self._listener.close()
        self._server.stop()


class Server:
    """A server's process, seen from here."""

    def __init__(self, pid: int, pair: socket.socket) -> None:
        self._pid = pid
        self._pair = pair
        self._pair.settimeout(TICK)
        self._status: int | None = None
        self._limit = 0  # seconds of silence
        self._silence = 0.0
        self._activity: Activity | None = None
        self._started = self._beaten = self._checked = time.monotonic()

    @property
    def lived(self) -> float:
        """Seconds, to its last beat."""
        return self._beaten - self._started

    def watch(self) -> int:
        """Until it has ended: its status, as os.waitpid gives it. One that is stuck is ended."""
        while self._status is None:
            beats = None
            with suppress(TimeoutError):
                beats = self._pair.recv(256)
            if beats:
                self._take(beats)
            elif beats is None:
                self._check()
            self._reap(0 if beats == b"" else os.WNOHANG)
        self._pair.close()
        return self._status

    def stop(self) -> None:
        """Have it end in good order."""
        with suppress(OSError):
            self._pair.shutdown(socket.SHUT_WR)
        if not self._has_beaten:
            self.send(signal.SIGTERM)  # it has no handler yet, and nothing to finish

    def send(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pid, number)

    @property
    def _has_beaten(self) -> bool:
        return self._beaten > self._started

    def _take(self, beats: bytes) -> None:
        self._limit = beats[-1]
        self._silence = 0.0
        self._activity = None
        self._beaten = self._checked = time.monotonic()

    def _check(self) -> None:
        before, self._activity = self._activity, Activity.of(self._pid)
        checked, self._checked = self._checked, time.monotonic()
        counted = silence(self._checked - checked, before, self._activity)
        self._silence = 0.0 if counted is None else self._silence + counted
        if self._limit and self._silence >= self._limit:
            self._kill()

    def _kill(self) -> None:
        logger.error(
            "The server is stuck: its event loop has not run for %d seconds. It is ended; the stacks of its "
            "threads follow.",
            time.monotonic() - self._beaten,
        )
        self.send(DUMP)
        time.sleep(DUMP_WITHIN)
        self.send(signal.SIGKILL)
        self._silence = 0.0

    def _reap(self, options: int) -> None:
        """Take up the ends of processes; to the first one of a container come those of all orphans."""
        with suppress(ChildProcessError):
            while self._status is None:
                pid, status = os.waitpid(-1, options)
                if pid == 0:
                    return
                if pid == self._pid:
                    self._status = status


@dataclass(frozen=True)
class Activity:
    """Of a process, as /proc tells it."""

    processor: float  # seconds that its threads have had
    states: frozenset[str]  # of its threads: a letter each
    traced: bool = False

    @classmethod
    def of(cls, pid: int) -> "Activity | None":
        """None where the system does not tell."""
        root = Path("/proc", str(pid))
        with suppress(OSError):
            user, system = _stat(root)[11:13]
            return cls(
                processor=(int(user) + int(system)) / CLOCK_TICKS,
                states=frozenset(_stat(thread)[0] for thread in root.glob("task/*")),
                traced=TRACER.search((root / "status").read_text()) is not None,
            )
        return None


def _stat(task: Path) -> list[str]:
    """The fields from the state on. The name before them may hold anything."""
    return (task / "stat").read_text().rpartition(")")[2].split()


def silence(seconds: float, before: Activity | None, now: Activity | None) -> float | None:
    """How many of the seconds between two checks count as silence; None where the count begins anew."""
    if seconds > LATE or (now and (now.traced or now.states & {"T", "t"})):
        return None
    if now is None:
        return seconds
    if before is None:
        return 0.0  # the first check, which there is nothing to compare with
    return min(seconds, now.processor - before.processor) if now.states & {"R", "D"} else seconds


@contextmanager
def _signals_held_back() -> Iterator[None]:
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP)
