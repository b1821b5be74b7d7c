"""Whatever is asked, what is computed for it has a bound."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from knowledge.answering import Answered, Question, answer
from knowledge.bounds import (
    EMBEDDED_CHARACTERS,
    EMBEDDED_SENTENCES,
    PASSAGES,
    QUESTION_BATCH_TOKENS,
    QUESTION_CHARACTERS,
    SELECTION_CHARACTERS,
    SENTENCES,
    TERM_CHARACTERS,
    TERMS,
)
from knowledge.definitions import terms
from knowledge.providers.local import minilm
from knowledge.providers.local.candidates import promising
from knowledge.providers.local.minilm import LONGEST_INPUT, MiniLmEmbedder
from knowledge.query_vectors import query_vector
from knowledge.runtime import close_runtime, runtime
from knowledge.sentences import sentences
from knowledge.stores.bm25 import encoder
from knowledge.types import Chunk, Prompt, ScoredChunk, Selection, WeightedText

# Each is repeated until nothing more fits into a question or a selection.
HOSTILE = ("[", "- a\n", "Ab. ", "word ", "漢字。", "a.\n\n", "|a|b|\n", "> ", "e\u0301", "😀 ")
LONG = "A robot walks over the floor, and its feet feel how hard that is. " * 200


@dataclass(frozen=True)
class Batch:
    windows: int
    longest: int  # tokens


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Batch]]:
    """What the model is given, batch by batch."""
    given: list[Batch] = []
    embeddings_of = minilm.embeddings_of

    def counted(batch: Any) -> Any:
        given.append(Batch(len(batch), max(map(len, batch))))
        return embeddings_of(batch)

    monkeypatch.setattr(minilm, "embeddings_of", counted)
    yield given


def filled(beginning: str, unit: str, length: int) -> str:
    return (beginning + unit * length)[:length]


def passage(text: str) -> ScoredChunk:
    chunk = Chunk(uuid4(), "a.md", "A", ("A",), None, "/a", 0, text, 3, "0" * 64)
    return ScoredChunk(chunk, 1.0, 0.5, 1.0)


async def test_of_a_long_text_the_beginning_alone_is_embedded_as_a_question(batches):
    embedder = MiniLmEmbedder()
    long, short = await embedder.embed_beginnings([LONG, "A gait is a pattern of steps."])
    assert sum(batch.windows for batch in batches) == 2
    beginning, *others = (await embedder.embed_documents([LONG]))[0]
    assert len(others) > 5
    assert float(long @ beginning) > 0.95
    assert (await embedder.embed_query(LONG) == long).all()
    assert float(await embedder.embed_query("A gait is a pattern of steps.") @ short) > 0.9999


@pytest.mark.parametrize("unit", HOSTILE)
async def test_no_text_has_the_model_read_more_than_it_can(batches, unit):
    long = [filled(str(number), unit, SELECTION_CHARACTERS) for number in range(4)]
    texts = [*long, *(f"{unit} {number}" for number in range(4))]
    rows = await MiniLmEmbedder().embed_beginnings(texts)
    assert rows.shape == (8, 384)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
    assert sum(batch.windows for batch in batches) == 8
    assert max(batch.longest for batch in batches) <= LONGEST_INPUT
    assert all(batch.windows * batch.longest <= QUESTION_BATCH_TOKENS for batch in batches)


@pytest.mark.parametrize("unit", HOSTILE)
async def test_an_answer_takes_a_bounded_number_of_windows(sample_index, settings, batches, unit):
    settings.INDEX_DIR = sample_index
    question = Question(
        filled("What is ", unit, QUESTION_CHARACTERS),
        limit=PASSAGES,
        max_output_tokens=500,
        selection=Selection(filled("The zero-moment point is a point. ", unit, SELECTION_CHARACTERS)),
    )
    events = [event async for event in answer(question, runtime=runtime())]
    await close_runtime()
    assert isinstance(events[-1], Answered)
    # Question and selection are embedded to find passages, and both again beside the sentences of these.
    assert 0 < sum(batch.windows for batch in batches) <= 2 + EMBEDDED_SENTENCES + 2
    assert all(batch.windows * batch.longest <= QUESTION_BATCH_TOKENS for batch in batches)


async def test_of_a_long_question_the_beginning_is_embedded_and_remembered(hash_embedder):
    embedder = hash_embedder()
    first = await query_vector(LONG, embedder)
    assert (await query_vector(LONG[:-100] + "and so on", embedder) == first).all()
    assert [len(text) for text in hash_embedder.queries] == [EMBEDDED_CHARACTERS]


@pytest.mark.parametrize("unit", HOSTILE)
def test_of_a_passage_only_so_many_sentences_are_looked_at(unit):
    passages = (passage(filled("The robot walks. ", unit, SELECTION_CHARACTERS)), passage(LONG))
    prompt = Prompt("", (), "How does the robot walk?", passages=passages)
    assert len(sentences(passages[0].chunk.text)) <= SENTENCES
    assert len(sentences(passages[1].chunk.text)) == SENTENCES
    found = promising(prompt, with_code=True)
    assert 0 < len(found) <= EMBEDDED_SENTENCES
    assert all(candidate.position < SENTENCES for candidate in found)


def test_only_so_many_terms_are_searched_for_and_the_questions_before_others():
    question = WeightedText(" ".join(f"asked{number}" for number in range(TERMS - 50)))
    marked = WeightedText(" ".join(f"marked{number}" for number in range(1000)), 0.3)
    found = encoder("english").terms([marked, question])
    assert len(found) == TERMS
    assert sorted(found.values()) == [0.3] * 50 + [1.0] * (TERMS - 50)
    assert found == encoder("english").terms([marked, question])


def test_what_is_too_long_for_a_term_is_none():
    asked = "zero " * (TERM_CHARACTERS // 5)
    assert terms(f"What is {asked.strip()}?") == (asked.strip(),)
    assert terms(f"What is {asked}moment?") == ()
