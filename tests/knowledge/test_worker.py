"""Work in a thread: one piece at a time, those of short questions first, and none waits for ever."""

import asyncio
import contextvars
import threading
import time

import pytest

from knowledge.worker import CHARACTERS, Worker, asking, in_worker


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


async def begin(pieces: Pieces, queue: Worker, **lengths: int) -> list[asyncio.Task[str | None]]:
    """The first piece, which keeps the thread, and those behind it, of questions of these lengths."""

    async def piece(name: str, length: int) -> str:
        asking("x" * length)
        return await queue.run(pieces.note, name)

    tasks: list[asyncio.Task[str | None]] = [asyncio.create_task(queue.run(pieces.first))]
    tasks += [asyncio.create_task(piece(name, length)) for name, length in lengths.items()]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def test_a_short_question_waits_for_no_long_one_that_has_not_begun(pieces):
    tasks = await begin(pieces, Worker(), long=8000, longer=12_000, short=40, shorter=20)
    pieces.goes_on.set()
    assert await asyncio.gather(*tasks) == [None, "long", "longer", "short", "shorter"]
    assert pieces.begun == ["first", "shorter", "short", "long", "longer"]


async def test_among_equals_the_first_comes_first(pieces):
    tasks = await begin(pieces, Worker(), one=40, two=40, three=40)
    pieces.goes_on.set()
    await asyncio.gather(*tasks)
    assert pieces.begun == ["first", "one", "two", "three"]


async def test_a_long_question_does_not_wait_for_ever(pieces):
    queue = Worker()
    tasks = await begin(pieces, queue, long=100 * CHARACTERS)

    async def keep_coming() -> None:
        for _ in range(100):
            await queue.run(pieces.note, "short")

    coming = [asyncio.create_task(keep_coming()) for _ in range(3)]
    await asyncio.sleep(0)
    pieces.goes_on.set()
    await asyncio.gather(*tasks, *coming)
    assert 90 < pieces.begun.index("long") < 110


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

    await asyncio.gather(*(in_worker(piece) for _ in range(20)))
    assert most == 1
    assert threading.get_ident() not in threads


async def test_who_gives_up_waiting_holds_up_nobody(pieces):
    tasks = await begin(pieces, Worker(), given_up=20, other=40)
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
    tasks += await begin(pieces, queue, given_up=20, other=40)
    pieces.goes_on.set()
    await asyncio.wait(tasks)
    assert pieces.begun == ["first", "other"]
    assert await queue.run(pieces.note, "after") == "after"


async def test_a_failure_is_its_callers_and_the_next_piece_runs(pieces):
    queue = Worker()
    with pytest.raises(ZeroDivisionError):
        await queue.run(divmod, 1, 0)
    assert await queue.run(pieces.note, "next") == "next"


async def test_context_variables_go_along():
    variable = contextvars.ContextVar[str]("variable")
    variable.set("this request's")
    assert await in_worker(variable.get) == "this request's"
