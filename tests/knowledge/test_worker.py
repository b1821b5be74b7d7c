"""Work in a thread: one piece at a time, short ones before long ones, and none for ever."""

import asyncio
import contextvars
import threading
import time

import pytest

from knowledge.worker import PATIENCE, Worker, in_worker


class Pieces:
    """Pieces of work that note when they begin; the first one goes on until it is told to end."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.goes_on = threading.Event()

    def first(self) -> None:
        self.begun.append("first")
        assert self.goes_on.wait(30)

    def note(self, name: str) -> str:
        self.begun.append(name)
        return name


@pytest.fixture
def pieces() -> Pieces:
    return Pieces()


async def begin(pieces: Pieces, queue: Worker, **seconds: float) -> list[asyncio.Task[str | None]]:
    """The first piece, which keeps the thread, and those that wait behind it, by their names."""
    tasks: list[asyncio.Task[str | None]] = [asyncio.create_task(queue.run(pieces.first, seconds=0.1))]
    for name, duration in seconds.items():
        tasks.append(asyncio.create_task(queue.run(pieces.note, name, seconds=duration)))
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def test_a_short_piece_waits_for_no_long_one_that_has_not_begun(pieces):
    tasks = await begin(pieces, Worker(), long=2.0, longer=3.0, short=0.01)
    pieces.goes_on.set()
    assert await asyncio.gather(*tasks) == [None, "long", "longer", "short"]
    assert pieces.begun == ["first", "short", "long", "longer"]


async def test_a_long_piece_is_overtaken_only_for_so_long(pieces):
    queue = Worker()
    tasks = await begin(pieces, queue, long=1.0)

    async def keep_coming() -> None:
        for _ in range(PATIENCE):
            await queue.run(pieces.note, "short", seconds=0.5)

    coming = [asyncio.create_task(keep_coming()) for _ in range(3)]
    await asyncio.sleep(0)
    pieces.goes_on.set()
    await asyncio.gather(*tasks, *coming)
    overtaken_by = pieces.begun.index("long") - 1  # without the first one
    assert 10 < overtaken_by * 0.5 < PATIENCE * 1.0 < 3 * PATIENCE * 0.5


async def test_pieces_run_one_at_a_time_and_never_in_the_event_loops_thread():
    running, most, threads = 0, 0, set()
    lock = threading.Lock()

    def piece() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            threads.add(threading.get_ident())
        time.sleep(0.002)  # in which another one would begin
        with lock:
            running -= 1

    await asyncio.gather(*(in_worker(piece, characters=number) for number in range(20)))
    assert most == 1
    assert threading.get_ident() not in threads


async def test_who_gives_up_waiting_holds_up_nobody(pieces):
    tasks = await begin(pieces, Worker(), given_up=0.01, other=0.02)
    tasks[1].cancel()
    pieces.goes_on.set()
    await asyncio.wait(tasks)
    assert tasks[1].cancelled()
    assert pieces.begun == ["first", "other"]


async def test_who_gives_up_in_the_moment_of_its_turn_passes_it_on(pieces):
    tasks: list[asyncio.Task[str | None]] = []

    class Cancelling(Worker):
        def _pass_on(self) -> None:
            super()._pass_on()
            tasks[1].cancel()  # its turn has come, but its task has not gone on yet

    queue = Cancelling()
    tasks += await begin(pieces, queue, given_up=0.01, other=0.02)
    pieces.goes_on.set()
    await asyncio.wait(tasks)
    assert pieces.begun == ["first", "other"]
    assert await queue.run(pieces.note, "after", seconds=0.0) == "after"


async def test_a_failure_is_its_callers_and_the_next_piece_runs(pieces):
    queue = Worker()
    with pytest.raises(ZeroDivisionError):
        await queue.run(divmod, 1, 0, seconds=0.1)
    assert await queue.run(pieces.note, "next", seconds=0.1) == "next"


async def test_context_variables_go_along():
    variable = contextvars.ContextVar[str]("variable")
    variable.set("this request's")
    assert await in_worker(variable.get, characters=1) == "this request's"
