"""How code on the event loop touches the database: in a thread of its own, connection given back after."""

from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar, cast

from channels.db import database_sync_to_async

P = ParamSpec("P")
T = TypeVar("T")


def in_thread(function: Callable[P, T]) -> Callable[P, Awaitable[T]]:
    """`await in_thread(f)(…)`: any number run side by side, unlike the ORM's own async methods.

    Those share one thread, so that a slow query would hold up every reader.
    """
    return cast("Callable[P, Awaitable[T]]", database_sync_to_async(function, thread_sensitive=False))
