"""The database goes away in the middle of answers and comes back."""

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.faults.conftest import ANSWERS, StoredAnswer, environment, eventually, held, warm_up
from tests.faults.model import TEXT, Model
from tests.faults.readers import Events, SocketReader, SseReader, text_of
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
    def ask(*pauses: float) -> dict[str, asyncio.Task[Events]]:
        questions = [model.question(between=between) for between in pauses]
        readers = (SseReader(server.port, token), SocketReader(server.port, token))
        pairs = zip(questions, itertools.cycle(readers), strict=False)
        return {question: asyncio.create_task(reader.ask(question)) for question, reader in pairs}

    # Some end while it is away, others after that, and others begin then.
    asked = ask(0.2, 0.3, 0.9, 1.0)
    await eventually(lambda: all(model.times_asked(question) for question in asked))
    way.proxy.refuse()
    asked |= ask(0.0, 0.0)
    await asyncio.sleep(AWAY)
    way.proxy.accept()
    for question, events in zip(asked, await asyncio.gather(*asked.values()), strict=True):
        assert (text_of(events), events[-1]["type"]) == (TEXT, "done")
        assert model.times_asked(question) == 1
    stored = answers(way)
    assert {(stored[question].text, stored[question].status) for question in asked} == {(TEXT, "complete")}
    await eventually(lambda: held(server)["turns"] == 0)
    await eventually(lambda: held(server)["pool_slots"] == 0)
