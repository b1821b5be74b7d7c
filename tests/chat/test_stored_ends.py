"""What readers are told of an answer's end is what the database says of it then and ever after."""

import asyncio
import threading
from datetime import timedelta
from math import inf

import pytest
from django.db import DatabaseError, DataError, InterfaceError, InternalError, OperationalError, transaction
from django.utils import timezone

from chat import records, turns
from chat.access import Caller
from chat.database import in_thread
from chat.models import Conversation, Message
from chat.sweeping import interrupt_lost_turns
from chat.turns import turn_engine
from tests.chat.conftest import read_events
from tests.scripted import Script

pytestmark = pytest.mark.usefixtures("book", "_short_times")
QUESTION = "What is the zero-moment point?"
TEXT = "The book says so [1]."
NOT_STORED = ("interrupted", "answer_not_stored", TEXT)


@pytest.fixture
def _short_times(settings) -> None:
    settings.TURN_STORE_WITHIN = 1.0
    settings.TURN_SWEEP_EVERY = settings.TURN_CHECKPOINT_EVERY = 0.05


class Database:
    """`records.finish`, which fails in one of the ways that a database has."""

    def __init__(self) -> None:
        self.error: Exception = OperationalError("away")
        self.failures = 0.0  # attempts that fail
        self.loses = False  # the acknowledgement of the next commit
        self.hangs: threading.Event | None = None
        self._finish = records.finish

    def finish(self, answer_id, outcome):
        if self.hangs:
            self.hangs.wait(10)
        if self.loses:
            self.loses = False
            self._finish(answer_id, outcome)
        elif not self.failures:
            return self._finish(answer_id, outcome)
        else:
            self.failures -= 1
        raise self.error


@pytest.fixture
def database(monkeypatch) -> Database:
    database = Database()
    monkeypatch.setattr(records, "finish", database.finish)
    return database


async def the_answer() -> Message:
    return await Message.objects.aget(role=Message.Role.ASSISTANT)


async def eventually(condition) -> None:
    async with asyncio.timeout(30):
        while not await condition():
            await asyncio.sleep(0.02)


async def said(by, code: str = "") -> tuple[str, str, str]:
    """Status, error code and text as the database says them, once that is so."""

    async def ended():
        answer = await the_answer()
        return answer.error_code == code and answer.status != Message.Status.STREAMING

    await eventually(ended)
    answer = await the_answer()
    replay = told(await read_events(await by.get(f"/v1/messages/{answer.pk}/events")))
    history = (await by.get(f"/v1/conversations/{answer.conversation_id}/messages")).json()["results"][-1]
    assert (history["status"], history["content"]) == (answer.status, answer.content)
    assert replay == (code or "done", answer.content)
    assert [source["number"] for source in history["sources"]] == [1]
    return answer.status, answer.error_code, answer.content


def told(events) -> tuple[str, str]:
    text = "".join(event["content"] for event in events if event["type"] == "token")
    assert events[-1]["seq"] == 2 + len(text)
    return events[-1].get("code", events[-1]["type"]), text


async def a_stream(visitor) -> "asyncio.Task[list[dict]]":
    """The events of an answer, of which the first are there."""
    response = await visitor.ask(QUESTION, stream=True)
    return asyncio.create_task(read_events(response))


async def test_an_answer_whose_database_stays_away_is_told_and_stored_as_not_stored(alice, database):
    database.failures = inf
    events = await (await a_stream(alice))
    assert told(events) == ("answer_not_stored", TEXT)
    assert events[-1]["retryable"] is True
    assert (await the_answer()).status == Message.Status.STREAMING
    database.failures = 0
    assert await said(alice, "answer_not_stored") == NOT_STORED
    again = await alice.ask(QUESTION, conversation_id=str((await the_answer()).conversation_id))
    assert again.json()["status"] == "complete"


async def test_the_json_answer_is_the_error(alice, database):
    database.failures = inf
    response = await alice.ask(QUESTION)
    assert (response.status_code, response.json()["code"]) == (503, "answer_not_stored")
    database.failures = 0
    assert await said(alice, "answer_not_stored") == NOT_STORED


@pytest.mark.parametrize("error", [OperationalError("full"), InterfaceError("closed"), InternalError("r/o")])
async def test_a_database_that_comes_back_in_time_is_waited_for(alice, database, error, settings):
    settings.TURN_STORE_WITHIN = 100
    database.failures, database.error = 2, error
    assert told(await (await a_stream(alice))) == ("done", TEXT)
    assert await said(alice) == ("complete", "", TEXT)


