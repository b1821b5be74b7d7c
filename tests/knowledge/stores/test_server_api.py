"""What the rest of the world sees of a Qdrant server: its health, and answers or a sentence."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from django.test import AsyncClient

from chatbot_project import health
from knowledge.runtime import close_runtime, runtime
from knowledge.stores.server import ServerStore
from tests.knowledge.stores.corpus import embedded, put
from tests.standins.qdrant.faults import SUSPENDED
from tests.standins.qdrant.server import KEY, QdrantServer

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = {"query": "Why do legs walk?"}


@pytest_asyncio.fixture
async def site(
    settings: Any, qdrant: QdrantServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[AsyncClient]:
    """A site whose index, of words alone, is on the stand-in."""
    settings.QDRANT_COLLECTION = "book"
    store = ServerStore(qdrant.url, api_key=KEY, name="book", language="english", look_every=0)
    vars(runtime())["store"] = store
    for belief in ("HEALTHY_FOR", "UNHEALTHY_FOR"):
        monkeypatch.setattr(health, belief, 0.0)
    await put(store, [embedded("Legs walk because they push the ground.")], embedder=None)
    yield AsyncClient()
    await close_runtime()


async def qdrant_s_health(site: AsyncClient) -> tuple[int, Any]:
    response = await site.get("/api/health")
    return response.status_code, response.json()["services"]["qdrant"]


async def test_health_follows_the_server(site: AsyncClient, qdrant: QdrantServer) -> None:
    connected = {"status": "connected", "collection": "book", "chunks": 1}
    disconnected = {"status": "disconnected", "collection": "book", "chunks": None}
    assert await qdrant_s_health(site) == (200, connected)

    await qdrant.stop()
    assert await qdrant_s_health(site) == (503, disconnected)

    await qdrant.start()
    assert await qdrant_s_health(site) == (200, connected)


async def test_a_suspended_cluster_is_a_code_and_a_plain_sentence_to_readers(
    site: AsyncClient, qdrant: QdrantServer, caplog: pytest.LogCaptureFixture
) -> None:
    assert (await site.post("/v1/search", QUESTION, content_type="application/json")).status_code == 200
    qdrant.faults.append(SUSPENDED)

    response = await site.post("/v1/query", QUESTION, content_type="application/json")

    assert response.status_code == 503
    body = response.json()
    assert (body["code"], body["retryable"]) == ("vector_store_suspended", True)
    assert body["detail"] == "The book cannot be searched at the moment. Please try again shortly."
    for secret in (KEY, "127.0.0.1", "404", "Qdrant"):
        assert secret not in response.text
    assert "Resume the cluster in Qdrant Cloud's console" in caplog.text
    assert KEY not in caplog.text
    assert "127.0.0.1" not in caplog.text
