"""The product's addresses, one that tells what the server holds on to, and one that holds it up."""

import asyncio
import re
from typing import Any

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

from chat.turns import turn_engine
from chatbot_project.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


async def held(request: HttpRequest) -> JsonResponse:
    engine = turn_engine()
    return JsonResponse(
        {
            "tasks": len(asyncio.all_tasks()),
            "turns": len(engine._running) + len(engine._beginnings) + len(engine._mirrors),
            "pool_slots": _pool_slots_in_use(),
        }
    )


def _pool_slots_in_use() -> int:
    pool: Any = getattr(connection, "pool", None)
    if pool is None:
        return 0
    stats = pool.get_stats()
    return int(stats["pool_size"] - stats["pool_available"])


async def held_up(request: HttpRequest) -> JsonResponse:
    """For ever, with the interpreter lock held."""
    re.match(r"(a+)+$", "a" * 64 + "b")
    return JsonResponse({})


urlpatterns = [path("held", held), path("held-up", held_up), *urlpatterns]
