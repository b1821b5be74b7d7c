"""The database goes away in the middle of answers and comes back."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.faults.conftest import ANSWERS, StoredAnswer, environment, eventually, held, warm_up
from tests.faults.model import TEXT, Model
from tests.faults.readers import SocketReader, SseReader, text_of
from tests.frame.test_serve import PAGE, Serving
from tests.postgres.conftest import Way, new_database

AWAY = 5.0  # seconds


@pytest.fixture
def way() -> Iterator[Way]:
    with new_database() as way:
        yield way


@pytest.fixture
def server(way: Way, model: Model, tmp_path: Path) -> Iterator[Serving]:
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "balance.md").write_text(PAGE)
    server = Serving(tmp_path, **environment(model, DATABASE_URL=way.url))
    server.wait_for("/health/live")
    server.wait_for_index()
    warm_up(server, model)
    yield server
    server.kill()


def answers(way: Way) -> dict[str, StoredAnswer]:
    with psycopg.connect(**way.parameters) as connection:
        rows = connection.execute(ANSWERS).fetchall()
    return {row[0]: StoredAnswer(*row) for row in rows}


async def test_answers_go_on_without_their_database_and_are_stored_when_it_is_back(server, way, model, token):
    # Some end while it is away, others after that.
    questions = [model.question(between=between) for between in (0.2, 0.3, 0.9, 1.0)]
    readers = [kind(server.port, token) for kind in (SseReader, SocketReader)] * 2
    asked = [
        asyncio.create_task(reader.ask(question)) for reader, question in zip(readers, questions, strict=True)
    ]
    await eventually(lambda: all(model.times_asked(question) for question in questions))
    way.proxy.refuse()
    gone = time.monotonic()
    refused = await SocketReader(server.port, token).ask("What is the zero-moment point?")
    assert refused[-1]["code"] == "database_unavailable"
    await asyncio.sleep(max(0.0, gone + AWAY - time.monotonic()))
    way.proxy.accept()
    for question, events in zip(questions, await asyncio.gather(*asked), strict=True):
        assert (text_of(events), events[-1]["type"]) == (TEXT, "done")
        assert model.times_asked(question) == 1
    stored = answers(way)
    assert stored.keys() >= set(questions)
    assert {(answer.text, answer.status) for answer in stored.values()} == {(TEXT, "complete")}
    assert text_of(await SseReader(server.port, token).ask(model.question())) == TEXT
    await eventually(lambda: held(server)["turns"] == held(server)["pool_slots"] == 0)
