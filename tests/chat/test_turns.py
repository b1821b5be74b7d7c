"""A turn goes on whatever happens around it, and ends stored."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from chat import records, turns
from chat.access import Caller
from chat.errors import ShuttingDown
from chat.events import Done, Token
from chat.models import Conversation, Message
from chat.sweeping import interrupt_lost_turns
from chat.turn_requests import TurnRequest
from chat.turns import turn_engine
from chat.visitors import new_visitor
from tests.chat.conftest import read_events
from tests.scripted import Script

pytestmark = pytest.mark.usefixtures("book")


def a_question(**fields) -> TurnRequest:
    return TurnRequest(
        query="What is the zero-moment point?", channel="rest", visitor=new_visitor(), **fields
    )


async def the_answer() -> Message:
    return await Message.objects.aget(role=Message.Role.ASSISTANT)


async def until(condition) -> None:
    async with asyncio.timeout(5):
        while not await condition():
            await asyncio.sleep(0.02)


async def test_the_question_is_stored_before_the_model_is_called(scripted_model, monkeypatch):
    stream, stored = scripted_model.stream, []

    async def looking_first(model, prompt):
        messages = Message.objects.order_by("position").values_list("role", "content", "status")
        stored.extend([message async for message in messages])
        async for delta in stream(model, prompt):
            yield delta

    monkeypatch.setattr(scripted_model, "stream", looking_first)
    answer = await turn_engine().ask(a_question())
    await answer.ended()
    assert stored == [("user", "What is the zero-moment point?", "complete"), ("assistant", "", "streaming")]


async def test_a_question_is_embedded_while_it_is_stored(hash_embedder, monkeypatch):
    hash_embedder.reset()
    store, embedded = records.begin, []

    def once_embedded(request, **fields):
        deadline = time.monotonic() + 5
        while not hash_embedder.queries and time.monotonic() < deadline:
            time.sleep(0.01)
        embedded.extend(hash_embedder.queries)
        return store(request, **fields)

    monkeypatch.setattr(records, "begin", once_embedded)
    answer = await turn_engine().ask(a_question())
    await answer.ended()
    assert embedded == hash_embedder.queries == ["What is the zero-moment point?"]


async def test_a_follow_up_is_embedded_only_as_the_model_has_rewritten_it(scripted_model, hash_embedder):
    visitor = new_visitor()
    first = await turn_engine().ask(replace(a_question(), visitor=visitor))
    await first.ended()
    hash_embedder.reset()
    scripted_model.default = Script(pieces=("How is the zero-moment point measured?",))
    follow_up = replace(
        a_question(),
        query="And how is it measured?",
        visitor=visitor,
        conversation_id=first.metadata.conversation_id,
    )
    answer = await turn_engine().ask(follow_up)
    await answer.ended()
    assert hash_embedder.queries == ["How is the zero-moment point measured?"]


async def test_under_load_the_text_comes_in_fewer_pieces(scripted_model, monkeypatch):
    scripted_model.default = Script(pieces=("word ",) * 40, delay=0.005)

    async def tokens() -> list[Token]:
        answer = await turn_engine().ask(a_question())
        return [event async for event in answer.follow() if isinstance(event, Token)]

    alone = await tokens()
    monkeypatch.setattr(turns, "TOKENS_A_SECOND", 5)
    under_load = await tokens()
    assert len(under_load) < len(alone) <= 40
    for told in (alone, under_load):
        assert "".join(token.content for token in told) == "word " * 40


async def test_an_answer_whose_reader_went_away_is_written_to_its_end(alice, scripted_model):
    gate = asyncio.Event()
    scripted_model.default = Script(gate=gate)
    response = await alice.ask("What is the zero-moment point?", stream=True)
    body = aiter(response.streaming_content)
    await anext(body)
    await body.aclose()
    gate.set()

    async def complete():
        return (await the_answer()).status == Message.Status.COMPLETE

    await until(complete)
    assert (await the_answer()).content == "The book says so [1]."


async def test_a_cancelled_request_does_not_cancel_the_turn(alice, scripted_model):
    gate = asyncio.Event()
    scripted_model.default = Script(gate=gate)
    request = asyncio.create_task(alice.ask("What is the zero-moment point?"))
    while not scripted_model.running:
        await asyncio.sleep(0.01)
    request.cancel()
    gate.set()

    async def complete():
        return (await the_answer()).status == Message.Status.COMPLETE

    await until(complete)


async def test_a_running_answer_can_be_rejoined_after_any_event(alice, scripted_model):
    gate = asyncio.Event()
    scripted_model.default = Script(gate=gate)
    stream = await turn_engine().ask(a_question())
    caller = Caller(
        visitor=(await Message.objects.select_related("conversation").afirst()).conversation.visitor
    )
    while not stream.text:
        await asyncio.sleep(0.01)
    assert await turn_engine().stream_of(caller, stream.metadata.message_id) is stream
    gate.set()
    assert isinstance(await stream.ended(), Done)


async def test_a_finished_answer_is_replayed(alice):
    answer = (await alice.ask("What is the zero-moment point?")).json()
    path = f"/v1/messages/{answer['message_id']}/events"
    events = await read_events(await alice.get(path))
    assert [event["type"] for event in events] == ["metadata", "sources", "token", "done"]
    for name in ("answer", "status", "answered", "sources", "usage", "timings_ms", "question_id"):
        assert events[-1][name] == answer[name], name
    rest = await read_events(await alice.get(path, **{"Last-Event-ID": "5"}))
    assert rest[0]["content"] == answer["answer"][4:]
    assert (await alice.get(path, **{"Last-Event-ID": str(events[-1]["seq"])})).status_code == 204


@pytest.mark.parametrize(
    "code", ["llm_silence_timeout", "llm_interrupted", "interrupted", "answer_timeout", "answer_not_stored"]
)
async def test_a_replay_tells_why_the_answer_broke_off(alice, code):
    answer = (await alice.ask("What is the zero-moment point?")).json()
    stored = Message.objects.filter(pk=answer["message_id"])
    await stored.aupdate(status=Message.Status.INTERRUPTED, error_code=code)
    *_, error = await read_events(await alice.get(f"/v1/messages/{answer['message_id']}/events"))
    assert (error["type"], error["code"], error["retryable"]) == ("error", code, True)


async def test_a_token_in_the_address_opens_the_events(alice):
    answer = (await alice.ask("What is the zero-moment point?")).json()
    token = answer["visitor_token"]
    response = await alice.client.get(f"/v1/messages/{answer['message_id']}/events?visitor_token={token}")
    assert (await read_events(response))[-1]["type"] == "done"


async def test_an_answer_that_another_process_writes_is_followed_to_its_end(alice, scripted_model):
    scripted_model.default = Script(gate=asyncio.Event())
    stream = await turn_engine().ask(a_question(visitor_is_new=False))
    message_id = stream.metadata.message_id
    running = turn_engine()._running.pop(message_id)  # as another process sees it: in the database only
    caller = Caller(
        visitor=(await Message.objects.select_related("conversation").afirst()).conversation.visitor
    )
    await Message.objects.filter(pk=message_id).aupdate(content="The book")
    mirror = await turn_engine().stream_of(caller, message_id)
    assert mirror.text == "The book"
    turn_engine()._running[message_id] = running
    running.stop(by_reader=True)
    end = await mirror.ended()
    assert isinstance(end, Done)
    assert (end.status, end.answer) == ("cancelled", stream.text)


async def test_cancelling_keeps_what_came_and_closes_the_models_stream(alice, scripted_model):
    scripted_model.default = Script(gate=asyncio.Event())
    response = await alice.ask("What is the zero-moment point?", stream=True)
    body = aiter(response.streaming_content)
    seen = b""
    while b"The book says so" not in seen:
        seen += await anext(body)
    message_id = str((await the_answer()).pk)
    cancelled = (await alice.post(f"/v1/messages/{message_id}/cancel")).json()
    assert (cancelled["status"], cancelled["content"]) == ("cancelled", "The book says so")
    rest = b"".join([chunk async for chunk in body]).decode()
    assert '"type": "done"' in rest
    assert '"status": "cancelled"' in rest
    assert len(scripted_model.closed) == 1
    again = await alice.post(f"/v1/messages/{message_id}/cancel")
    assert again.json()["status"] == "cancelled"


async def test_a_conversation_answers_one_question_at_a_time(alice, scripted_model):
    gate = asyncio.Event()
    scripted_model.default = Script(gate=gate)
    first = asyncio.create_task(alice.ask("What is the zero-moment point?"))
    while not scripted_model.running:
        await asyncio.sleep(0.01)
    conversation_id = str((await the_answer()).conversation_id)
    second = await alice.ask("And now?", conversation_id=conversation_id)
    assert (second.status_code, second.json()["code"]) == (409, "conversation_busy")
    gate.set()
    assert (await first).status_code == 200
    assert (await alice.ask("And now?", conversation_id=conversation_id)).status_code == 200


async def test_a_turn_whose_process_died_is_interrupted_and_blocks_nobody(alice):
    first = (await alice.ask("What is the zero-moment point?")).json()
    await Message.objects.filter(pk=first["message_id"]).aupdate(
        status="streaming", content="The book", heartbeat=timezone.now() - timedelta(minutes=1)
    )
    assert (await alice.ask("And now?", conversation_id=first["conversation_id"])).status_code == 200
    lost = await Message.objects.aget(pk=first["message_id"])
    assert (lost.status, lost.content) == (Message.Status.INTERRUPTED, "The book")
    assert lost.error_code == "answer_not_stored"  # its process may have told so, if it lives


async def test_lost_turns_are_found_without_anybody_asking(alice):
    first = (await alice.ask("What is the zero-moment point?")).json()
    await Message.objects.filter(pk=first["message_id"]).aupdate(
        status="streaming", heartbeat=timezone.now() - timedelta(minutes=1)
    )
    sweep = asyncio.create_task(interrupt_lost_turns())

    async def interrupted():
        return (await the_answer()).status == Message.Status.INTERRUPTED

    await until(interrupted)
    sweep.cancel()


@pytest.mark.parametrize("error", [OperationalError("away"), InterfaceError("away")])
async def test_a_database_that_is_away_for_a_moment_does_not_lose_a_follower(
    scripted_model, monkeypatch, error
):
    scripted_model.default = Script(gate=asyncio.Event())
    stream = await turn_engine().ask(a_question())
    running = turn_engine()._running.pop(stream.metadata.message_id)
    original, failures = records.stored_answer, iter([error])

    def away_once(answer_id):
        for failure in failures:
            raise failure
        return original(answer_id)

    monkeypatch.setattr(records, "stored_answer", away_once)
    caller = Caller(visitor=stream.metadata.visitor)
    mirror = await turn_engine().stream_of(caller, stream.metadata.message_id)
    turn_engine()._running[stream.metadata.message_id] = running
    running.stop(by_reader=True)
    async with asyncio.timeout(5):
        assert isinstance(await mirror.ended(), Done)


async def test_deleting_the_conversation_stops_the_model(alice, scripted_model, settings):
    settings.TURN_CHECKPOINT_EVERY = 0.05
    scripted_model.default = Script(gate=asyncio.Event())
    stream = await turn_engine().ask(a_question())
    while not stream.text:
        await asyncio.sleep(0.01)
    await Conversation.objects.all().adelete()
    async with asyncio.timeout(5):
        await stream.ended()
    assert len(scripted_model.closed) == 1


async def test_a_question_whose_asker_leaves_while_it_is_stored_is_answered(scripted_model):
    asking = asyncio.create_task(turn_engine().ask(a_question()))
    await asyncio.sleep(0)
    asking.cancel()

    async def complete():
        return await Message.objects.filter(status=Message.Status.COMPLETE, role="assistant").aexists()

    await until(complete)


async def test_a_conversation_deleted_while_it_is_answered_stays_deleted(alice, scripted_model):
    gate = asyncio.Event()
    scripted_model.default = Script(gate=gate)
    stream = await turn_engine().ask(a_question())
    await Message.objects.all().adelete()
    gate.set()
    await stream.ended()
    assert await Message.objects.acount() == 0


async def test_before_it_stops_the_server_stores_running_turns_as_interrupted(scripted_model, caplog):
    scripted_model.default = Script(gate=asyncio.Event())
    stream = await turn_engine().ask(a_question())
    while not stream.text:
        await asyncio.sleep(0.01)
    await turn_engine().drain(0.05)
    stored = await the_answer()
    assert (stored.status, stored.content) == (Message.Status.INTERRUPTED, "The book says so")
    assert stream.end is not None
    assert "Interrupted because the server stops: 1 answers" in caplog.messages
    with pytest.raises(ShuttingDown):
        await turn_engine().ask(a_question())


async def test_a_turn_that_ends_within_the_grace_period_is_complete(scripted_model, caplog):
    gate = asyncio.Event()
    scripted_model.default = Script(gate=gate)
    await turn_engine().ask(a_question())
    asyncio.get_running_loop().call_later(0.1, gate.set)
    await turn_engine().drain(5)
    assert (await the_answer()).status == Message.Status.COMPLETE
    assert not any("Interrupted" in message for message in caplog.messages)
