import asyncio
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import AsyncClient

from chatbot_project import __version__, health
from knowledge import model_health
from knowledge.errors import VectorStoreUnavailable
from knowledge.models import IndexBuild
from knowledge.runtime import Runtime, runtime
from knowledge.types import IndexedDocument, Manifest
from tests.databases import ON_POSTGRES

pytestmark = pytest.mark.django_db(transaction=True)

DATABASE = "postgres" if ON_POSTGRES else "sqlite"
MANIFEST = Manifest(
    build_id="b1",
    built_at=datetime(2026, 1, 1, tzinfo=UTC),
    embedder=None,
    bm25_language="english",
    fingerprint="f",
    sources=("/book",),
    documents=(IndexedDocument(path="a.md", title="A", url="/a", content_hash="h", chunks=7),),
)


class Store:
    """As much of a vector store as its health needs."""

    def __init__(self) -> None:
        self.answer: Manifest | Exception | None = MANIFEST
        self.delay = 0.0
        self.asked = 0

    async def manifest(self) -> Manifest | None:
        self.asked += 1
        await asyncio.sleep(self.delay)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Model:
    provider = "gemini"
    model = "gemini-x"


@pytest.fixture
async def store(settings):
    settings.ROOT_URLCONF = "tests.frame.urls"
    current: Runtime = runtime()
    store = Store()
    vars(current).update(store=store, model=Model())
    yield store
    vars(current).clear()


@pytest.fixture
def site():
    return AsyncClient()


async def test_all_is_well(site, store):
    response = await site.get("/health")
    assert response.status_code == 200
    assert response.json() == {
        "status": "healthy",
        "version": __version__,
        "services": {"database": "healthy", "vector_db": "healthy", "llm": "healthy"},
    }


async def test_existing_front_ends_read_the_same_in_their_own_words(site, store, settings):
    settings.QDRANT_COLLECTION = "robots"
    assert (await site.get("/api/health")).json() == {
        "status": "healthy",
        "services": {
            "django": "ok",
            "qdrant": {"status": "connected", "collection": "robots", "chunks": 7},
            DATABASE: {"status": "connected"},
            "gemini": {"status": "ok", "model": "gemini-x"},
        },
    }


@pytest.mark.parametrize("path", ["/health", "/api/health", "/health/live"])
async def test_a_probe_may_ask_with_head(site, store, path):
    response = await site.head(path)
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("path", ["/health", "/api/health", "/health/live"])
async def test_nothing_else_is_allowed(site, store, path):
    response = await site.post(path)
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert response.headers["Allow"] == "GET, HEAD"


async def test_without_an_index_nothing_can_be_answered(site, store):
    store.answer = None
    response = await site.get("/health")
    assert response.status_code == 503
    assert (response.json()["status"], response.json()["services"]["vector_db"]) == ("unhealthy", "unhealthy")


async def test_while_the_first_index_is_built_the_service_is_degraded(site, store):
    await IndexBuild.objects.acreate(build_id="b2", status=IndexBuild.Status.RUNNING)
    store.answer = None
    response = await site.get("/health")
    assert response.status_code == 200
    assert (response.json()["status"], response.json()["services"]["vector_db"]) == ("degraded", "degraded")


async def test_a_store_that_fails_or_hangs_is_unhealthy(site, store, monkeypatch):
    monkeypatch.setattr(health, "CHECK_TIMEOUT", 0.05)
    monkeypatch.setattr(health, "UNHEALTHY_FOR", 0.0)
    store.answer = VectorStoreUnavailable("cluster.internal refused")
    response = await site.get("/api/health")
    assert response.status_code == 503
    assert response.json()["services"]["qdrant"]["status"] == "disconnected"
    assert "internal" not in response.text
    store.answer, store.delay = MANIFEST, 60.0
    assert (await site.get("/health")).json()["services"]["vector_db"] == "unhealthy"


async def test_a_database_that_fails_is_unhealthy(site, store, monkeypatch):
    def refuse() -> None:
        raise connection.Database.OperationalError("disk I/O error")

    monkeypatch.setattr(health, "_select_one", connection.wrap_database_errors(refuse))
    response = await site.get("/api/health")
    assert response.status_code == 503
    assert response.json()["services"][DATABASE] == {"status": "disconnected"}


async def test_a_failing_model_degrades_the_service_until_it_answers_again(site, store):
    model_health.record_failure("llm_unavailable")
    response = await site.get("/health")
    assert response.status_code == 200
    assert (response.json()["status"], response.json()["services"]["llm"]) == ("degraded", "degraded")
    assert (await site.get("/api/health")).json()["services"]["gemini"]["status"] == "error"
    model_health.record_success()
    assert (await site.get("/health")).json()["status"] == "healthy"


async def test_an_old_failure_of_the_model_says_nothing_about_now(site, store, monkeypatch):
    model_health.record_failure("llm_unavailable")
    monkeypatch.setattr(model_health, "FAILURE_STANDS", 0.0)
    assert (await site.get("/health")).json()["status"] == "healthy"


async def test_the_dependencies_are_asked_once_a_minute(site, store):
    await asyncio.gather(*(site.get("/health") for _ in range(5)))
    await site.get("/api/health")
    assert store.asked == 1


async def test_a_failure_is_believed_for_a_shorter_time(site, store, monkeypatch):
    monkeypatch.setattr(health, "UNHEALTHY_FOR", 0.0)
    store.answer = None
    await site.get("/health")
    store.answer = MANIFEST
    assert (await site.get("/health")).json()["status"] == "healthy"


async def test_liveness_touches_nothing(site, store):
    response = await site.get("/health/live")
    assert response.json() == {"status": "alive", "version": __version__}
    assert store.asked == 0
