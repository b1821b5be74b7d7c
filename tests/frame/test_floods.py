"""Nobody holds up the server with many small parts of a message or of a body."""

import itertools
import socket
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest
from websockets.sync.client import connect

from chatbot_project.connections import MOST_FRAMES
from tests.frame.test_server import Toy

MASK = b"\x80\0\0\0\0"  # and the length, which is none
PING, PONG, CONTINUATION = b"\x89" + MASK, b"\x8a" + MASK, b"\x00" + MASK
BEGINNING = b"\x01\x81\0\0\0\0{"
SENT_PONG = b"\x8a\x00"
SENT_CLOSE = b"\x88\x02\x03\xf0"  # 1008
MANY = 100_000


@pytest.fixture
def toy() -> Iterator[Toy]:
    toy = Toy()
    yield toy
    toy.kill()


def everything_from(connection: socket.socket) -> bytes:
    """Until the server closes it, in good order or not."""
    connection.settimeout(20)
    received = b""
    with suppress(ConnectionResetError):
        while data := connection.recv(65536):
            received += data
    return received


def flood(toy: Toy, sent: bytes) -> bytes:
    """The answer to that, which ends before all of it is taken."""
    with socket.create_connection(("127.0.0.1", toy.port)) as connection:
        connection.settimeout(20)
        with suppress(ConnectionResetError, BrokenPipeError):
            connection.sendall(sent)
        return everything_from(connection)


HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def flood_socket(toy: Toy, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", toy.port)) as connection:
        connection.sendall(HANDSHAKE)
        assert connection.recv(4096).endswith(b"\r\n\r\n")
        with suppress(ConnectionResetError, BrokenPipeError):
            connection.sendall(sent)
        return everything_from(connection)


@pytest.mark.parametrize(
    "sent",
    [PING * MANY, PONG * MANY, BEGINNING + CONTINUATION * MANY, BEGINNING + b"\x00\x81\0\0\0\0 " * MANY],
    ids=["pings", "pongs", "empty fragments", "fragments of a byte"],
)
def test_a_socket_that_sends_too_many_frames_is_told_and_closed(toy, sent):
    assert flood_socket(toy, sent).endswith(SENT_CLOSE)
    assert httpx.post(toy.address("/length"), content=b"x").text == "1"


def test_of_too_many_frames_no_more_are_parsed_than_the_limit(toy):
    assert flood_socket(toy, PING * MANY) == SENT_PONG * MOST_FRAMES + SENT_CLOSE


def test_the_frames_of_ordinary_use_are_not_too_many(toy):
    message = "x" * 256 * 1024
    with connect(toy.address("/", "ws")) as client:
        for _ in range(60):
            assert client.ping().wait(10)
        client.send(message[at : at + 1024] for at in range(0, len(message), 1024))
        assert client.recv(timeout=10) == message


HEAD = b"POST /length HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "sent",
    [b"1\r\na\r\n" * MANY, (b"1;" + b"a" * 900 + b"\r\na\r\n") * 50, b"0\r\n" + b"a:b\r\n" * 8000],
    ids=["chunks of a byte", "extensions", "trailers"],
)
def test_a_body_that_is_mostly_framing_is_refused_and_the_connection_closed(toy, sent):
    assert flood(toy, HEAD + sent) == b"HTTP/1.1 400 Bad Request\r\n\r\n"


@pytest.mark.parametrize(
    "head", [HEAD, HEAD.replace(b"Transfer-Encoding: chunked", b"Content-Length: 99999999999")]
)
def test_a_body_without_end_is_answered_before_it_ends(toy, head):
    answer = flood(toy, head + b"1000\r\n" + b"x" * 0x1000 + (b"\r\n1000\r\n" + b"x" * 0x1000) * 1000)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n4\r\n1001\r\n0\r\n\r\n")
    assert b"\r\nConnection: close\r\n" in answer


def test_a_body_in_chunks_of_some_bytes_is_read_to_its_end(toy):
    with httpx.Client() as client:
        for _ in range(2):  # over one connection
            assert client.post(toy.address("/length"), content=itertools.repeat(b"x" * 20, 50)).text == "1000"


def test_the_requests_that_follow_a_body_do_not_count_as_its_framing(toy):
    last = b"GET /length HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    answers = flood(toy, (HEAD + b"1\r\na\r\n0\r\n\r\n") * 500 + last)
    assert answers.count(b"HTTP/1.1 200 OK\r\n") == 501
