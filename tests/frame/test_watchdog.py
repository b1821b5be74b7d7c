"""A server that is stuck or crashes is replaced, and one that only seems to is not."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress

import httpx
import pytest

from chatbot_project.env import BASE_DIR
from chatbot_project.watchdog import LATE, Activity, silence
from tests.frame.test_server import Reader, Toy

LONG = LATE + 0.5  # seconds; a stuck server would be replaced after fewer


@contextmanager
def running(*pauses: tuple[int, ...]) -> Iterator[list[Toy]]:
    """A server for each, started at once. They count as stuck after a second."""
    with ThreadPoolExecutor() as threads:
        toys = list(threads.map(lambda each: Toy(stuck_after=1, pauses=each), pauses))
    try:
        yield toys
    finally:
        for toy in toys:
            toy.kill()


@pytest.fixture
def toy() -> Iterator[Toy]:
    with running((0,)) as (toy,):
        yield toy


def get(toy: Toy, path: str) -> str:
    return httpx.get(toy.address(path), timeout=20).text


def pid(toy: Toy) -> int:
    """The server's; `toy.process` is its watchdog."""
    return int(get(toy, "/pid"))


def hold_up(toy: Toy, path: str) -> None:
    """Have the server do what `path` stands for, and return once it does."""

    def ask() -> None:
        with suppress(httpx.HTTPError):
            get(toy, path)

    threading.Thread(target=ask).start()
    assert toy.process.stdout.readline() == "held up\n"


@pytest.fixture(scope="module")
def stuck() -> Iterator[dict[str, Toy]]:
    """Three servers by what holds them up. One of them is told to stop."""
    with running((0,), (0,), (0,)) as toys:
        stuck = dict(zip(("backtrack", "deadlock", "deadlock, stopping"), toys, strict=True))
        for name, toy in stuck.items():
            hold_up(toy, "/" + name.partition(",")[0])
        stuck["deadlock, stopping"].process.send_signal(signal.SIGTERM)
        yield stuck


@pytest.mark.parametrize("name", ["backtrack", "deadlock"])
def test_a_stuck_server_is_replaced_and_its_stack_is_in_the_log(stuck, name):
    assert get(stuck[name], "/sent") == "0"  # asked while nobody answers
    status, said = stuck[name].stop()
    assert status == 0
    (line,) = [line for line in said if "The server is stuck" in line]
    assert " ERROR chatbot_project.watchdog [-] " in line
    assert any("toy_server.py" in line and line.endswith(f" in {name}") for line in said)
    assert said.count("ready") == 1


def test_a_stuck_server_that_is_told_to_stop_is_ended_and_not_replaced(stuck):
    output, _ = stuck["deadlock, stopping"].process.communicate(timeout=20)
    assert stuck["deadlock, stopping"].process.returncode == 128 + signal.SIGTERM
    assert "The server is stuck" in output
    assert "ready" not in output


@contextmanager
def suspended(*processes: int) -> Iterator[None]:
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    yield
    for process in processes:
        os.kill(process, signal.SIGCONT)


@contextmanager
def traced(process: int) -> Iterator[None]:
    """As by a debugger, which lets it run."""
    seize, interrupt, detach, any_process = 0x4206, 0x4207, 17, 0x40000000
    ptrace = ctypes.CDLL(None, use_errno=True).ptrace
    ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    assert ptrace(seize, process, None, None) == 0, os.strerror(ctypes.get_errno())
    yield
    assert ptrace(interrupt, process, None, None) == 0, os.strerror(ctypes.get_errno())
    os.waitpid(process, any_process)
    assert ptrace(detach, process, None, None) == 0


def test_a_server_that_only_seems_to_be_stuck_is_left_alone():
    with running((), (), (), ()) as toys:
        stopped, both_stopped, slow_and_traced, stepped_through = toys
        before = [pid(toy) for toy in toys]
        with ExitStack() as meanwhile:
            meanwhile.enter_context(traced(pid(slow_and_traced)))
            hold_up(slow_and_traced, "/slow")
            hold_up(stepped_through, "/step-through")
            meanwhile.enter_context(suspended(pid(stopped)))
            meanwhile.enter_context(suspended(pid(both_stopped), both_stopped.process.pid))
            time.sleep(LONG)
        time.sleep(1)  # in which the watchdogs take up what they missed
        assert [pid(toy) for toy in toys] == before


