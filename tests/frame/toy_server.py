"""A server with a streaming toy application, run as a program of its own by the tests of the server.

python -m tests.frame.toy_server PORT STUCK_AFTER [PAUSE ...]
"""

import asyncio
import os
import re
import signal
import sys
import threading
import time
from socket import socket
from typing import Any

import django
from django.conf import settings

from chatbot_project import watchdog

PORT, STUCK_AFTER, *PAUSES = map(int, sys.argv[1:])
watchdog.PAUSES = tuple(PAUSES)
_, listener_number, _, watchdog_number = watchdog.watched()
if os.environ.get("CRASHES"):
    os.kill(os.getpid(), signal.SIGKILL)
listener = socket(fileno=int(listener_number))
if not listener.getsockname()[1]:
    listener.bind(("127.0.0.1", PORT))
    listener.listen()

settings.configure(
    STUCK_AFTER=STUCK_AFTER,
    DATA_UPLOAD_MAX_MEMORY_SIZE=1000,
    SOCKET_PING_EVERY=1,
    SOCKET_PONG_WITHIN=6,
    READER_STALLED_AFTER=5.0,
)
django.setup()

from chatbot_project.heartbeat import Heartbeat  # noqa: E402
from chatbot_project.server import ChatServer  # noqa: E402


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


stopping = asyncio.Event()
FLOOD = 16 * 1024  # kilobytes: more than the buffers of the operating system hold
sent = 0  # kilobytes, by the last flood


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await converse(receive, send)
    elif scope["path"] == "/sent":
        await respond(send, str(sent))
    elif scope["path"] in HOLD_UP:
        say("held up")
        HOLD_UP[scope["path"]]()
        await respond(send, "done")
    elif scope["path"] == "/pid":
        await respond(send, str(os.getpid()))
    elif scope["path"] == "/flood":
        await flood(send)
    elif scope["path"] == "/content-type":
        await respond(send, dict(scope["headers"])[b"content-type"].decode())
    elif scope["path"] == "/length":
        await respond(send, str(await body_length(receive)))
    else:
        await stream(send, until_stop=scope["path"] == "/stream")


def backtrack() -> None:
    """For ever, with the interpreter lock held."""
    re.match(r"(a+)+$", "a" * 64 + "b")


def deadlock() -> None:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def slow() -> None:
    time.sleep(3.5)


def step_through() -> None:
    """As a person with a debugger does."""
    sys.settrace(lambda *_: None)
    slow()


HOLD_UP = {"/backtrack": backtrack, "/deadlock": deadlock, "/slow": slow, "/step-through": step_through}


async def converse(receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] != "websocket.disconnect":
        if message["text"] == "flood":
            await endlessly(lambda: send({"type": "websocket.send", "text": "x" * 1024}))
        await send({"type": "websocket.send", "text": message["text"]})


async def flood(send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await endlessly(lambda: send({"type": "http.response.body", "body": b"x" * 1024, "more_body": True}))
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def endlessly(send_kilobyte: Any) -> None:
    """As long as the connection takes it. A cancelled application is a connection that is gone."""
    global sent
    sent = 0
    while sent < FLOOD:
        await send_kilobyte()
        sent += 1


async def body_length(receive: Any) -> int:
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message["body"]), message["more_body"]
    return length


async def respond(send: Any, text: str) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": text.encode(), "more_body": False})


async def stream(send: Any, *, until_stop: bool) -> None:
    """Tokens until the server is told to stop, or for ever."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while not (until_stop and stopping.is_set()):
        await send({"type": "http.response.body", "body": b"token\n", "more_body": True})
        await asyncio.sleep(0.02)
    await send({"type": "http.response.body", "body": b"the end\n", "more_body": False})


async def on_stop() -> None:
    stopping.set()
    say("stopping")


async def in_background() -> None:
    try:
        await asyncio.sleep(3600)
    finally:
        say("background ended")


ChatServer(
    application,
    listener=listener,
    heartbeat=Heartbeat(int(watchdog_number)),
    on_ready=lambda: say("ready"),
    in_background=in_background,
    on_stop=on_stop,
).run()
