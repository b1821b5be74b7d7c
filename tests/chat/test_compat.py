"""The dialect of existing front ends."""

import pytest

from knowledge.errors import ModelInterrupted
from tests.chat.conftest import read_events
from tests.scripted import Script

pytestmark = pytest.mark.usefixtures("book")
KEYS = {"type", "content", "sources", "conversation_id"}


async def chat(caller, message="What is the zero-moment point?", **fields):
    return await caller.post("/api/chat", {"message": message, **fields})


async def test_the_reply_is_metadata_then_tokens_then_done(newcomer):
    response = await chat(newcomer, mode="general")
    assert response.headers["Content-Type"] == "text/event-stream"
    events = await read_events(response)
    metadata, *tokens, done = events
    assert [metadata["type"], done["type"]] == ["metadata", "done"]
    assert {token["type"] for token in tokens} == {"token"}
    assert all(set(event) == KEYS for event in events)
    assert "".join(token["content"] for token in tokens) == "The book says so [1]."
    (source,) = events[-1]["sources"]
    assert set(source) == {"file", "heading", "similarity"}
    assert source["file"] == "balance.md"


async def test_lines_are_bare(newcomer):
    response = await chat(newcomer)
    body = b"".join([chunk async for chunk in response.streaming_content]).decode()
    assert all(line.startswith("data: {") for line in body.split("\n") if line)
    assert "[DONE]" not in body


async def test_a_conversation_without_a_token_is_reached_by_its_id_alone(newcomer, scripted_model):
    first = (await read_events(await chat(newcomer)))[0]["conversation_id"]
    again = await read_events(await chat(newcomer, "and how is it measured?", conversation_id=first))
    assert again[0]["conversation_id"] == first
    history = (await newcomer.get(f"/api/conversation/{first}")).json()
    assert history["conversation_id"] == first
    assert [message["role"] for message in history["messages"]] == ["user", "assistant"] * 2
    assert set(history["messages"][1]) == {"id", "role", "content", "sources", "created_at"}
    assert len(scripted_model.prompts[-1].messages) == 3


async def test_a_conversation_begun_with_a_token_is_its_visitors(alice, newcomer):
    conversation_id = (await read_events(await chat(alice)))[0]["conversation_id"]
    assert (await alice.get(f"/api/conversation/{conversation_id}")).status_code == 200
    assert (await newcomer.get(f"/api/conversation/{conversation_id}")).status_code == 404


async def test_a_failure_is_also_said_as_text(newcomer, scripted_model):
    scripted_model.default = Script(pieces=("It is",), failure=ModelInterrupted("x"))
    events = await read_events(await chat(newcomer))
    assert [event["type"] for event in events] == ["metadata", "token", "token", "error"]
    assert events[2]["content"].strip() == events[3]["content"] == "The answer broke off. Please ask again."
    assert all(set(event) == KEYS for event in events)


async def test_the_selection_mode_asks_about_its_context(newcomer, scripted_model):
    await read_events(await chat(newcomer, "Explain", mode="selection", context="A gripper has two fingers"))
    assert scripted_model.prompts[-1].passages[0].chunk.document == "hands.md"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "message"),
        ({"message": "q", "mode": "other"}, "mode"),
        ({"message": "q", "mode": "selection"}, "context"),
        ({"message": "q", "conversation_id": "7"}, "conversation_id"),
    ],
)
async def test_invalid_bodies_get_the_usual_error(newcomer, body, field):
    response = await newcomer.post("/api/chat", body)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]
