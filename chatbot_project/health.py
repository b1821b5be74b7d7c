"""Whether questions can be answered, for load balancers, dashboards and people."""

import asyncio
import enum
import functools
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import MethodNotAllowed

from chatbot_project import __version__
from chatbot_project.errors import json_error_response
from knowledge.builds import running_build
from knowledge.errors import KnowledgeError
from knowledge.model_health import recent_failure
from knowledge.per_loop import PerLoop
from knowledge.runtime import runtime

logger = logging.getLogger(__name__)

CHECK_TIMEOUT = 8.0  # seconds; a database that sleeps needs about five to wake
HEALTHY_FOR = 60.0  # seconds that a good report is believed
UNHEALTHY_FOR = 5.0  # seconds that any other is

AsyncView = Callable[[HttpRequest], Coroutine[Any, Any, HttpResponse]]


class Health(enum.StrEnum):
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What was found out by asking the database and the vector store."""

    database: Health
    vector_db: Health
    chunks: int | None  # None: the store did not say


class Monitor:
    """Asks the dependencies at most once a minute, or every few seconds while one of them is down."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._known: Dependencies | None = None
        self._believed_until = 0.0

    async def dependencies(self) -> Dependencies:
        async with self._lock:
            if self._known is None or time.monotonic() >= self._believed_until:
                self._known = await _ask_dependencies()
                good = self._known.database is self._known.vector_db is Health.HEALTHY
                self._believed_until = time.monotonic() + (HEALTHY_FOR if good else UNHEALTHY_FOR)
            return self._known


_monitors = PerLoop(Monitor)


async def _ask_dependencies() -> Dependencies:
    database, (vector_db, chunks) = await asyncio.gather(_database(), _vector_db())
    return Dependencies(database, vector_db, chunks)


async def _database() -> Health:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT):
            await database_sync_to_async(_select_one, thread_sensitive=False)()
    except (DatabaseError, TimeoutError) as exc:
        logger.warning("The database does not answer", exc_info=exc)
        return Health.UNHEALTHY
    return Health.HEALTHY


def _select_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


async def _vector_db() -> tuple[Health, int | None]:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT):
            manifest = await runtime().store.manifest()
            if manifest is not None:
                return Health.HEALTHY, manifest.chunks
            building = await running_build() is not None
    except (KnowledgeError, DatabaseError, TimeoutError) as exc:
        logger.warning("The vector store does not answer", exc_info=exc)
        return Health.UNHEALTHY, None
    return (Health.DEGRADED if building else Health.UNHEALTHY), 0


def _llm() -> Health:
    """Without its language model the product still answers, by quoting."""
    return Health.DEGRADED if recent_failure() else Health.HEALTHY


def _overall(*services: Health) -> Health:
    return max(services, key=list(Health).index)


def _reading(view: AsyncView) -> AsyncView:
    """Refuse all methods but GET and HEAD, in the shape of all errors."""

    @csrf_exempt  # so that a POST is told of its method
    @functools.wraps(view)
    async def respond(request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return await view(request)
        response = json_error_response(MethodNotAllowed(request.method or ""))
        response.headers["Allow"] = "GET, HEAD"
        return response

    return respond


@_reading
async def live(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "alive", "version": __version__})


@_reading
async def health(request: HttpRequest) -> HttpResponse:
    known = await _monitors.get().dependencies()
    overall = _overall(known.database, known.vector_db, _llm())
    services = {"database": known.database, "vector_db": known.vector_db, "llm": _llm()}
    body: dict[str, object] = {"status": overall, "version": __version__, "services": services}
    if failure := recent_failure():
        body["messages"] = {"llm": failure}
    return _respond(body, overall)


@_reading
async def api_health(request: HttpRequest) -> HttpResponse:
    """The same facts in the words that existing front ends read."""
    known = await _monitors.get().dependencies()
    overall = _overall(known.database, known.vector_db, _llm())
    model = runtime().model
    services = {
        "django": "ok",
        "qdrant": {
            "status": "disconnected" if known.chunks is None else "connected",
            "collection": settings.QDRANT_COLLECTION,
            "chunks": known.chunks,
        },
        _database_name(): {
            "status": "connected" if known.database is Health.HEALTHY else "disconnected",
        },
        model.provider: {"status": "ok" if _llm() is Health.HEALTHY else "error", "model": model.model},
    }
    return _respond({"status": overall, "services": services}, overall)


def _database_name() -> str:
    return "sqlite" if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3") else "postgres"


def _respond(body: dict[str, object], overall: Health) -> HttpResponse:
    return JsonResponse(body, status=503 if overall is Health.UNHEALTHY else 200)
