"""Work of milliseconds, done in a thread: a piece at a time, and short questions wait for no long ones."""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from heapq import heappop, heappush
from itertools import count
from typing import Final, TypeVar, TypeVarTuple

from knowledge.per_loop import PerLoop

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

# For so many characters of a question one piece of work that came later may be done before each of its own.
CHARACTERS: Final = 20

_asked: ContextVar[int] = ContextVar("asked", default=0)


def asking(*texts: str) -> None:
    """Tell what the question consists of that this task works on from here on."""
    _asked.set(sum(map(len, texts)))


class Worker:
    """Runs functions in a thread, one after another, for one event loop.

    A piece of a long question lets others go first, so that twenty of these delay a short question by little
    more than the piece that is being done. They do not wait for ever: how many may go first depends on their
    length, which is bounded.
    """

    def __init__(self) -> None:
        self._is_busy = False
        self._done = 0  # pieces
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()  # among pieces of equal rank the first comes first

    async def run(self, function: Callable[[*Ts], T], *arguments: *Ts) -> T:
        await self._turn()
        self._done += 1
        try:
            return await asyncio.to_thread(function, *arguments)
        finally:
            self._pass_on()

    async def _turn(self) -> None:
        if not self._is_busy:
            self._is_busy = True
            return
        turn = asyncio.get_running_loop().create_future()
        rank = self._done + _asked.get() / CHARACTERS
        heappush(self._waiting, (rank, next(self._numbers), turn))
        try:
            await turn
        except asyncio.CancelledError:
            # Cancelled in the moment in which it was its turn.
            if not turn.cancelled():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            *_, turn = heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._is_busy = False


_workers = PerLoop(Worker)


async def in_worker(function: Callable[[*Ts], T], *arguments: *Ts) -> T:
    """The function's result, computed by pure Python.

    One thread for all such work: several would only take turns at the interpreter's lock, and the event loop
    would have to wait for each of them whenever it wants that lock itself.
    """
    return await _workers.get().run(function, *arguments)
