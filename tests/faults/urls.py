"""The product's addresses, and one that tells what the server holds on to."""

import asyncio
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


urlpatterns = [path("held", held), *urlpatterns]