def test_a_server_that_crashes_is_replaced_however_often(toy):
    known = [pid(toy)]
    for number in (signal.SIGSEGV, signal.SIGKILL, signal.SIGKILL):
        os.kill(known[-1], number)
        known.append(pid(toy))
    assert len(set(known)) == 4
    status, output = toy.stop()
    assert status == 0
    assert "Fatal Python error: Segmentation fault" in "\n".join(output).splitlines()
    assert str(output).count("ended by a signal (Segmentation fault). Starting another.") == 1
    assert str(output).count("ended by a signal (Killed). Starting another.") == 2


def test_a_server_that_crashes_before_it_serves_is_not_replaced_for_ever():
    command = [sys.executable, "-m", "tests.frame.toy_server", "0", "1", "0", "0"]
    crashing = {**os.environ, "CRASHES": "yes"}
    ran = subprocess.run(command, cwd=BASE_DIR, env=crashing, capture_output=True, text=True, timeout=20)
    assert ran.returncode == 128 + signal.SIGKILL
    assert ran.stderr.count("Starting another.") == 2
    assert ran.stderr.splitlines()[-1].endswith("ended by a signal (Killed), again and again.")


def test_between_two_servers_the_watchdog_can_be_stopped():
    with running((60,)) as (toy,):
        os.kill(pid(toy), signal.SIGKILL)
        assert "Starting another" in toy.process.stdout.readline()
        status, _ = toy.stop()
    assert status == 128 + signal.SIGTERM


def test_a_server_that_ends_by_itself_is_not_replaced():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "tests.frame.toy_server", str(taken.getsockname()[1]), "1", "0"]
        ran = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, timeout=20)
    assert ran.returncode == 1
    assert ran.stderr.count("Address already in use") == 1


def test_a_signal_to_both_processes_stops_as_one_signal_does(toy):
    """Terminals and service managers send it to all processes there are, not quite at once."""
    server = pid(toy)
    reader = Reader(toy.address("/stream"))
    os.killpg(toy.process.pid, signal.SIGTERM)
    assert toy.process.stdout.readline() == "background ended\n"
    os.kill(server, signal.SIGTERM)
    reader.join(20)
    assert reader.text.endswith("the end\n")
    assert toy.process.wait(20) == 0


def test_a_server_whose_watchdog_is_killed_ends_in_good_order(toy):
    reader = Reader(toy.address("/stream"))
    toy.process.kill()
    reader.join(20)
    assert reader.text.endswith("the end\n")
    output, _ = toy.process.communicate(timeout=20)  # until the server, too, has closed it
    assert output.splitlines() == ["background ended", "stopping"]


AT_FIRST = Activity(processor=5.0, states=frozenset("S"))


def later(processor: float, states: str, *, traced: bool = False) -> Activity:
    return Activity(AT_FIRST.processor + processor, frozenset(states), traced)


@pytest.mark.parametrize(
    ("seconds", "activity", "counted"),
    [
        pytest.param(1.0, later(0.0, "S"), 1.0, id="all threads wait for each other"),
        pytest.param(1.0, later(1.9, "RS"), 1.0, id="two threads run"),
        pytest.param(1.0, later(0.1, "RS"), 0.1, id="others have the processor"),
        pytest.param(1.0, later(0.0, "DS"), 0.0, id="the disk is slow"),
        pytest.param(1.0, later(0.0, "ST"), None, id="stopped"),
        pytest.param(1.0, later(0.0, "St"), None, id="stopped by a debugger"),
        pytest.param(1.0, later(1.0, "R", traced=True), None, id="run by a debugger"),
        pytest.param(LATE + 0.1, later(1.0, "R"), None, id="the watchdog itself was suspended"),
        pytest.param(1.0, None, 1.0, id="no /proc"),
    ],
)
def test_only_seconds_in_which_a_beat_could_have_been_sent_are_counted(seconds, activity, counted):
    assert silence(seconds, AT_FIRST, activity) == pytest.approx(counted)


def test_the_first_look_counts_nothing_as_there_is_nothing_to_compare_with():
    assert silence(1.0, None, later(1.0, "R")) == 0.0


def test_the_watchdog_loads_nothing_large():
    program = "import sys, chatbot_project.watchdog; print({'asyncio', 'django'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", program], cwd=BASE_DIR, capture_output=True, text=True)
    assert ran.stdout == "set()\n"
