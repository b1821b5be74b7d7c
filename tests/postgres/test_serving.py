"""`manage.py serve` on Postgres, with a network between them."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest
from websockets.sync.client import connect

from tests.frame.test_serve import PAGE, Serving
from tests.postgres.conftest import Way, new_database

QUESTION = "What is the zero-moment point?"
WITHIN = 13.0  # seconds: the patience with the database, and some for everything else


def serving_on(way: Way, folder: Path) -> Serving:
    (folder / "book").mkdir(parents=True)
    (folder / "book" / "balance.md").write_text(PAGE)
    owner = {"DJANGO_SUPERUSER_USERNAME": "owner", "DJANGO_SUPERUSER_PASSWORD": "a long enough password"}
    limits = {"THROTTLE_ADDRESS": "1000/minute", "THROTTLE_VISITOR": "1000/minute"}
    return Serving(folder, DATABASE_URL=f" {way.url}\n", **owner, **limits)


@pytest.fixture(scope="module")
def way() -> Iterator[Way]:
    with new_database() as way:
        yield way


@pytest.fixture(scope="module")
def serving(way: Way, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    serving = serving_on(way, tmp_path_factory.mktemp("serving"))
    serving.wait_for("/health/live")
    serving.wait_for_index()
    yield serving
    serving.kill()


@pytest.fixture
def ask(serving: Serving, way: Way) -> Iterator["Asking"]:
    yield Asking(serving.site)
    way.proxy.accept()
    way.proxy.latency = 0.0


class Asking:
    def __init__(self, site: httpx.Client) -> None:
        self._site = site

    def __call__(self, headers: Mapping[str, str] | None = None, **fields: str) -> httpx.Response:
        return self._site.post("/v1/query", json={"query": QUESTION, **fields}, headers=headers)

    def at_once(self, number: int) -> list[httpx.Response]:
        with ThreadPoolExecutor(number) as threads:
            return list(threads.map(lambda _: self(), range(number)))


def test_two_servers_that_start_at_once_share_an_empty_database(empty_database, tmp_path):
    servers = [serving_on(empty_database, tmp_path / name) for name in ("one", "two")]
    try:
        for server in servers:
            assert server.wait_for("/health/live").status_code == 200
        with psycopg.connect(**empty_database.parameters) as connection:
            applied = connection.execute("SELECT app, name FROM django_migrations").fetchall()
            owners = connection.execute("SELECT username FROM auth_user").fetchall()
        assert len(applied) == len(set(applied)) > 10
        assert owners == [("owner",)]
    finally:
        for server in servers:
            server.kill()


def test_a_sleeping_database_is_waited_for(ask, way):
    assert ask().status_code == 200
    way.proxy.fall_asleep(wakes_after=5)
    began = time.monotonic()
    assert ask().status_code == 200
    assert time.monotonic() - began > 5


def round_trips(way: Way, ask: Callable[[], httpx.Response]) -> int:
    before = way.proxy.messages
    assert ask().status_code == 200
    return way.proxy.messages - before


@pytest.mark.parametrize(("follow_up", "at_most"), [(False, 10), (True, 13)])
def test_a_question_takes_few_round_trips_and_always_as_many(ask, way, follow_up, at_most):
    first = ask()
    fields = {"conversation_id": first.json()["conversation_id"]} if follow_up else {}
    headers = {"X-Visitor-Token": first.json()["visitor_token"]}
    counts = Counter(round_trips(way, lambda: ask(headers=headers, **fields)) for _ in range(6))
    ((count, times),) = counts.most_common(1)
    assert count <= at_most, counts
    assert times >= 4, counts  # now and then lost turns are looked for meanwhile


def test_a_distant_database_answers_many_sockets_side_by_side(ask, way, serving):
    def ask_over_a_socket() -> float:
        with connect(f"ws://127.0.0.1:{serving.port}/ws/chat", open_timeout=30) as socket:
            began = time.monotonic()
            socket.send(json.dumps({"type": "ask", "query": QUESTION}))
            while json.loads(socket.recv(timeout=30))["type"] != "done":
                pass
            return time.monotonic() - began

    way.proxy.latency = 0.025
    ask.at_once(10)  # which opens the pool's connections
    alone = min(ask_over_a_socket() for _ in range(3))
    began = time.monotonic()
    with ThreadPoolExecutor(50) as threads:
        list(threads.map(lambda _: ask_over_a_socket(), range(50)))
    assert time.monotonic() - began < 50 * alone / 3


def test_connections_that_died_are_no_readers_business(ask, way):
    assert {response.status_code for response in ask.at_once(10)} == {200}
    way.proxy.cut()
    began = time.monotonic()
    assert {response.status_code for response in ask.at_once(10)} == {200}
    assert time.monotonic() - began < 5


def test_without_its_database_the_server_says_so_in_time_and_recovers_by_itself(ask, way, serving):
    assert ask().status_code == 200
    way.proxy.refuse()
    began = time.monotonic()
    responses = ask.at_once(20)
    assert time.monotonic() - began < WITHIN
    assert {(response.status_code, response.json()["code"]) for response in responses} == {
        (503, "database_unavailable")
    }
    assert str(way.proxy.port) not in "".join(response.text for response in responses)
    assert serving.site.get("/").status_code == 200
    health = serving.site.get("/health")
    assert (health.status_code, health.json()["services"]["database"]) == (503, "unhealthy")
    assert serving.site.get("/api/health").json()["services"]["postgres"] == {"status": "disconnected"}
    way.proxy.accept()
    assert serving.wait_for("/health").json()["services"]["database"] == "healthy"
    assert ask().status_code == 200
