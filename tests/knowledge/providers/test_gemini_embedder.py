"""Gemini's embedder, through the real SDK, against a stand-in that speaks the API's wire format."""

import time
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from knowledge.errors import EmbeddingUnavailable
from knowledge.providers import registry
from knowledge.providers.gemini import embedder as gemini_embedder
from knowledge.providers.gemini.embedder import GeminiEmbedder
from knowledge.providers.local.minilm import MiniLmEmbedder
from knowledge.types import EmbedderIdentity
from tests.standins.gemini import errors
from tests.standins.gemini.embeddings import LENGTH, Vectors
from tests.standins.gemini.server import GeminiServer, gemini

__all__ = ["gemini"]

CHUNK = "Walking > Balance\nA biped keeps its balance."


@pytest_asyncio.fixture
async def embedder(gemini: GeminiServer) -> AsyncIterator[GeminiEmbedder]:
    made = GeminiEmbedder()
    yield made
    await made.aclose()


@pytest_asyncio.fixture
async def older_embedder(gemini: GeminiServer) -> AsyncIterator[GeminiEmbedder]:
    made = GeminiEmbedder(EmbedderIdentity("gemini", "gemini-embedding-001", 768))
    yield made
    await made.aclose()


def requests(server: GeminiServer) -> list[dict[str, Any]]:
    """Of the last call."""
    return server.calls[-1].body["requests"]


def asked_text(request: dict[str, Any]) -> str:
    [part] = request["content"]["parts"]
    return part["text"]


async def test_each_text_has_a_vector_of_its_own(embedder: GeminiEmbedder) -> None:
    walking, cooking = await embedder.embed_documents([CHUNK, "Cooking\nRice is boiled."])

    assert walking.shape == cooking.shape == (1, 768)
    assert walking.dtype == np.float32
    assert not np.allclose(walking, cooking)


async def test_vectors_are_normalised(embedder: GeminiEmbedder) -> None:
    (matrix,) = await embedder.embed_documents([CHUNK])

    assert LENGTH != 1.0
    assert np.linalg.norm(matrix) == pytest.approx(1.0, abs=1e-6)
    assert np.linalg.norm(await embedder.embed_query("balance")) == pytest.approx(1.0, abs=1e-6)


async def test_a_question_is_near_the_passage_that_answers_it(embedder: GeminiEmbedder) -> None:
    near, far = await embedder.embed_documents([CHUNK, "Cooking\nRice is boiled."])
    question = await embedder.embed_query("How does a biped keep its balance?")

    assert near @ question > far @ question


async def test_newer_models_read_the_task_from_the_text(
    gemini: GeminiServer, embedder: GeminiEmbedder
) -> None:
    await embedder.embed_documents([CHUNK, "No headings"])
    chunk, plain = requests(gemini)

    assert gemini.calls[-1].model == "gemini-embedding-2"
    assert asked_text(chunk) == "title: Walking > Balance | text: A biped keeps its balance."
    assert asked_text(plain) == "title: none | text: No headings"
    assert "taskType" not in chunk
    assert chunk["outputDimensionality"] == 768

    await embedder.embed_query("What is balance?")
    [question] = requests(gemini)
    assert asked_text(question) == "task: search result | query: What is balance?"


async def test_the_older_model_takes_the_task_as_a_parameter(
    gemini: GeminiServer, older_embedder: GeminiEmbedder
) -> None:
    await older_embedder.embed_documents([CHUNK])
    [chunk] = requests(gemini)

    assert (chunk["taskType"], asked_text(chunk)) == ("RETRIEVAL_DOCUMENT", CHUNK)
    await older_embedder.embed_query("What is balance?")
    [question] = requests(gemini)
    assert (question["taskType"], asked_text(question)) == ("RETRIEVAL_QUERY", "What is balance?")


async def test_the_length_is_as_configured(gemini: GeminiServer, settings: Any) -> None:
    settings.EMBEDDING_DIMENSIONS = 1536
    embedder = GeminiEmbedder()
    (matrix,) = await embedder.embed_documents([CHUNK])
    await embedder.aclose()

    assert matrix.shape == (1, 1536)
    assert embedder.identity == EmbedderIdentity("gemini", "gemini-embedding-2", 1536)


async def test_no_request_holds_more_than_the_api_takes(
    gemini: GeminiServer, embedder: GeminiEmbedder
) -> None:
    matrices = await embedder.embed_documents([f"text {number}" for number in range(205)])

    assert len(matrices) == 205
    assert [len(call.body["requests"]) for call in gemini.calls] == [100, 100, 5]


async def test_a_plan_costs_nothing(gemini: GeminiServer, embedder: GeminiEmbedder) -> None:
    plan = embedder.plan(["word " * 80] * 101)

    assert plan.calls == 2
    assert 101 * 100 <= plan.tokens <= 101 * 110
    assert gemini.calls == []


@pytest.mark.parametrize("number", [0, 1])
async def test_fewer_vectors_than_texts_are_an_error(
    gemini: GeminiServer, embedder: GeminiEmbedder, number: int
) -> None:
    gemini.embeddings.play(Vectors(number=number))

    with pytest.raises(EmbeddingUnavailable, match=f"sent {number} embeddings for 2 texts") as raised:
        await embedder.embed_documents(["one", "two"])
    assert raised.value.permanent


async def test_vectors_of_another_length_are_an_error(gemini: GeminiServer, embedder: GeminiEmbedder) -> None:
    gemini.embeddings.play(Vectors(dimensions=3072))

    with pytest.raises(EmbeddingUnavailable, match="3072 dimensions instead of 768") as raised:
        await embedder.embed_documents(["one"])
    assert raised.value.permanent


