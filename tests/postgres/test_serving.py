"""`manage.py serve` on Postgres, with a network between them."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.frame.test_serve import PAGE, Serving
from tests.postgres.conftest import Way, new_database

WITHIN = 13.0  # seconds: the patience with the database, and some for everything else


def serving_on(way: Way, folder: Path) -> Serving:
    (folder / "book").mkdir(parents=True)
    (folder / "book" / "balance.md").write_text(PAGE)
    owner = {"DJANGO_SUPERUSER_USERNAME": "owner", "DJANGO_SUPERUSER_PASSWORD": "a long enough password"}
    return Serving(folder, DATABASE_URL=f" {way.url}\n", **owner)


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

    def __call__(self) -> httpx.Response:
        return self._site.post("/v1/query", json={"query": "What is the zero-moment point?"})

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


def test_a_distant_database_is_asked_few_times_for_a_question(ask, way):
    assert ask().status_code == 200
    began = time.monotonic()
    assert ask().status_code == 200
    near = time.monotonic() - began
    way.proxy.latency = 0.1
    began = time.monotonic()
    assert ask().status_code == 200
    assert time.monotonic() - began - near < 15 * way.proxy.latency


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
