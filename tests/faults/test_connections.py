"""What happens to connections happens to nobody's answer."""

import asyncio
import json
import socket
import time
from uuid import uuid4

import httpx
import pytest

from tests.faults.conftest import Site, connections_to, eventually
from tests.faults.model import PIECES, TEXT
from tests.faults.readers import SocketReader, SseReader, text_of

READERS = pytest.mark.parametrize("reader", [SseReader, SocketReader])


@READERS
@pytest.mark.parametrize("elsewhere", [False, True], ids=["same server", "other server"])
async def test_a_connection_may_drop_after_every_event(site: Site, reader, token, elsewhere):
    """Each drops once more after it has come back, if there is anything left then."""
    back = site.two if elsewhere else site.one

    async def interrupted_after(number: int) -> None:
        question = site.model.question(between=0.06)
        seen = await reader(site.one.port, token).ask(question, leave_after=number)
        message_id = seen[0]["message_id"]
        for leave_after in (2, 10**6):
            if seen[-1]["type"] != "done":
                seen += await reader(back.port, token).resume(
                    message_id, seen[-1]["seq"], leave_after=leave_after
                )
        assert text_of(seen) == seen[-1]["answer"] == TEXT
        places = [event["seq"] for event in seen]
        assert places == sorted(set(places))
        assert site.model.times_asked(question) == 1

    await asyncio.gather(*(interrupted_after(number) for number in range(1, len(PIECES) + 3)))


async def test_a_reader_who_stalls_holds_up_nobody(site: Site, token):
    long = site.model.question(pieces=("x" * 60_000,) + ("y",) * 30, between=0.1)
    request = httpx.Request("POST", f"http://127.0.0.1:{site.one.port}/v1/query")
    body = json.dumps({"query": long, "stream": True}).encode()
    with socket.socket() as stalled:
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        stalled.connect(("127.0.0.1", site.one.port))
        head = f"Host: {request.url.host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        stalled.sendall(f"POST /v1/query HTTP/1.1\r\n{head}\r\n\r\n".encode() + body)
        began = time.monotonic()
        events = await SseReader(site.one.port, token).ask(site.model.question())
        assert text_of(events) == TEXT
        assert time.monotonic() - began < 5
        await eventually(lambda: site.answer_to(long).status == "complete")


async def test_a_socket_that_answers_no_ping_is_dropped(site: Site, token):
    question = site.model.question(between=0.4)
    async with SocketReader(site.one.port, token).opened() as client:
        await client.send(json.dumps({"type": "ask", "query": question}))
        while json.loads(await client.recv())["type"] != "metadata":
            pass
        client.transport.pause_reading()
        await eventually(lambda: connections_to(site.one.port) == 0)
        assert site.answer_to(question).status == "complete"
        client.transport.resume_reading()
        await asyncio.wait_for(client.wait_closed(), 20)


@pytest.mark.parametrize("known", [True, False], ids=["visitor", "newcomer"])
async def test_a_question_asked_twice_at_once_is_answered_once(site: Site, token, known):
    """Over both transports and to both servers."""
    question = site.model.question(between=0.03)
    key, token = str(uuid4()), token if known else ""
    askers = [
        kind(server.port, token) for kind in (SseReader, SocketReader) for server in (site.one, site.two)
    ]
    answers = await asyncio.gather(*(asker.ask(question, idempotency_key=key) for asker in askers * 2))
    assert {text_of(events) for events in answers} == {TEXT}
    assert len({events[0]["message_id"] for events in answers}) == 1
    assert len({events[0]["visitor_token"] for events in answers}) == 1
    assert site.model.times_asked(question) == 1


@pytest.mark.parametrize("elsewhere", [False, True], ids=["same server", "other server"])
async def test_cancelling_stops_the_model_at_once_and_keeps_what_came(site: Site, token, elsewhere):
    question = site.model.question(between=0.5)
    seen = await SseReader(site.one.port, token).ask(question, leave_after=3)
    message_id = seen[0]["message_id"]
    server = site.two if elsewhere else site.one
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as client:
        headers = {"X-Visitor-Token": token}
        began = time.monotonic()
        stopped = (await client.post(f"/v1/messages/{message_id}/cancel", headers=headers)).json()
        took = time.monotonic() - began
    assert stopped["status"] == "cancelled"
    assert stopped["content"].startswith(text_of(seen))
    assert len(stopped["content"]) < len(TEXT)
    assert took < 2.0
    await eventually(lambda: site.model.was_left(question))
