"""The database goes away at every step of an answer and comes back: what readers are told stays true."""

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from tests.faults.conftest import ANSWERS, OneServer, StoredAnswer, environment, eventually, held, warm_up
from tests.faults.model import TEXT, Model
from tests.faults.readers import End, Events, SocketReader, SseReader, text_of, told
from tests.frame.test_serve import PAGE, Serving
from tests.postgres.conftest import Way, new_database
from tests.standins.gemini.generation import Ending

AWAY = 5.0  # seconds
HASTY = 3.0  # seconds until an answer is given up, where that is to be seen
NOT_STORED = End("answer_not_stored", "interrupted", TEXT)
COMPLETE = End("done", "complete", TEXT)


class Host(OneServer):
    """A server with a network between it and its database."""

    def __init__(self, server: Serving, model: Model, way: Way) -> None:
        super().__init__(server, model)
        self.way = way

    def answers(self) -> dict[str, StoredAnswer]:
        return {row[0]: StoredAnswer(*row) for row in self.rows(ANSWERS)}

    def rows(self, query: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(**self.way.parameters) as connection:
            return connection.execute(query).fetchall()

    async def goes_at_commit(self, *, delivered: bool) -> None:
        """Of a question until the model is asked, then of an answer: `delivered` or not, it is away then."""
        gone = self.way.proxy.refuse_from(b"COMMIT", delivered=delivered)
        assert await asyncio.to_thread(gone.wait, 30)


@contextmanager
def serving(folder: Path, model: Model, **more: str) -> Iterator[Host]:
    with new_database() as way:
        (folder / "book").mkdir()
        (folder / "book" / "balance.md").write_text(PAGE)
        server = Serving(folder, **environment(model, DATABASE_URL=way.url, **more))
        try:
            server.wait_for("/health/live")
            server.wait_for_index()
            warm_up(server, model)
            yield Host(server, model, way)
        finally:
            server.kill()


@pytest.fixture(scope="module")
def _patient(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with serving(tmp_path_factory.mktemp("patient"), model) as host:
        yield host


@pytest.fixture(scope="module")
def _hasty(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with serving(tmp_path_factory.mktemp("hasty"), model, STORE_WITHIN=str(HASTY)) as host:
        yield host


@pytest.fixture
def patient(_patient: Host) -> Iterator[Host]:
    """Waits for its database for longer than it is away."""
    yield _patient
    _patient.way.proxy.accept()


@pytest.fixture
def hasty(_hasty: Host) -> Iterator[Host]:
    """Gives up while it is away."""
    yield _hasty
    _hasty.way.proxy.accept()


async def test_answers_go_on_without_their_database_and_are_stored_when_it_is_back(patient, model, token):
    def ask(*pauses: float) -> dict[str, asyncio.Task[Events]]:
        questions = [model.question(between=between) for between in pauses]
        readers = (SseReader(patient.server.port, token), SocketReader(patient.server.port, token))
        pairs = zip(questions, itertools.cycle(readers), strict=False)
        return {question: asyncio.create_task(reader.ask(question)) for question, reader in pairs}

    # Some end while it is away, others after that, and others begin then.
    asked = ask(0.2, 0.3, 0.9, 1.0)
    await eventually(lambda: all(model.times_asked(question) for question in asked))
    patient.way.proxy.refuse()
    asked |= ask(0.0, 0.0)
    await asyncio.sleep(AWAY)
    patient.way.proxy.accept()
    for question, events in zip(asked, await asyncio.gather(*asked.values()), strict=True):
        assert (text_of(events), events[-1]["type"]) == (TEXT, "done")
        assert model.times_asked(question) == 1
    stored = patient.answers()
    assert {(stored[question].text, stored[question].status) for question in asked} == {(TEXT, "complete")}
    await eventually(lambda: held(patient.server)["turns"] == 0)
    await eventually(lambda: held(patient.server)["pool_slots"] == 0)


async def test_answers_whose_database_stays_away_are_told_to_be_lost_and_are(hasty, model, token):
    """It goes before the model's first word, after that, and after checkpoints."""
    reader = SseReader(hasty.server.port, token)
    asked = dict(hasty.asking(reader, **reply) for reply in ({"before_first": 2.0}, {"between": 0.3}))
    await eventually(lambda: any(answer.text for answer in hasty.answers_to(asked)))
    hasty.way.proxy.refuse()
    ends = dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))
    assert {told(events) for events in ends.values()} == {NOT_STORED}
    assert {answer.status for answer in hasty.answers_to(asked)} == {"streaming"}
    hasty.way.proxy.accept()
    for question, events in ends.items():
        await hasty.assert_agrees(NOT_STORED, events, question, reader)
    again = await reader.ask(model.question(), conversation_id=events[0]["conversation_id"])
    assert told(again) == COMPLETE


DELIVERED = pytest.mark.parametrize("delivered", [False, True], ids=["before", "after"])


@DELIVERED
async def test_a_connection_that_breaks_at_an_answers_commit_costs_time_alone(
    patient, model, token, delivered
):
    reader = SseReader(patient.server.port, token)
    question, asked = patient.asking(reader, between=0.1)
    await eventually(lambda: model.times_asked(question))
    await patient.goes_at_commit(delivered=delivered)
    await asyncio.sleep(1)
    assert not asked.done()
    patient.way.proxy.accept()
    await patient.assert_agrees(COMPLETE, await asked, question, reader)


@DELIVERED
async def test_what_was_told_stays_though_the_answers_commit_may_have_come_through(
    hasty, model, token, delivered
):
    reader = SseReader(hasty.server.port, token)
    question, asked = hasty.asking(reader, between=0.1)
    await eventually(lambda: model.times_asked(question))
    await hasty.goes_at_commit(delivered=delivered)
    events = await asked
    assert hasty.answers()[question].status == ("complete" if delivered else "streaming")
    hasty.way.proxy.accept()
    await hasty.assert_agrees(NOT_STORED, events, question, reader)


@DELIVERED
@pytest.mark.parametrize("in_time", [True, False], ids=["soon", "late"])
async def test_a_connection_that_breaks_at_the_commit_of_what_a_reader_stops(
    patient, hasty, token, delivered, in_time
):
    host = patient if in_time else hasty
    reader = SseReader(host.server.port, token)
    question, asked = host.asking(reader, pieces=("The first words ", "of many …"), ending=Ending.SILENT)
    text = "The first words of many …"
    await eventually(lambda: question in host.answers() and host.answers()[question].text == text)
    ((message_id,),) = host.rows("SELECT id FROM chat_message WHERE status = 'streaming'")
    going = asyncio.create_task(host.goes_at_commit(delivered=delivered))
    await asyncio.sleep(0.1)
    cancelling = asyncio.create_task(cancel(message_id, reader))
    await going
    if in_time:
        await asyncio.sleep(1)
        host.way.proxy.accept()
    events = await asked
    host.way.proxy.accept()
    expected = End("done", "cancelled", text) if in_time else End("answer_not_stored", "interrupted", text)
    await host.assert_agrees(expected, events, question, reader)
    assert (await cancelling).status_code == 200


async def cancel(message_id: UUID, reader: SseReader) -> httpx.Response:
    async with httpx.AsyncClient(base_url=reader.base, timeout=60) as site:
        headers = {"X-Visitor-Token": reader.token}
        return await site.post(f"/v1/messages/{message_id}/cancel", headers=headers)


async def test_without_its_database_a_question_is_refused_and_nothing_of_it_stored(hasty, model, token):
    question, reader = model.question(), SseReader(hasty.server.port, token)
    hasty.way.proxy.refuse()
    (refused,) = await reader.ask(question, idempotency_key=question)
    assert (refused["status"], refused["code"]) == (503, "database_unavailable")
    assert question not in hasty.answers()
    hasty.way.proxy.accept()
    assert told(await reader.ask(question, idempotency_key=question)) == COMPLETE


@DELIVERED
async def test_a_connection_that_breaks_at_a_questions_commit(patient, model, token, delivered):
    question, reader = model.question(), SseReader(patient.server.port, token)
    asked = asyncio.create_task(reader.ask(question, idempotency_key=question))
    await patient.goes_at_commit(delivered=delivered)
    patient.way.proxy.accept()
    events = await asked
    if not delivered:
        assert (events[-1]["status"], events[-1]["code"]) == (503, "database_unavailable")
        assert question not in patient.answers()
        events = await reader.ask(question, idempotency_key=question)
    await patient.assert_agrees(COMPLETE, events, question, reader)
    assert model.times_asked(question) == 1


async def test_a_question_that_was_stored_unknown_to_its_server_blocks_nothing_for_long(hasty, model, token):
    reader = SseReader(hasty.server.port, token)
    conversation = (await reader.ask(model.question()))[0]["conversation_id"]
    question = model.question()
    asked = asyncio.create_task(reader.ask(question, conversation_id=conversation, idempotency_key=question))
    await hasty.goes_at_commit(delivered=True)
    (refused,) = await asked
    assert (refused["status"], refused["code"]) == (503, "database_unavailable")
    assert hasty.answers()[question].status == "streaming"
    hasty.way.proxy.accept()
    joined = await reader.ask(question, conversation_id=conversation, idempotency_key=question)
    assert (joined[-1]["type"], joined[-1]["code"]) == ("error", "answer_not_stored")
    assert (hasty.answers()[question].status, hasty.answers()[question].text) == ("interrupted", "")
    assert told(await reader.ask(model.question(), conversation_id=conversation)) == COMPLETE
