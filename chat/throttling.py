"""How much one visitor and one address may ask for, on every transport alike."""

import time
from functools import cache
from uuid import UUID

from django.conf import settings
from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from chat.access import caller_of
from chat.errors import TooManyRequests
from chatbot_project.clients import address_of_request, throttle_key_of


@cache
def _limiter() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(MemoryStorage())


@cache
def _limits(rates: str) -> tuple[RateLimitItem, ...]:
    return tuple(parse_many(rates))


def count_question(*, visitor: UUID | None, address: str) -> None:
    """Count a question or a search. Raises TooManyRequests."""
    if visitor is not None:
        _count(settings.THROTTLE_VISITOR, "visitor", visitor.hex)
    _count(settings.THROTTLE_ADDRESS, "address", throttle_key_of(address))


def count_read(*, address: str) -> None:
    """Count any other call. Raises TooManyRequests."""
    _count(settings.THROTTLE_READ, "read", throttle_key_of(address))


def forget_all() -> None:
    """Start counting anew."""
    _limiter().storage.reset()


def _count(rates: str, scope: str, who: str) -> None:
    limiter = _limiter()
    for limit in _limits(rates):
        if not limiter.hit(limit, scope, who):
            reset_at = limiter.get_window_stats(limit, scope, who).reset_time
            raise TooManyRequests(retry_after=max(1.0, reset_at - time.time()))


class QuestionThrottle(BaseThrottle):
    def allow_request(self, request: Request, view: APIView) -> bool:
        count_question(visitor=caller_of(request).visitor, address=address_of_request(request))
        return True


class ReadThrottle(BaseThrottle):
    def allow_request(self, request: Request, view: APIView) -> bool:
        count_read(address=address_of_request(request))
        return True
