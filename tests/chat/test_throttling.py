"""Limits per visitor and per address, on every transport."""

from collections.abc import Iterator
from contextlib import aclosing, closing

import pytest
from limits import parse_many

from chat.errors import TooManyRequests
from chat.throttling import Counter
from tests.redis_server import RedisServer

pytestmark = pytest.mark.usefixtures("book")
LIMITS = tuple(parse_many("2/minute"))


@pytest.fixture
def redis(settings) -> Iterator[RedisServer]:
    with closing(RedisServer()) as redis:
        settings.REDIS_URL = redis.url
        yield redis


async def test_a_visitor_who_asks_too_much_is_told_when_to_come_back(alice, settings):
    settings.THROTTLE_VISITOR = "2/minute"
    assert [(await alice.ask(f"Question {n}?")).status_code for n in range(3)] == [200, 200, 429]
    response = await alice.ask("Question?")
    error = response.json()
    assert (error["code"], error["retryable"]) == ("throttled", True)
    assert 1 <= error["retry_after"] <= 60
    assert response.headers["Retry-After"] == str(error["retry_after"])


async def test_one_address_is_limited_whoever_it_claims_to_be(newcomer, settings):
    settings.THROTTLE_ADDRESS = "2/minute"
    statuses = [
        (await newcomer.ask(f"Question {n}?", {"X-Forwarded-For": f"10.0.0.{n}"})).status_code
        for n in range(3)
    ]
    assert statuses == [200, 200, 429]


async def test_the_socket_counts_with_the_rest_api(socket, settings):
    settings.THROTTLE_VISITOR = "1/minute"
    await socket.say("ask", query="Zero-moment point?")
    await socket.hear_until("done")
    await socket.say("ask", query="Zero-moment point?")
    error = await socket.hear()
    assert (error["type"], error["code"]) == ("error", "throttled")
    assert error["retry_after"] >= 1


async def test_search_and_the_other_dialect_count_as_questions(alice, settings):
    settings.THROTTLE_VISITOR = "1/minute"
    await alice.post("/v1/search", {"query": "robots"})
    assert (await alice.post("/api/chat", {"message": "robots?"})).status_code == 429


async def test_reading_has_a_limit_of_its_own(alice, settings):
    settings.THROTTLE_READ = "2/minute"
    statuses = [(await alice.get("/v1/conversations")).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


async def test_processes_that_share_a_redis_count_together(redis):
    async with aclosing(Counter()) as one, aclosing(Counter()) as two:
        for counter in (one, two):
            await counter.count(LIMITS, "visitor", "alice")
        with pytest.raises(TooManyRequests) as refused:
            await one.count(LIMITS, "visitor", "alice")
        assert 1 <= refused.value.retry_after <= 60
        await two.count(LIMITS, "visitor", "mallory")


async def test_while_redis_is_away_each_process_counts_for_itself(redis):
    async with aclosing(Counter()) as one, aclosing(Counter()) as two:
        await one.count(LIMITS, "visitor", "alice")
        redis.close()
        for counter in (one, two):
            await counter.count(LIMITS, "visitor", "alice")
            await counter.count(LIMITS, "visitor", "alice")
            with pytest.raises(TooManyRequests):
                await counter.count(LIMITS, "visitor", "alice")