async def test_a_commit_without_acknowledgement_is_found_and_told(alice, database):
    database.loses = True
    assert told(await (await a_stream(alice))) == ("done", TEXT)
    assert await said(alice) == ("complete", "", TEXT)


async def test_of_a_commit_without_acknowledgement_the_readers_version_stays(alice, database):
    """It was stored as complete, but nobody here could know that before readers were told otherwise."""
    database.failures, database.loses = inf, True
    assert told(await (await a_stream(alice))) == ("answer_not_stored", TEXT)
    assert (await the_answer()).status == Message.Status.COMPLETE
    database.failures = 0
    assert await said(alice, "answer_not_stored") == NOT_STORED


async def test_a_database_that_hangs_is_not_waited_for_and_stores_nothing_else_later(alice, database):
    database.hangs = threading.Event()
    assert told(await (await a_stream(alice))) == ("answer_not_stored", TEXT)
    stored = []
    finish = database._finish
    database._finish = lambda answer_id, outcome: stored.append(finish(answer_id, outcome))
    database.hangs.set()
    assert await said(alice, "answer_not_stored") == NOT_STORED

    async def both_attempts():
        return len(stored) == 2

    await eventually(both_attempts)
    assert {outcome.status for outcome in stored} == {"interrupted"}


@pytest.mark.parametrize("error", [DataError("?"), DatabaseError("malformed"), ValueError("NUL")])
async def test_what_the_database_refuses_is_told_at_once_and_ended_by_the_sweep(
    alice, database, error, settings
):
    settings.TURN_STORE_WITHIN = 100
    database.failures, database.error = inf, error
    async with asyncio.timeout(30):
        assert told(await (await a_stream(alice))) == ("answer_not_stored", TEXT)

    async def given_up():
        return not turn_engine().running

    await eventually(given_up)
    settings.TURN_LOST_AFTER = 0
    sweep = asyncio.create_task(interrupt_lost_turns())

    async def swept():
        return (await the_answer()).status != Message.Status.STREAMING

    await eventually(swept)
    sweep.cancel()
    answer = await the_answer()
    assert (answer.status, answer.error_code) == ("interrupted", "answer_not_stored")


async def test_a_turn_that_another_process_took_for_lost_ends_as_that_one_said(alice, scripted_model):
    scripted_model.default = Script(gate=(gate := asyncio.Event()))
    events = await a_stream(alice)
    await take_for_lost()
    gate.set()
    code, text = told(await events)
    status, _, stored = await said(alice, code)
    assert (code, status) == ("answer_not_stored", "interrupted")
    assert text == stored  # all that was sent, though the other process knew less


async def take_for_lost() -> None:
    """As the sweep of another process does where the database was away for this one alone."""
    long_ago = timezone.now() - timedelta(minutes=1)
    while not await Message.objects.filter(status="streaming").aupdate(heartbeat=long_ago):
        await asyncio.sleep(0.01)
    assert await in_thread(records.interrupt_lost)(but=[]) == 1


async def test_of_a_conversation_that_is_deleted_nothing_is_told(alice, scripted_model):
    scripted_model.default = Script(gate=(gate := asyncio.Event()))
    asking = asyncio.create_task(alice.ask(QUESTION))
    while not scripted_model.running:
        await asyncio.sleep(0.01)
    message_id = (await the_answer()).pk
    await Conversation.objects.all().adelete()
    gate.set()
    response = await asking
    assert (response.status_code, response.json()["code"]) == (404, "message_not_found")
    assert (await alice.get(f"/v1/messages/{message_id}/events")).status_code == 404


async def test_a_follower_in_another_process_is_told_the_same(alice, database, scripted_model):
    scripted_model.default = Script(gate=(gate := asyncio.Event()))
    events = await a_stream(alice)
    answer_id = (await the_answer()).pk
    running = turn_engine()._running.pop(answer_id)  # as another process sees it: in the database only
    elsewhere = await turn_engine().stream_of(Caller(visitor=alice.id), answer_id)
    turn_engine()._running[answer_id] = running
    database.failures = inf
    gate.set()
    assert told(await events) == ("answer_not_stored", TEXT)
    assert elsewhere.end is None
    database.failures = 0
    end = await elsewhere.ended()
    assert (end.error.code, end.seq, elsewhere.text) == ("answer_not_stored", 2 + len(TEXT), TEXT)