async def test_a_used_up_quota_says_how_long_to_wait(gemini: GeminiServer, embedder: GeminiEmbedder) -> None:
    gemini.embeddings.play(errors.quota("34.5s"))

    with pytest.raises(EmbeddingUnavailable, match="quota for gemini-embedding-2") as raised:
        await embedder.embed_documents(["one"])
    assert (raised.value.retry_after, raised.value.permanent) == (34.5, False)


async def test_a_quota_of_the_day_is_not_back_within_seconds(
    gemini: GeminiServer, embedder: GeminiEmbedder
) -> None:
    gemini.embeddings.play(errors.quota("5s", period="PerDay"))

    with pytest.raises(EmbeddingUnavailable, match="used up for today") as raised:
        await embedder.embed_documents(["one"])
    assert raised.value.retry_after is not None
    assert raised.value.retry_after >= 3600


@pytest.mark.parametrize("refusal", [errors.INTERNAL, errors.OVERLOADED, errors.DEADLINE])
async def test_an_overloaded_service_may_be_tried_again(
    gemini: GeminiServer, embedder: GeminiEmbedder, refusal: errors.Refusal
) -> None:
    gemini.embeddings.play(refusal)

    with pytest.raises(EmbeddingUnavailable) as raised:
        await embedder.embed_documents(["one"])
    assert not raised.value.permanent
    assert len(await embedder.embed_documents(["one"])) == 1


async def test_a_wrong_key_is_one_sentence(gemini: GeminiServer, settings: Any) -> None:
    settings.GEMINI_API_KEY = "wrong"
    embedder = GeminiEmbedder()

    with pytest.raises(EmbeddingUnavailable, match="Set GEMINI_API_KEY to a valid one") as raised:
        await embedder.embed_documents(["one"])
    await embedder.aclose()
    assert raised.value.permanent
    assert "wrong" not in str(raised.value)


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (errors.retired("gemini-embedding-2"), "Set GEMINI_EMBEDDING_MODEL to a current one"),
        (errors.REGION, "not available in the region"),
    ],
)
async def test_what_waiting_does_not_mend_is_permanent(
    gemini: GeminiServer, embedder: GeminiEmbedder, refusal: errors.Refusal, sentence: str
) -> None:
    gemini.embeddings.default = refusal

    with pytest.raises(EmbeddingUnavailable, match=sentence) as raised:
        await embedder.embed_query("one")
    assert raised.value.permanent
    assert len(gemini.calls) == 1


async def test_nobody_listening_is_an_error_too(settings: Any) -> None:
    settings.GEMINI_API_KEY, settings.GEMINI_BASE_URL = "key", "http://127.0.0.1:9"
    embedder = GeminiEmbedder()

    with pytest.raises(EmbeddingUnavailable, match="connection to Gemini") as raised:
        await embedder.embed_documents(["one"])
    await embedder.aclose()
    assert not raised.value.permanent
    assert "127.0.0.1" not in str(raised.value)


async def test_documents_are_not_waited_for_forever(
    gemini: GeminiServer, embedder: GeminiEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gemini_embedder, "DOCUMENTS_TIMEOUT", 0.2)
    gemini.embeddings.play(Vectors(delay=30))

    with pytest.raises(EmbeddingUnavailable, match="did not answer in time"):
        await embedder.embed_documents(["one"])


async def test_a_question_is_tried_twice(gemini: GeminiServer, embedder: GeminiEmbedder) -> None:
    gemini.embeddings.play(errors.INTERNAL)

    assert (await embedder.embed_query("one")).shape == (768,)
    gemini.embeddings.default = errors.INTERNAL
    with pytest.raises(EmbeddingUnavailable):
        await embedder.embed_query("one")
    assert len(gemini.calls) == 4


async def test_a_question_that_hangs_is_tried_once_more(
    gemini: GeminiServer, embedder: GeminiEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gemini_embedder, "QUERY_TIMEOUT", 0.3)
    gemini.embeddings.play(Vectors(delay=30))

    assert (await embedder.embed_query("one")).shape == (768,)


async def test_a_reader_does_not_wait_for_the_quota(gemini: GeminiServer, embedder: GeminiEmbedder) -> None:
    await embedder.embed_query("warm")
    gemini.embeddings.play(errors.quota("34s"))
    began = time.monotonic()

    with pytest.raises(EmbeddingUnavailable, match="quota"):
        await embedder.embed_query("one")
    assert time.monotonic() - began < 2
    assert len(gemini.calls) == 2


async def test_a_key_is_all_it_takes_to_be_chosen(settings: Any) -> None:
    settings.GEMINI_API_KEY = "key"
    assert isinstance(registry.embedder(), GeminiEmbedder)

    settings.GEMINI_API_KEY = None
    assert isinstance(registry.embedder(), MiniLmEmbedder)


async def test_an_older_index_keeps_the_model_it_was_built_with(gemini: GeminiServer) -> None:
    built_with = EmbedderIdentity("gemini", "gemini-embedding-001", 1536)
    embedder = registry.embedder_of(built_with)

    assert embedder is not None
    assert embedder.identity == built_with
    assert (await embedder.embed_query("one")).shape == (1536,)
    assert gemini.calls[-1].model == "gemini-embedding-001"
    await embedder.aclose()


async def test_without_a_key_an_index_of_gemini_has_no_embedder(settings: Any) -> None:
    settings.GEMINI_API_KEY = None

    assert registry.embedder_of(EmbedderIdentity("gemini", "gemini-embedding-001", 1536)) is None
