"""Work of milliseconds, done in a thread: one piece at a time, and short ones do not wait for long ones."""

import asyncio
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Final, TypeVar, TypeVarTuple

from knowledge.per_loop import PerLoop

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

# While a piece waits, others that came later may be done first, together this many times as long as it.
PATIENCE: Final = 100
# Rather more than what pure Python takes for a character of an ordinary passage.
SECONDS_PER_CHARACTER: Final = 1e-6


class Worker:
    """Runs functions in a thread, one after another, for one event loop.

    The next one is that with the earliest deadline, which lies the further ahead the longer a piece takes: so
    twenty long pieces delay a short one by the rest of one of them, and none waits for ever. Deadlines are
    counted in work done instead of time, so that they are the same on a slow machine.
    """

    def __init__(self) -> None:
        self._is_busy = False
        self._done = 0.0  # seconds, as expected of the pieces
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()  # of pieces with the same deadline the first comes first

    async def run(self, function: Callable[[*Ts], T], *arguments: *Ts, seconds: float) -> T:
        """Its result; `seconds` is about how long it takes."""
        await self._turn(seconds)
        self._done += seconds
        try:
            return await asyncio.to_thread(function, *arguments)
        finally:
            self._pass_on()

    async def _turn(self, seconds: float) -> None:
        if not self._is_busy:
            self._is_busy = True
            return
        turn = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (self._done + PATIENCE * seconds, next(self._numbers), turn))
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


async def in_worker(function: Callable[[*Ts], T], *arguments: *Ts, characters: int) -> T:
    """The function's result, computed by pure Python; `characters` is how much text it goes through.

    One thread for all such work: several would only take turns at the interpreter's lock, and the event loop
    would have to wait for each of them whenever it wants that lock itself.
    """
    seconds = characters * SECONDS_PER_CHARACTER
    return await _workers.get().run(function, *arguments, seconds=seconds)
