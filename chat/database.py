"""How code on the event loop touches the database: in a thread of its own, connection given back after."""

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar, cast

from channels.db import database_sync_to_async

P = ParamSpec("P")
T = TypeVar("T")

# Enough for all who wait while a database wakes up. The event loop has few, and others need those.
_THREADS: Final = ThreadPoolExecutor(max_workers=64, thread_name_prefix="database")


def in_thread(
    function: Callable[P, T], *, threads: ThreadPoolExecutor = _THREADS
) -> Callable[P, Awaitable[T]]:
    """`await in_thread(f)(…)`: any number run side by side, unlike the ORM's own async methods.

    Those share one thread, so that a slow query would hold up every reader.
    """
    called = database_sync_to_async(function, thread_sensitive=False, executor=threads)
    return cast("Callable[P, Awaitable[T]]", called)
