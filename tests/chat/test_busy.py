"""A process writes so many answers at a time, and tells further questions to wait."""

import asyncio
from uuid import uuid4

import pytest

from chat.models import Message
from chat.turns import turn_engine
from tests.scripted import Script

pytestmark = pytest.mark.usefixtures("book")
QUESTION = "What is the zero-moment point?"


@pytest.fixture
def gate(scripted_model, settings) -> asyncio.Event:
    """Holds the answers, of which there may be two."""
    settings.MAX_RUNNING_TURNS = 2
    gate = asyncio.Event()
    scripted_model.default = Script(gate=gate)
    return gate


async def two_running(scripted_model, *askers) -> list[asyncio.Task]:
    asked = [asyncio.create_task(ask) for ask in askers]
    async with asyncio.timeout(10):
        while scripted_model.running < 2:
            await asyncio.sleep(0.01)
    return asked


async def test_one_question_too_many_is_told_when_to_come_back(alice, mallory, gate, scripted_model):
    asked = await two_running(scripted_model, alice.ask(QUESTION), alice.ask(QUESTION))
    refused = await mallory.ask(QUESTION)
    error = refused.json()
    assert (refused.status_code, error["code"], error["retryable"]) == (503, "busy", True)
    assert refused.headers["Retry-After"] == str(error["retry_after"]) == "3"
    assert await Message.objects.acount() == 4
    gate.set()
    assert {response.status_code for response in await asyncio.gather(*asked)} == {200}
    assert (await mallory.ask(QUESTION)).status_code == 200


async def test_a_socket_is_told_so_too(alice, socket, gate, scripted_model):
    asked = await two_running(scripted_model, alice.ask(QUESTION), alice.ask(QUESTION))
    await socket.say("ask", query=QUESTION)
    error = await socket.hear()
    assert (error["type"], error["code"], error["retry_after"]) == ("error", "busy", 3)
    gate.set()
    await asyncio.gather(*asked)


async def test_an_answer_can_be_joined_however_busy_the_server_is(alice, newcomer, gate, scripted_model):
    secret = str(uuid4())
    asked = await two_running(
        scripted_model, alice.ask(QUESTION), newcomer.ask(QUESTION, idempotency_key=secret)
    )
    again = asyncio.create_task(newcomer.ask(QUESTION, idempotency_key=secret))
    assert (await newcomer.ask(QUESTION, idempotency_key=str(uuid4()))).json()["code"] == "busy"
    gate.set()
    _, first, second = await asyncio.gather(*asked, again)
    assert first.json()["message_id"] == second.json()["message_id"]
    assert first.json()["visitor_token"] == second.json()["visitor_token"]


async def test_whoever_joins_a_question_just_stored_follows_it_live(alice, newcomer, scripted_model):
    scripted_model.default = Script(delay=0.01)
    secret = str(uuid4())
    for reader in (alice, newcomer):
        scripted_model.prompts.clear()
        asked = [asyncio.create_task(reader.ask(QUESTION, idempotency_key=secret)) for _ in range(10)]
        while not all(task.done() for task in asked):
            assert not turn_engine()._mirrors  # which would look at the row from time to time
            await asyncio.sleep(0)
        assert len({task.result().json()["message_id"] for task in asked}) == 1
        assert len(scripted_model.prompts) == 1
