"""The server's own conduct, seen from outside: a toy application behind it, and real sockets."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from chatbot_project.env import BASE_DIR


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Toy:
    """A toy server and its watchdog, which is `process`. Both are of one process group."""

    def __init__(self, *, stuck_after: int = 10, pauses: tuple[int, ...] = ()) -> None:
        self.port = free_port()
        arguments = map(str, (self.port, stuck_after, *pauses))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.frame.toy_server", *arguments],
            cwd=BASE_DIR,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def address(self, path: str, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, list[str]]:
        """The exit status, and what the server said after the signal."""
        self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=20)
        return self.process.returncode, output.splitlines()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()


@pytest.fixture
def toy() -> Iterator[Toy]:
    toy = Toy()
    yield toy
    toy.kill()


class Reader(threading.Thread):
    """Reads a stream to its end."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.begun = threading.Event()
        self.text = ""
        self.error: httpx.HTTPError | None = None
        self.start()
        assert self.begun.wait(10)

    def run(self) -> None:
        try:
            with httpx.stream("GET", self.address, timeout=20) as response:
                for piece in response.iter_text():
                    self.text += piece
                    self.begun.set()
        except httpx.HTTPError as exc:
            self.error = exc


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stream_that_runs_comes_to_its_end_when_the_server_is_stopped(toy, number):
    reader = Reader(toy.address("/stream"))
    status, said = toy.stop(number)
    reader.join()
    assert reader.error is None
    assert reader.text.endswith("the end\n")
    assert status == 0
    assert said == ["background ended", "stopping"]


def test_a_stream_that_does_not_end_is_cut_and_the_server_still_exits_in_order(toy):
    reader = Reader(toy.address("/forever"))
    status, _ = toy.stop()
    reader.join()
    assert isinstance(reader.error, httpx.RemoteProtocolError)
    assert status == 0


def test_no_connection_is_taken_while_the_last_ones_end(toy):
    reader = Reader(toy.address("/forever"))
    toy.process.send_signal(signal.SIGTERM)
    assert toy.process.stdout.readline() == "background ended\n"
    with pytest.raises(httpx.ConnectError):
        httpx.get(toy.address("/length"))
    toy.process.wait(20)
    reader.join()


def test_a_second_signal_kills(toy):
    reader = Reader(toy.address("/forever"))
    toy.process.send_signal(signal.SIGTERM)
    assert toy.process.stdout.readline() == "background ended\n"
    began = time.monotonic()
    toy.process.send_signal(signal.SIGTERM)
    assert toy.process.wait(20) == 128 + signal.SIGTERM
    assert time.monotonic() - began < 1.0
    reader.join()


def test_a_socket_is_told_that_the_server_goes_away(toy):
    with connect(toy.address("/", "ws")) as client:
        client.send("hello")
        assert client.recv() == "hello"
        toy.process.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=10)
    assert closed.value.rcvd.code == 1001
    assert toy.process.wait(20) == 0


def test_a_frame_beyond_the_limit_closes_the_socket(toy):
    with connect(toy.address("/", "ws"), max_size=None) as client:
        client.send("x" * 256 * 1024)
        assert len(client.recv()) == 256 * 1024
        client.send("x" * (256 * 1024 + 1))
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=10)
    assert closed.value.rcvd.code == 1009


def pieces(length: int) -> Iterator[bytes]:
    """A body whose length is not announced."""
    yield b"x" * (length // 2)
    yield b"x" * (length - length // 2)


@pytest.mark.parametrize(("length", "arriving"), [(0, 0), (1000, 1000), (1001, 1001), (500_000, 1001)])
def test_of_a_body_no_more_than_the_limit_is_kept(toy, length, arriving):
    whole = httpx.post(toy.address("/length"), content=b"x" * length)
    chunked = httpx.post(
        toy.address("/length"), content=iter([b"x" * (length // 2), b"x" * (length - length // 2)])
    )
    assert whole.text == chunked.text == str(arriving)


def test_of_a_content_type_no_more_is_read_than_one_has(toy):
    sent = "application/json" + ";" * 15_000
    seen = httpx.post(toy.address("/content-type"), content=b"{}", headers={"Content-Type": sent}).text
    assert seen == sent[:300]


def test_the_server_does_not_name_its_software(toy):
    assert "server" not in httpx.post(toy.address("/length"), content=b"").headers


def request_of(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


FLOOD = 16 * 1024  # kilobytes
BUFFERS = 12 * 1024  # more than the operating system holds of it


def sent(toy: Toy) -> int:
    """Kilobytes of the flood so far."""
    return int(httpx.get(toy.address("/sent"), timeout=20).text)


def sent_at_rest(toy: Toy) -> int:
    """The same, once there are some and no more come."""
    before, now = -1, sent(toy)
    while now != before or not now:
        time.sleep(0.2)
        before, now = now, sent(toy)
    return now


def wait_until_dropped(toy: Toy) -> None:
    """What is sent to a connection that is gone goes nowhere, at once."""
    deadline = time.monotonic() + 30
    while sent(toy) < FLOOD:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_reader_who_takes_nothing_is_not_waited_for_in_memory_and_dropped_in_the_end(toy):
    with socket.create_connection(("127.0.0.1", toy.port)) as stalled:
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stalled.sendall(request_of("/flood"))
        assert sent_at_rest(toy) < BUFFERS
        wait_until_dropped(toy)
        with pytest.raises(ConnectionResetError):
            while stalled.recv(1_000_000):
                pass


def test_a_reader_who_takes_what_comes_gets_all_of_it(toy):
    with httpx.stream("GET", toy.address("/flood")) as response:
        length = sum(map(len, response.iter_bytes()))
    assert length == 16 * 1024 * 1024


def test_a_socket_that_reads_nothing_is_ended_by_its_ping(toy):
    with socket.create_connection(("127.0.0.1", toy.port)) as stalled:
        stalled.sendall(
            b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        assert stalled.recv(12) == b"HTTP/1.1 101"
        stalled.settimeout(20)
        with suppress(ConnectionResetError):
            while stalled.recv(1024):  # pings, which it does not answer
                pass


def test_a_socket_that_takes_nothing_of_a_flood_is_dropped_and_slows_nobody(toy):
    with connect(toy.address("/", "ws"), max_queue=1) as stalled:
        stalled.send("flood")
        assert sent_at_rest(toy) < BUFFERS
        wait_until_dropped(toy)
        with pytest.raises(ConnectionClosed):
            while stalled.recv(timeout=10):
                pass
