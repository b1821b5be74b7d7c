"""The same key, the same turn."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from chat.models import Conversation, Message

pytestmark = pytest.mark.usefixtures("book")
QUESTION = "What is the zero-moment point?"


def key(value: str) -> dict[str, str]:
    return {"Idempotency-Key": value}


async def test_asking_twice_under_one_key_gives_one_turn(alice, scripted_model):
    first = (await alice.ask(QUESTION, key("k1"))).json()
    second = (await alice.ask(QUESTION, key("k1"))).json()
    assert first["message_id"] == second["message_id"]
    assert first["answer"] == second["answer"]
    assert len(scripted_model.prompts) == 1


async def test_asking_at_the_same_time_under_one_key_gives_one_turn(alice, scripted_model):
    responses = await asyncio.gather(*(alice.ask(QUESTION, idempotency_key="k1") for _ in range(5)))
    assert {response.status_code for response in responses} == {200}
    assert len({response.json()["message_id"] for response in responses}) == 1
    assert len(scripted_model.prompts) == 1
    assert await Message.objects.acount() == 2


async def test_a_key_cannot_be_used_for_another_question(alice):
    await alice.ask(QUESTION, key("k1"))
    response = await alice.ask("What is a gripper?", key("k1"))
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_mismatch")


@pytest.mark.parametrize("path", ["/v1/query", "/api/chat"])
async def test_a_key_that_is_too_long_is_refused(alice, path):
    response = await alice.post(path, {"query": QUESTION, "message": QUESTION}, **key("k" * 201))
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert "idempotency_key" in response.json()["errors"]


async def test_another_visitors_key_is_another_key(alice, mallory):
    first = (await alice.ask(QUESTION, key("k1"))).json()
    second = (await mallory.ask(QUESTION, key("k1"))).json()
    assert first["message_id"] != second["message_id"]


async def test_a_newcomer_who_lost_the_reply_gets_it_and_the_token_again(newcomer):
    secret = str(uuid4())
    first = (await newcomer.ask(QUESTION, key(secret))).json()
    second = (await newcomer.ask(QUESTION, key(secret))).json()
    assert first["message_id"] == second["message_id"]
    assert first["visitor_token"] == second["visitor_token"]


async def test_after_ten_minutes_a_key_alone_is_not_enough(newcomer, alice):
    secret = str(uuid4())
    first = (await newcomer.ask(QUESTION, key(secret))).json()
    await Message.objects.aupdate(created_at=timezone.now() - timedelta(minutes=11))
    response = await newcomer.ask(QUESTION, key(secret))
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_expired")
    with_token = await newcomer.ask(QUESTION, {**key(secret), "X-Visitor-Token": first["visitor_token"]})
    assert with_token.json()["message_id"] == first["message_id"]


async def test_a_newcomers_guessable_key_identifies_nobody(newcomer):
    first = (await newcomer.ask(QUESTION, key("1"))).json()
    second = (await newcomer.ask(QUESTION, key("1"))).json()
    assert first["message_id"] != second["message_id"]
    assert first["visitor_token"] != second["visitor_token"]


async def test_a_key_spelt_differently_is_the_same_key(newcomer):
    secret = str(uuid4())
    first = (await newcomer.ask(QUESTION, key(secret))).json()
    second = (await newcomer.ask(QUESTION, key(secret.upper()))).json()
    assert first["message_id"] == second["message_id"]
    await Message.objects.aupdate(created_at=timezone.now() - timedelta(minutes=11))
    for spelling in (secret, secret.upper(), f"{{{secret}}}"):
        assert (await newcomer.ask(QUESTION, key(spelling))).json()["code"] == "idempotency_expired"


async def test_once_the_conversation_is_deleted_its_key_is_nobodys(newcomer):
    secret = str(uuid4())
    first = (await newcomer.ask(QUESTION, key(secret))).json()
    await Conversation.objects.all().adelete()
    again = (await newcomer.ask(QUESTION, key(secret))).json()
    assert again["visitor_token"] != first["visitor_token"]


async def test_a_newcomers_key_joins_nobody_elses_turn(newcomer, alice):
    secret = str(uuid4())
    first = (await newcomer.ask(QUESTION, key(secret))).json()
    other = (await alice.ask(QUESTION, key(secret))).json()
    assert other["message_id"] != first["message_id"]