@pytest.mark.parametrize("error", [OperationalError("full"), DataError("?"), InterfaceError("closed")])
async def test_a_checkpoint_that_fails_is_not_the_last(alice, scripted_model, monkeypatch, error):
    scripted_model.default = Script(gate=(gate := asyncio.Event()))
    store, failures = records.checkpoint, [error] * 2

    def checkpoint(answer_id, text):
        if failures:
            raise failures.pop()
        return store(answer_id, text)

    monkeypatch.setattr(records, "checkpoint", checkpoint)
    events = await a_stream(alice)

    async def kept():
        return (await the_answer()).content != ""

    await eventually(kept)
    gate.set()
    assert told(await events) == ("done", TEXT)
    assert await said(alice) == ("complete", "", TEXT)


@pytest.fixture
def losing_the_acknowledgement(monkeypatch):
    """Of the next transaction's commit, which is made or is not."""

    def lose(*, made: bool) -> None:
        original = transaction.atomic

        def atomic():
            monkeypatch.setattr(records.transaction, "atomic", original)
            return _Breaking(original(), made)

        monkeypatch.setattr(records.transaction, "atomic", atomic)

    return lose


class _Breaking:
    def __init__(self, block, made: bool) -> None:
        self.block, self.made = block, made

    def __enter__(self):
        return self.block.__enter__()

    def __exit__(self, *exc):
        error = OperationalError("server closed the connection unexpectedly")
        self.block.__exit__(*(exc if self.made else (OperationalError, error, None)))
        raise error


async def test_a_question_whose_commit_was_not_acknowledged_is_answered(alice, losing_the_acknowledgement):
    losing_the_acknowledgement(made=True)
    answer = (await alice.ask(QUESTION)).json()
    assert (answer["status"], answer["answer"]) == ("complete", TEXT)
    losing_the_acknowledgement(made=True)
    follow_up = (await alice.ask("And now?", conversation_id=answer["conversation_id"])).json()
    assert follow_up["status"] == "complete"
    assert await Message.objects.acount() == 4


async def test_a_question_that_cannot_be_stored_leaves_nothing(alice, losing_the_acknowledgement):
    losing_the_acknowledgement(made=False)
    response = await alice.ask(QUESTION)
    assert (response.status_code, response.json()["code"]) == (503, "database_unavailable")
    assert await Message.objects.acount() == await Conversation.objects.acount() == 0
    assert not turn_engine().running


@pytest.mark.parametrize("hangs", [False, True])
async def test_without_its_database_the_server_stops_all_the_same(
    alice, database, scripted_model, monkeypatch, hangs, settings
):
    settings.TURN_STORE_WITHIN = 100
    monkeypatch.setattr(turns, "STORE_AT_STOP", 0.05)
    monkeypatch.setattr(turns, "LEAVE_WITHIN", 0.3)
    scripted_model.default = Script(gate=asyncio.Event())
    events = await a_stream(alice)
    database.failures = inf
    database.hangs = threading.Event() if hangs else None
    async with asyncio.timeout(5):
        await turn_engine().drain(0.05)
        code, text = told(await events)
    assert (code, text) == ("answer_not_stored", "The book says so")
    answer = await the_answer()
    assert answer.status == Message.Status.STREAMING  # the next start's sweep ends it
    assert await in_thread(records.interrupt_if_lost)(answer) is False
    settings.TURN_LOST_AFTER = 0
    assert await in_thread(records.interrupt_if_lost)(answer) is True
    assert (answer.status, answer.error_code) == ("interrupted", code)
    if hangs:
        database.hangs.set()


async def test_a_connection_that_breaks_as_the_server_stops_costs_nothing(alice, database, scripted_model):
    scripted_model.default = Script(gate=asyncio.Event())
    events = await a_stream(alice)
    database.failures = 1
    await turn_engine().drain(0)
    assert told(await events) == ("interrupted", "The book says so")
    assert ((await the_answer()).status, (await the_answer()).error_code) == ("interrupted", "interrupted")


async def test_a_commit_that_is_late_as_the_server_stops_is_put_right(
    alice, database, scripted_model, monkeypatch
):
    monkeypatch.setattr(turns, "STORE_AT_STOP", 0.05)
    monkeypatch.setattr(turns, "LEAVE_WITHIN", 20)
    scripted_model.default = Script(gate=asyncio.Event())
    events = await a_stream(alice)
    finish, told_before = database._finish, threading.Event()

    def slowly(answer_id, outcome):
        ended = outcome()
        told_before.wait(20)
        return finish(answer_id, lambda: ended)

    database._finish = slowly
    draining = asyncio.create_task(turn_engine().drain(0))
    assert told(await events) == ("answer_not_stored", "The book says so")
    told_before.set()
    await draining
    answer = await the_answer()
    assert (answer.status, answer.error_code) == ("interrupted", "answer_not_stored")
