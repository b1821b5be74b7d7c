"""What processes tell each other through Redis; the fault suite holds what readers have of it."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from chat.relay import EVERYBODY, Relay
from tests.redis_server import RedisServer


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with closing(RedisServer()) as server:
        yield server


class Stoppable:
    def __init__(self) -> None:
        self.stopped = asyncio.Event()

    def stop(self, *, by_reader: bool) -> None:
        self.stopped.set()


@pytest.mark.parametrize("text", ["garbage", "[]", "null", '{"kind": "cancel"}', '{"answer": 7}', b"\xff"])
async def test_what_is_not_understood_does_not_end_the_listening(redis, text, caplog):
    turn, answer_id = Stoppable(), uuid4()
    relay = Relay(redis.url, running={answer_id: turn}, mirrors={})
    relay.listen()
    async with Redis.from_url(redis.url) as other, asyncio.timeout(10):
        while await other.pubsub_numsub(EVERYBODY) != [(EVERYBODY.encode(), 1)]:
            await asyncio.sleep(0.02)
        await other.publish(EVERYBODY, text)
        await other.publish(EVERYBODY, json.dumps({"kind": "cancel", "answer": str(answer_id)}))
        await turn.stopped.wait()
    await relay.close()
    assert "not understood" in caplog.text
