"""How much one visitor and one address may ask for, on every transport alike."""

import logging
import time
from collections.abc import Awaitable, Callable
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from asgiref.sync import async_to_sync
from django.conf import settings
from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from chat.access import caller_of
from chat.errors import TooManyRequests
from chatbot_project.clients import address_of_request, throttle_key_of
from knowledge.per_loop import PerLoop

if TYPE_CHECKING:
    from redis.asyncio import ConnectionPool

Limits = tuple[RateLimitItem, ...]
Action = Callable[[SlidingWindowCounterRateLimiter, Limits, tuple[str, ...]], Awaitable[None]]

logger = logging.getLogger(__name__)

REDIS_WITHIN = 0.5  # seconds that Redis gets for a reply
REDIS_AGAIN_AFTER = 10.0  # seconds that it is left alone for when it has not replied


class Counter:
    """Counts in Redis what several processes allow together; alone, or while Redis is away, in memory."""

    def __init__(self) -> None:
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._connections = _connections(settings.REDIS_URL) if settings.REDIS_URL else None
        self._shared = _limiter_on(self._connections) if self._connections else None
        self._alone_until = 0.0

    async def aclose(self) -> None:
        if self._connections:
            await self._connections.aclose()

    async def count(self, limits: Limits, *names: str) -> None:
        """Raises TooManyRequests."""
        await self._apply(_count, limits, names)

    async def clear(self, limits: Limits, *names: str) -> None:
        await self._apply(_clear, limits, names)

    async def _apply(self, action: Action, limits: Limits, names: tuple[str, ...]) -> None:
        if self._shared is None or time.monotonic() < self._alone_until:
            await action(self._own, limits, names)
            return
        try:
            await action(self._shared, limits, names)
        except StorageError:
            if time.monotonic() >= self._alone_until:  # otherwise it is known already
                logger.warning("Redis does not answer. This process counts requests for itself.")
            self._alone_until = time.monotonic() + REDIS_AGAIN_AFTER
            await action(self._own, limits, names)


def _connections(url: str) -> "ConnectionPool":
    # Only now: without Redis its client is not worth its memory.
    from redis.asyncio import ConnectionPool

    return ConnectionPool.from_url(url, socket_timeout=REDIS_WITHIN, socket_connect_timeout=REDIS_WITHIN)


def _limiter_on(connections: "ConnectionPool") -> SlidingWindowCounterRateLimiter:
    storage = RedisStorage(
        f"async+{settings.REDIS_URL}",
        wrap_exceptions=True,
        implementation="redispy",
        key_prefix="book-chat:limits",
        connection_pool=connections,  # type: ignore[arg-type]
    )
    return SlidingWindowCounterRateLimiter(storage)


async def _count(limiter: SlidingWindowCounterRateLimiter, limits: Limits, names: tuple[str, ...]) -> None:
    for limit in limits:
        if not await limiter.hit(limit, *names):
            window = await limiter.get_window_stats(limit, *names)
            raise TooManyRequests(retry_after=max(1.0, window.reset_time - time.time()))


async def _clear(limiter: SlidingWindowCounterRateLimiter, limits: Limits, names: tuple[str, ...]) -> None:
    for limit in limits:
        await limiter.clear(limit, *names)


_counters = PerLoop(Counter)


async def close_throttling() -> None:
    """Close what the running event loop has opened."""
    if (counter := _counters.pop()) is not None:
        await counter.aclose()


@cache
def _limits(rates: str) -> Limits:
    return tuple(parse_many(rates))


async def count_question(*, visitor: UUID | None, address: str) -> None:
    """Count a question or a search. Raises TooManyRequests."""
    counter = _counters.get()
    if visitor is not None:
        await counter.count(_limits(settings.THROTTLE_VISITOR), "visitor", visitor.hex)
    await counter.count(_limits(settings.THROTTLE_ADDRESS), "address", throttle_key_of(address))


async def count_read(*, address: str) -> None:
    """Count any other call. Raises TooManyRequests."""
    await _counters.get().count(_limits(settings.THROTTLE_READ), "read", throttle_key_of(address))


async def count_login(*, address: str) -> None:
    """Count an attempt to log in to the admin. Raises TooManyRequests."""
    await _counters.get().count(_limits(settings.THROTTLE_LOGIN), "login", throttle_key_of(address))


async def forget_logins(*, address: str) -> None:
    await _counters.get().clear(_limits(settings.THROTTLE_LOGIN), "login", throttle_key_of(address))


class QuestionThrottle(BaseThrottle):
    async def count(self, request: Request) -> None:
        await count_question(visitor=caller_of(request).visitor, address=address_of_request(request))


class ReadThrottle(BaseThrottle):
    async def count(self, request: Request) -> None:
        await count_read(address=address_of_request(request))

    def allow_request(self, request: Request, view: APIView) -> bool:
        async_to_sync(self.count)(request)
        return True
