"""Two servers on one database, a model and a Redis, all real; and what must be true after any fault."""

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from chat.visitors import new_visitor, token_of
from tests.databases import ON_POSTGRES
from tests.faults.model import Model
from tests.faults.readers import End, Events, SseReader, history_of, told
from tests.frame.test_serve import PAGE, Serving
from tests.redis_server import RedisServer
from tests.standins.gemini.server import KEY

# What needs a network between server and database runs on Postgres, everything else on SQLite.
collect_ignore_glob = ["test_[!d]*.py"] if ON_POSTGRES else ["test_database*.py"]

SECRET = "a key that signs the tokens of servers and tests alike"


def environment(model: Model, **more: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "DJANGO_SECRET_KEY": SECRET,
        "GEMINI_API_KEY": KEY,
        "GEMINI_BASE_URL": model.url,
        "GEMINI_FALLBACK_MODELS": "gemini-3.5-flash-lite",
        "EMBEDDING_PROVIDER": "local",
        "SIMILARITY_THRESHOLD": "-1",
        **more,
    }


@dataclass(frozen=True)
class Site:
    """Two servers on one database, and what they are connected to."""

    one: Serving
    two: Serving
    model: Model
    redis: RedisServer
    tasks_at_rest: dict[int, int]  # by port

    def answers(self) -> list["StoredAnswer"]:
        path = self.one.folder / "data" / "db.sqlite3"
        with sqlite3.connect(path, timeout=20) as connection:
            return [StoredAnswer(*row) for row in connection.execute(ANSWERS)]

    def answer_to(self, question: str) -> "StoredAnswer":
        (answer,) = [answer for answer in self.answers() if answer.question == question]
        return answer


ANSWERS = """
SELECT question.content, answer.content, answer.status, answer.error_code, answer.degraded
FROM chat_message AS answer JOIN chat_message AS question ON answer.question_id = question.id
"""


@dataclass(frozen=True)
class StoredAnswer:
    question: str
    text: str
    status: str
    error_code: str
    degraded: bool


class OneServer:
    """A server whose database fails it."""

    def __init__(self, server: Serving, model: Model) -> None:
        self.server, self.model = server, model

    def answers(self) -> dict[str, StoredAnswer]:
        """By question, as they are stored."""
        raise NotImplementedError

    def answers_to(self, questions: Collection[str]) -> list[StoredAnswer]:
        return [answer for question, answer in self.answers().items() if question in questions]

    def asking(self, reader: SseReader, **reply: Any) -> tuple[str, asyncio.Task[Events]]:
        question = self.model.question(**reply)
        return question, asyncio.create_task(reader.ask(question))

    async def assert_agrees(self, expected: End, events: Events, question: str, reader: SseReader) -> None:
        """The events, the row, a replay and the history."""
        assert told(events) == expected
        await eventually(lambda: held(self.server)["turns"] == 0)
        answer = self.answers()[question]
        assert End(answer.error_code or "done", answer.status, answer.text) == expected
        assert told(await reader.resume(events[0]["message_id"], -1)) == expected
        assert await history_of(reader, events) == (expected.status, expected.text)


@pytest.fixture(scope="package")
def model() -> Iterator[Model]:
    model = Model()
    yield model
    model.close()


@pytest.fixture(scope="package")
def site(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "book").mkdir()
    (folder / "book" / "balance.md").write_text(PAGE)
    (folder / "two").mkdir()
    shared = {"DATA_DIR": str(folder / "data"), "CONTENT_PATH": str(folder / "book")}
    redis = RedisServer()
    variables = environment(model, REDIS_URL=redis.url, **shared)
    one = Serving(folder, **variables)
    one.wait_for("/health/live")
    one.wait_for_index()
    two = Serving(folder / "two", **variables)
    two.wait_for("/health/live")
    site = Site(one, two, model, redis, {})
    try:
        for server in (one, two):
            at_rest(server, site)
        yield site
    finally:
        one.kill()
        two.kill()
        redis.close()


def warm_up(server: Serving, model: Model) -> None:
    """Have it load all that its first answers need."""
    while (answer := server.site.post("/v1/query", json={"query": model.question()}).json())["degraded"]:
        assert answer["status"] == "complete"


def at_rest(server: Serving, site: Site) -> None:
    """Learn how many tasks a server has that does nothing."""
    warm_up(server, site.model)
    seen = [held(server)["tasks"] for _ in range(5) if not time.sleep(0.3)]
    site.tasks_at_rest[server.port] = max(seen)


def held(server: Serving) -> dict[str, int]:
    answer: dict[str, int] = httpx.get(f"http://127.0.0.1:{server.port}/held", timeout=30).json()
    return answer


def connections_to(port: int) -> int:
    """Those that the kernel knows of and that are not yet closed by either side."""
    established = "01"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == established for row in rows)


async def eventually(condition: Any, seconds: float = 20.0) -> None:
    """Until the condition is true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, condition
        await asyncio.sleep(0.05)


@pytest.fixture
def token() -> str:
    """A visitor's, signed as the servers do."""
    from django.test import override_settings

    with override_settings(SECRET_KEY=SECRET):
        return token_of(new_visitor())


@pytest_asyncio.fixture(autouse=True)
async def _nothing_is_lost_or_left(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """After every fault: all answers have ended, each is what the model wrote, and nothing is held on to."""
    yield
    if "site" not in request.fixturenames:
        return
    site: Site = request.getfixturevalue("site")
    await eventually(lambda: all(answer.status != "streaming" for answer in site.answers()))
    answers = site.answers()
    assert max(Counter(answer.question for answer in answers).values()) == 1
    for answer in answers:
        written = site.model.text_for(answer.question)
        assert written.startswith(answer.text) or answer.degraded, answer
        assert answer.text == written or answer.status != "complete" or answer.degraded, answer
    for server in (site.one, site.two):
        await eventually(lambda server=server: held(server)["turns"] == 0)
        at_rest = site.tasks_at_rest[server.port]
        await eventually(lambda server=server, at_rest=at_rest: held(server)["tasks"] <= at_rest)
        await eventually(lambda server=server: connections_to(server.port) == 0)
