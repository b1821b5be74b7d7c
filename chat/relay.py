"""What processes tell each other of their turns through Redis: to follow an answer live, to cancel it.

While Redis is away nothing is said or heard. The database knows the same, a little later.
"""

import asyncio
import json
import logging
from collections.abc import Coroutine, Mapping
from contextlib import aclosing
from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from chat.events import Done, Event, Failed, Idle, Sources, Token
from chat.replays import Mirror
from chat.running import RunningTurn
from knowledge.types import Source

logger = logging.getLogger(__name__)

EVERYBODY = "book-chat:turns"  # the channel that all processes listen to
ANSWER_WITHIN = 1.0  # seconds that Redis gets for a reply
LISTEN_AGAIN_AFTER = 1.0  # seconds


class Relay:
    """One event loop's line to the others, who are told of `running` turns and tell what `mirrors` get."""

    def __init__(
        self, url: str, *, running: Mapping[UUID, RunningTurn], mirrors: Mapping[UUID, Mirror]
    ) -> None:
        self._redis = Redis.from_url(
            url,
            socket_timeout=ANSWER_WITHIN,
            socket_connect_timeout=ANSWER_WITHIN,
            retry=Retry(NoBackoff(), 1),  # a connection that lay idle may be dead
        )
        self._running = running
        self._mirrors = mirrors
        self._inbox = f"{EVERYBODY}:{uuid4().hex}"  # the channel that this process alone listens to
        self._listening: asyncio.Task[None] | None = None
        self._hears = asyncio.Event()
        self._told: set[tuple[UUID, str]] = set()  # answers and those who are being told of them
        self._tasks: set[asyncio.Task[None]] = set()
        self._reported = False  # so that the log has one line for an outage

    def listen(self) -> None:
        """Begin to listen, where that has not begun yet."""
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen())

    async def ask_for(self, answer_id: UUID) -> None:
        """Have whoever writes the answer tell this process of it."""
        self.listen()
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                await self._hears.wait()
        except TimeoutError:
            return
        await self._say(EVERYBODY, kind="follow", answer=str(answer_id), to=self._inbox)

    async def cancel(self, answer_id: UUID) -> None:
        """Have whoever writes the answer stop."""
        await self._say(EVERYBODY, kind="cancel", answer=str(answer_id))

    async def close(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=ANSWER_WITHIN)
        for task in filter(None, [self._listening, *self._tasks]):
            task.cancel()
            await asyncio.wait([task])
        await self._redis.aclose()

    async def _say(self, channel: str, **message: Any) -> bool:
        """Whether it could be said."""
        try:
            await self._redis.publish(channel, json.dumps(message))
        except (RedisError, OSError) as exc:
            self._report(exc)
            return False
        return True

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as channels:
                    await channels.subscribe(EVERYBODY, self._inbox)
                    async for message in channels.listen():
                        if message["type"] == "message":
                            self._hear_if_understood(message["data"])
                        else:  # that the channels are listened to
                            self._hears.set()
                            self._reported = False
            except (RedisError, OSError) as exc:
                self._report(exc)
            finally:
                self._hears.clear()
            await asyncio.sleep(LISTEN_AGAIN_AFTER)

    def _report(self, exc: Exception) -> None:
        if not self._reported:
            name = type(exc).__name__  # its text would tell the host
            logger.warning("Redis does not answer (%s). Processes follow each other by the database.", name)
        self._reported = True

    def _hear_if_understood(self, text: bytes) -> None:
        try:
            self._hear(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError):
            logger.warning("A message in Redis is not understood. Is it from another version of this server?")

    def _hear(self, message: dict[str, Any]) -> None:
        answer_id = UUID(message["answer"])
        turn, mirror = self._running.get(answer_id), self._mirrors.get(answer_id)
        match message["kind"]:
            case "follow" if turn:
                self._tell(turn, message["to"])
            case "cancel" if turn:
                turn.stop(by_reader=True)
            case "sources" if mirror:
                mirror.hear_sources(tuple(_source(fields) for fields in message["sources"]))
            case "text" if mirror:
                mirror.hear_text(message["text"], place=message["place"])
            case "end" if mirror:
                mirror.hear_end()

    def _tell(self, turn: RunningTurn, inbox: str) -> None:
        if (turn.answer_id, inbox) not in self._told:
            self._spawn(self._tell_all(turn, inbox))

    async def _tell_all(self, turn: RunningTurn, inbox: str) -> None:
        listener = (turn.answer_id, inbox)
        self._told.add(listener)
        try:
            async with aclosing(turn.stream.follow()) as events:
                async for event in events:
                    news = _news(event)
                    if news and not await self._say(inbox, answer=str(turn.answer_id), **news):
                        return  # whoever still wants to know asks again
        finally:
            self._told.discard(listener)

    def _spawn(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _news(event: Event | Idle) -> dict[str, Any] | None:
    match event:
        case Sources():
            return {"kind": "sources", "sources": [asdict(source) for source in event.sources]}
        case Token():
            return {"kind": "text", "text": event.content, "place": event.length - len(event.content)}
        case Done() | Failed():
            return {"kind": "end"}
        case _:
            return None


def _source(fields: dict[str, Any]) -> Source:
    return Source(**{**fields, "path": tuple(fields["path"])})
