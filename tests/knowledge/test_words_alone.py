"""Questions that cannot be embedded are still answered, and the operator hears of it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from knowledge.ingestion import ingest
from knowledge.retrieval import Retrieval, retrieve
from knowledge.runtime import Runtime
from knowledge.stores.base import VectorStore
from knowledge.types import EmbedderIdentity, PastTurn, Selection
from tests.knowledge.books import write_long_book
from tests.scripted import HashEmbedder, ScriptedModel

WORDS_ALONE = "words alone are searched"


@pytest.fixture(autouse=True)
def parts(hash_embedder: type[HashEmbedder], scripted_model: type[ScriptedModel], settings: Any) -> None:
    """The configured ones; the model cannot rewrite questions."""
    settings.LANGUAGE_MODELS = {"scripted": "tests.scripted.ScriptedQuoter"}


@pytest_asyncio.fixture
async def runtime(book: Path, store: VectorStore) -> AsyncIterator[Runtime]:
    write_long_book(book, pages=3)  # in which the words of the other pages are rare
    await ingest([book], store=store, embedder=HashEmbedder(), base_url="https://book.example")
    made = Runtime()
    yield made
    await made.aclose()


async def ask(
    runtime: Runtime, question: str = "What does a gripper hold?", **circumstances: Any
) -> Retrieval:
    return await retrieve(question, limit=5, runtime=runtime, **circumstances)


def addresses(retrieval: Retrieval) -> list[str]:
    return [scored.chunk.url for scored in retrieval.passages]


async def test_an_embedder_that_fails_leaves_a_search_by_words(runtime: Runtime) -> None:
    HashEmbedder.available = False

    retrieval = await ask(runtime)

    assert addresses(retrieval)[0] == "https://book.example/arms#grippers"
    assert all(scored.similarity is None for scored in retrieval.passages)
    assert retrieval.sufficient


async def test_words_alone_are_not_held_to_a_threshold_for_meaning(runtime: Runtime, settings: Any) -> None:
    settings.SIMILARITY_THRESHOLD = 0.6
    HashEmbedder.available = False

    assert (await ask(runtime)).sufficient
    assert not (await ask(runtime, "Who won the championship?")).sufficient


async def test_follow_ups_and_selections_are_searched_by_words_too(runtime: Runtime) -> None:
    HashEmbedder.available = False
    turn = PastTurn("What does a gripper hold?", "What it has reached [1].")

    follow_up = await ask(runtime, "and why?", history=[turn])
    marked = await ask(runtime, "What is this?", selection=Selection("gripper holds what it has reached"))

    assert "https://book.example/arms#grippers" in addresses(follow_up)
    assert "https://book.example/arms#grippers" in addresses(marked)


async def test_the_log_tells_of_an_outage_once_and_of_its_end(
    runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="knowledge")
    HashEmbedder.available = False
    await ask(runtime)
    await ask(runtime)
    HashEmbedder.available = True
    await ask(runtime)
    await ask(runtime)

    outage, end = [record.getMessage() for record in caplog.records if "embedded" in record.getMessage()]
    assert WORDS_ALONE in outage
    assert "told to fail" in outage
    assert end == "Questions are embedded again."


async def test_another_embedder_than_the_configured_one_is_a_warning_with_the_command(
    runtime: Runtime, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMBEDDING_PROVIDER, settings.GEMINI_API_KEY = "gemini", "key"

    for _ in range(2):
        assert (await ask(runtime)).passages[0].similarity is not None

    [warning] = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "built with hash-16 (scripted, 16-d)" in warning
    assert "the configured embedder is gemini-embedding-2 (gemini, 768-d)" in warning
    assert "manage.py reindex" in warning


async def test_a_configured_embedder_without_its_key_stops_no_question(
    runtime: Runtime, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMBEDDING_PROVIDER, settings.GEMINI_API_KEY = "gemini", None

    assert (await ask(runtime)).sufficient
    assert "EMBEDDING_PROVIDER is 'gemini'" in caplog.text


async def test_an_index_whose_embedder_is_gone_is_searched_by_words(
    runtime: Runtime, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMBEDDERS, settings.EMBEDDING_PROVIDER = {}, "auto"

    assert (await ask(runtime)).sufficient
    assert WORDS_ALONE in caplog.text
    assert runtime.embedder(EmbedderIdentity("other", "model", 3)) is None
