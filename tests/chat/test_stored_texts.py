"""Texts that a database may refuse or change."""

import pytest

from chat.models import Message
from tests.scripted import Script

pytestmark = pytest.mark.usefixtures("book")
QUESTION = "What is the zero-moment point?"


async def messages_of(visitor, conversation_id):
    return (await visitor.get(f"/v1/conversations/{conversation_id}/messages")).json()["results"]


@pytest.mark.parametrize("text", ["a \x00 b", "half of a pair: \ud83e"])
async def test_what_no_database_can_hold_is_replaced_in_an_answer(alice, scripted_model, text):
    scripted_model.default = Script(pieces=(text, " [1]."))
    answer = (await alice.ask(QUESTION)).json()
    stored = (await messages_of(alice, answer["conversation_id"]))[-1]
    assert (stored["status"], stored["content"]) == ("complete", answer["answer"])
    assert "\ufffd" in answer["answer"]


@pytest.mark.parametrize("text", ["a \x00 b", "half of a pair: \ud83e"])
async def test_what_no_database_can_hold_is_replaced_in_a_rewritten_question(alice, scripted_model, text):
    first = (await alice.ask(QUESTION)).json()
    scripted_model.answer("And why?", Script(pieces=(f"Why? {text}",)), Script())
    second = (await alice.ask("And why?", conversation_id=first["conversation_id"])).json()
    assert second["status"] == "complete"
    trace = (await Message.objects.aget(pk=second["message_id"])).trace
    assert "\ufffd" in str(trace)


@pytest.mark.parametrize("text", ["a \x00 b", "half of a pair: \ud83e"])
async def test_what_no_database_can_hold_is_refused_in_a_question(alice, text):
    for fields in ({"query": text}, {"query": QUESTION, "selected_text": text}):
        response = await alice.post("/v1/query", fields)
        assert (response.status_code, response.json()["code"]) == (400, "invalid")


async def test_every_script_and_length_comes_back_as_it_was(alice, scripted_model):
    text = "Ümlaut, 日本語, עברית, 🤖\u200d🦾, \\u0000 \"quoted\" 'single' %s {} \t" * 800
    scripted_model.default = Script(pieces=(text, " [1]."))
    question = ("🤖 " + "什么是零力矩点。" * 600)[:4000]
    answer = (await alice.ask(question)).json()
    asked, answered = await messages_of(alice, answer["conversation_id"])
    assert (asked["content"], answered["content"]) == (question, f"{text} [1].")
