"""The pool behind Django's connections, with a network between it and the server."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import pytest
from django.db import OperationalError

from chatbot_project.databases import POOL
from chatbot_project.errors import error_body
from chatbot_project.postgres.base import DatabaseWrapper
from tests.postgres.conftest import PATIENCE


def answer(connection: DatabaseWrapper) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 42")
        return int(cursor.fetchone()[0])


def ask_as_a_request_does(wrapper: DatabaseWrapper) -> int:
    with closing(wrapper.copy()) as connection:
        return answer(connection)


def fill_the_pool(wrapper: DatabaseWrapper) -> None:
    with ExitStack() as stack:
        for _ in range(POOL["max_size"]):
            answer(stack.enter_context(closing(wrapper.copy())))
    assert wrapper.pool.get_stats()["pool_available"] == POOL["max_size"]


def test_a_connection_is_kept_for_the_next(through, empty_database):
    for _ in range(5):
        assert ask_as_a_request_does(through) == 42
    assert empty_database.proxy.connections == 1


def test_connections_that_died_in_the_pool_are_replaced_in_silence(through, empty_database):
    fill_the_pool(through)
    empty_database.proxy.cut()
    began = time.monotonic()
    assert ask_as_a_request_does(through) == 42
    assert time.monotonic() - began < 1


def test_they_are_when_many_want_one_at_once(through, empty_database):
    fill_the_pool(through)
    empty_database.proxy.cut()
    with ThreadPoolExecutor(POOL["max_size"]) as threads:
        answers = list(threads.map(lambda _: ask_as_a_request_does(through), range(4 * POOL["max_size"])))
    assert set(answers) == {42}


def test_more_askers_than_connections_take_turns(through, empty_database):
    with ThreadPoolExecutor(40) as threads:
        assert set(threads.map(lambda _: ask_as_a_request_does(through), range(200))) == {42}
    assert empty_database.proxy.connections <= POOL["max_size"]


def test_a_database_that_wakes_up_is_waited_for(through, empty_database):
    fill_the_pool(through)
    empty_database.proxy.fall_asleep(wakes_after=PATIENCE / 2)
    assert ask_as_a_request_does(through) == 42


def test_a_database_that_is_away_is_given_up_in_time_and_found_again(through, empty_database):
    fill_the_pool(through)
    empty_database.proxy.refuse()
    began = time.monotonic()
    with pytest.raises(OperationalError) as caught:
        ask_as_a_request_does(through)
    assert PATIENCE <= time.monotonic() - began < PATIENCE + 1
    body = error_body(caught.value)
    assert (body.status_code, body.code, body.retryable) == (503, "database_unavailable", True)
    empty_database.proxy.accept()
    time.sleep(PATIENCE)
    assert ask_as_a_request_does(through) == 42


def test_a_transaction_that_is_cut_is_an_error_and_the_next_one_works(through, empty_database):
    with closing(through.copy()) as connection:
        answer(connection)
        empty_database.proxy.cut()
        with pytest.raises(OperationalError):
            answer(connection)
    assert ask_as_a_request_does(through) == 42


def test_nothing_is_left_behind_in_a_session(through):
    """A pooler gives the next transaction another one."""
    with closing(through.copy()) as connection, connection.cursor() as cursor:
        for number in range(10):
            cursor.execute("SELECT %s::int", [number])
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        assert cursor.fetchone() == (0,)
