"""What a question finds, and whether it is evidence for an answer."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from knowledge.errors import IndexEmpty
from knowledge.evidence import WORDS, evidence_of
from knowledge.ingestion import ingest
from knowledge.providers.registry import embedder
from knowledge.retrieval import retrieve
from knowledge.runtime import Runtime
from knowledge.types import Chunk, PastTurn, ScoredChunk, Selection
from tests.scripted import HashEmbedder

BALANCE = (
    "# Balance\n\nRobots keep their balance.\n\n## Sensors\n\nForce sensors in the feet measure pressure.\n"
)
HANDS = "# Hands\n\nA gripper has two fingers.\n"


@pytest.fixture
async def runtime(
    index_dir: Path, tmp_path: Path, hash_embedder: type[HashEmbedder], settings: Any
) -> Runtime:
    settings.LANGUAGE_MODELS = {"local": "tests.scripted.ScriptedQuoter"}
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "balance.md").write_text(BALANCE)
    (folder / "hands.md").write_text(HANDS)
    made = Runtime()
    await ingest([folder], store=made.store, embedder=embedder(), base_url="/book")
    return made


def scored(similarity: float | None, word_share: float | None) -> ScoredChunk:
    chunk = Chunk(uuid4(), "a.md", "A", ("A",), None, "/a", 0, "text", 1, "0" * 64)
    return ScoredChunk(chunk, 1.0, similarity, word_share and 10 * word_share, word_share)


def test_evidence_is_the_best_cosine_and_the_best_share_of_the_words() -> None:
    found = [scored(0.6, None), scored(0.2, 0.5), scored(None, 0.3)]
    assert evidence_of(found) == pytest.approx(0.6 + WORDS / 2)
    assert evidence_of([]) == 0


async def test_a_question_finds_the_section_that_has_its_words(runtime: Runtime) -> None:
    found = await retrieve("force sensors in the feet", limit=2, runtime=runtime)
    assert found.passages[0].chunk.heading == "Sensors"
    assert len(found.passages) == 2
    assert found.question == "force sensors in the feet"
    assert found.passages[0].similarity is not None


async def test_the_section_that_says_what_is_asked_after_comes_first(runtime: Runtime) -> None:
    found = await retrieve("What is a gripper?", limit=3, runtime=runtime)
    assert found.passages[0].chunk.document == "hands.md"
    assert found.passages[0] == found.candidates[0]


async def test_evidence_is_held_against_the_configured_threshold(runtime: Runtime, settings: Any) -> None:
    settings.SIMILARITY_THRESHOLD = 0.1
    assert (await retrieve("a gripper with fingers", limit=2, runtime=runtime)).sufficient
    settings.SIMILARITY_THRESHOLD = 1.9
    assert not (await retrieve("a gripper with fingers", limit=2, runtime=runtime)).sufficient


async def test_a_selection_is_evidence_enough_and_comes_first(runtime: Runtime, settings: Any) -> None:
    settings.SIMILARITY_THRESHOLD = 1.9
    selection = Selection("A gripper has two fingers", "https://site.example/book/hands")
    found = await retrieve("explain this", limit=3, runtime=runtime, selection=selection)
    assert found.sufficient
    assert found.passages[0].chunk.document == "hands.md"


async def test_a_follow_up_is_looked_up_with_what_went_before(runtime: Runtime) -> None:
    turn = PastTurn("How do robots feel pressure?", "By force sensors [1].", ("Force sensors measure it.",))
    found = await retrieve("and in the feet?", limit=1, runtime=runtime, history=[turn])
    assert found.passages[0].chunk.heading == "Sensors"


async def test_without_an_index_there_is_a_sentence_what_to_run(index_dir: Path) -> None:
    with pytest.raises(IndexEmpty, match="reindex"):
        await retrieve("anything", limit=1, runtime=Runtime())
