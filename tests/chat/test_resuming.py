"""An answer goes on after every single event of it, over both transports, running or ended."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from chat.visitors import token_of
from tests.chat.conftest import Socket, Visitor, read_events
from tests.scripted import Script

pytestmark = pytest.mark.usefixtures("book")
QUESTION = "What is the zero-moment point?"
PIECES = ("Wälk", " 🤖 ", "on [1].")
TEXT = "".join(PIECES)
PLACES = range(-1, 2 + len(TEXT))  # each that there is before the end, and before the beginning


async def over_sse(reader: Visitor, message_id: str, after: int) -> list[dict[str, Any]]:
    response = await reader.get(f"/v1/messages/{message_id}/events", **{"Last-Event-ID": str(after)})
    assert response.status_code == 200
    return await read_events(response)


async def over_websocket(reader: Visitor, message_id: str, after: int) -> list[dict[str, Any]]:
    socket = Socket(Origin="http://localhost", Host="localhost")
    assert await socket.open()
    await socket.say("hello", visitor_token=token_of(reader.id))
    await socket.hear()
    await socket.say("resume", message_id=message_id, after=after)
    events = await socket.hear_until("done")
    await socket.close()
    return events


WAYS = pytest.mark.parametrize("follow", [over_sse, over_websocket])


@pytest_asyncio.fixture
async def running(alice, scripted_model, settings) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """The id of an answer of which the first piece has come, and what lets the others come."""
    settings.THROTTLE_READ = "1000/second"
    gate = asyncio.Event()
    scripted_model.default = Script(pieces=PIECES, gate=gate, delay=0.05)
    response = await alice.ask(QUESTION, stream=True)
    body = aiter(response.streaming_content)
    seen = ""
    while PIECES[0] not in seen:
        seen += (await anext(body)).decode()
    await body.aclose()
    yield seen.partition('"message_id": "')[2][:36], gate
    gate.set()


def assert_goes_on(events: list[dict[str, Any]], after: int) -> None:
    text = "".join(event["content"] for event in events if event["type"] == "token")
    assert text == TEXT[max(after - 1, 0) :]
    places = [event["seq"] for event in events]
    assert places == sorted(set(places))
    assert places[0] > after
    kinds = [event["type"] for event in events if event["type"] != "token"]
    assert kinds == ["metadata", "sources", "done"][min(after + 1, 2) :]


@WAYS
async def test_a_running_answer_goes_on_after_every_place(alice, running, follow):
    message_id, gate = running
    followers = [asyncio.create_task(follow(alice, message_id, after)) for after in PLACES]
    await asyncio.sleep(0.2)  # some wait for what is not there yet
    gate.set()
    for after, events in zip(PLACES, await asyncio.gather(*followers), strict=True):
        assert_goes_on(events, after)


@WAYS
async def test_an_answer_that_has_ended_goes_on_after_every_place(alice, running, follow):
    message_id, gate = running
    gate.set()
    await over_sse(alice, message_id, -1)
    for after in PLACES:
        assert_goes_on(await follow(alice, message_id, after), after)


async def test_of_an_answer_that_was_lost_in_part_the_end_is_told(alice):
    answer = (await alice.ask(QUESTION)).json()
    events = await over_sse(alice, answer["message_id"], 1000)
    assert [event["type"] for event in events] == ["done"]
    past_the_end = await alice.get(
        f"/v1/messages/{answer['message_id']}/events", **{"Last-Event-ID": str(events[0]["seq"])}
    )
    assert past_the_end.status_code == 204
