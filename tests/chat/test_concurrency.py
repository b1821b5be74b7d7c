"""Requests that come at the same moment, held apart by the database."""

import asyncio
from collections import Counter

import pytest

from chat.models import Conversation, Feedback, Message
from tests.scripted import Script

pytestmark = pytest.mark.usefixtures("book", "_no_throttle")
QUESTION = "What is the zero-moment point?"
AT_ONCE = 20


@pytest.fixture
def _no_throttle(settings) -> None:
    settings.THROTTLE_VISITOR = settings.THROTTLE_ADDRESS = "1000/minute"


async def a_conversation(visitor) -> str:
    return (await visitor.ask(QUESTION)).json()["conversation_id"]


async def test_of_many_questions_to_one_conversation_one_is_answered(alice, scripted_model):
    conversation = await a_conversation(alice)
    gate = asyncio.Event()
    scripted_model.default = Script(gate=gate)
    asked = [
        asyncio.create_task(alice.ask(f"Question {n}?", conversation_id=conversation)) for n in range(AT_ONCE)
    ]
    async with asyncio.timeout(10):
        while sum(task.done() for task in asked) < AT_ONCE - 1:
            await asyncio.sleep(0.01)
    gate.set()
    responses = await asyncio.gather(*asked)
    codes = Counter(response.json().get("code", "answered") for response in responses)
    assert codes == {"conversation_busy": AT_ONCE - 1, "answered": 1}
    assert await Message.objects.filter(conversation=conversation).acount() == 4


async def test_of_many_questions_under_one_key_all_get_the_one_answer(alice, scripted_model):
    conversation = await a_conversation(alice)
    responses = await asyncio.gather(
        *(alice.ask("And now?", conversation_id=conversation, idempotency_key="k") for _ in range(AT_ONCE))
    )
    assert {response.status_code for response in responses} == {200}
    assert len({response.json()["message_id"] for response in responses}) == 1
    assert await Message.objects.filter(conversation=conversation).acount() == 4


async def test_many_first_questions_under_one_key_begin_one_conversation(alice):
    responses = await asyncio.gather(*(alice.ask(QUESTION, idempotency_key="k") for _ in range(AT_ONCE)))
    assert {response.status_code for response in responses} == {200}
    assert await Conversation.objects.acount() == 1


async def test_many_conversations_are_answered_side_by_side(alice):
    responses = await asyncio.gather(*(alice.ask(QUESTION) for _ in range(AT_ONCE)))
    assert {response.status_code for response in responses} == {200}
    assert await Message.objects.filter(status=Message.Status.COMPLETE).acount() == 2 * AT_ONCE


async def test_a_conversation_is_deleted_whatever_is_asked_of_it_meanwhile(alice):
    for _ in range(5):
        conversation = await a_conversation(alice)
        *asked, deleted = await asyncio.gather(
            *(alice.ask("And now?", conversation_id=conversation) for _ in range(3)),
            alice.delete(f"/v1/conversations/{conversation}"),
        )
        assert deleted.status_code == 204
        assert {response.status_code for response in asked} <= {200, 404, 409}
        assert not await Conversation.objects.filter(pk=conversation).aexists()


async def test_of_many_ratings_of_one_answer_one_is_kept(alice):
    message = (await alice.ask(QUESTION)).json()["message_id"]
    responses = await asyncio.gather(
        *(alice.put(f"/v1/messages/{message}/feedback", {"rating": rating}) for rating in ["up", "down"] * 5)
    )
    assert {response.status_code for response in responses} == {200}
    assert await Feedback.objects.acount() == 1
