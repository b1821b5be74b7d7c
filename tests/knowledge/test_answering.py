"""From the passages to an answer: who writes it, and what is said when the book does not say."""

import asyncio
import threading
from contextlib import aclosing

import pytest

from knowledge.answer_text import LONGEST_ANSWER
from knowledge.answering import REFUSAL, Answered, Question, Retrieved, Written, answer
from knowledge.errors import ModelInterrupted, ModelUnavailable
from knowledge.ingestion import ingest
from knowledge.providers.registry import embedder
from knowledge.runtime import close_runtime, runtime
from knowledge.types import RefusalThresholds, Selection
from knowledge.unanswered import NOT_IN_BOOK
from knowledge.worker import in_worker
from tests.knowledge.neutral import active_parts
from tests.scripted import Script, ScriptedModel, ScriptedQuoter

pytestmark = pytest.mark.django_db(transaction=True)

BALANCE = "# Balance\n\nRobots keep their balance by moving their weight over the zero-moment point.\n"


class Understudy(ScriptedModel):
    model = "scripted-2"


class Leading(ScriptedModel):
    def fallbacks(self):
        return (Understudy(),)


@pytest.fixture
async def book(settings, tmp_path, hash_embedder, scripted_model):
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "balance.md").write_text(BALANCE)
    await ingest([folder], store=runtime().store, embedder=embedder(), base_url="/book")
    yield
    await close_runtime()


async def answered(text="How do robots keep their balance?"):
    question = Question(text, limit=5, max_output_tokens=100)
    events = [event async for event in answer(question, runtime=runtime())]
    assert isinstance(events[0], Retrieved)
    assert isinstance(events[-1], Answered)
    written = [event for event in events if isinstance(event, Written)]
    return "".join(event.text for event in written), events[-1], [s for w in written for s in w.cited]


async def test_an_answer_is_the_language_models(book):
    text, end, cited = await answered()
    assert text == "The book says so [1]."
    assert (end.answered, end.degraded, end.provider, end.model) == (True, False, "scripted", "scripted-1")
    assert [source.file for source in cited] == ["balance.md"]


async def test_an_answer_of_a_fallback_model_bears_its_name(book, settings, scripted_model):
    settings.LANGUAGE_MODELS = settings.LANGUAGE_MODELS | {
        "scripted": "tests.knowledge.test_answering.Leading"
    }
    gone = Script(pieces=(), failure=ModelUnavailable("Retired.", permanent=True))
    scripted_model.answer("balance", gone, Script())
    text, end, _ = await answered()
    assert (text, end.model, end.degraded) == ("The book says so [1].", "scripted-2", False)


async def test_without_any_language_model_the_passages_are_quoted(book, scripted_model):
    scripted_model.default = Script(pieces=(), failure=ModelUnavailable("Away.", permanent=True))
    text, end, cited = await answered()
    assert "moving their weight" in text
    assert (end.answered, end.degraded, end.provider) == (True, True, "local")
    assert cited


async def test_a_model_that_finds_no_answer_in_the_passages_says_so(book, scripted_model):
    scripted_model.default = Script(pieces=("[[not-", "in-book]]", " Das Buch sagt ", "es nicht."))
    text, end, cited = await answered()
    assert (text, end.answered, end.degraded, cited) == ("Das Buch sagt es nicht.", False, False, [])


async def test_a_part_of_an_answer_is_an_answer(book, scripted_model):
    scripted_model.default = Script(pieces=("By moving [1]. ", NOT_IN_BOOK, "How fast, it does not say."))
    text, end, _ = await answered()
    assert (text, end.answered) == ("By moving [1]. How fast, it does not say.", True)


async def test_a_sentinel_behind_a_text_without_citations_means_no_answer(book, scripted_model):
    scripted_model.default = Script(pieces=("The book does not say. ", NOT_IN_BOOK))
    text, end, _ = await answered()
    assert (text.strip(), end.answered) == ("The book does not say.", False)


async def test_a_bare_sentinel_becomes_a_sentence(book, scripted_model):
    scripted_model.default = Script(pieces=(NOT_IN_BOOK,))
    text, end, _ = await answered()
    assert (text, end.answered) == (REFUSAL, False)


async def test_a_language_model_judges_weak_evidence_itself(book, monkeypatch, scripted_model):
    monkeypatch.setattr("knowledge.retrieval.THRESHOLDS", RefusalThresholds(meaning=2.0, words=2.0))
    text, end, _ = await answered("Wie halten Roboter das Gleichgewicht, die balance?")
    assert (text, end.answered) == ("The book says so [1].", True)
    assert len(scripted_model.prompts) == 1


async def test_without_hardly_any_evidence_no_model_is_asked(book, settings, scripted_model):
    settings.SIMILARITY_THRESHOLD = 2
    text, end, _ = await answered("What is the capital of France?")
    assert text.startswith(REFUSAL)
    assert "Balance [1]" in text
    assert (end.answered, end.degraded) == (False, False)
    assert scripted_model.prompts == []


async def test_weak_evidence_is_not_quoted(book, settings, monkeypatch, scripted_model):
    settings.LANGUAGE_MODELS = settings.LANGUAGE_MODELS | {"scripted": "tests.scripted.ScriptedQuoter"}
    assert not ScriptedQuoter.generative
    monkeypatch.setattr("knowledge.retrieval.THRESHOLDS", RefusalThresholds(meaning=2.0, words=2.0))
    text, end, _ = await answered()
    assert text.startswith(REFUSAL)
    assert not end.answered
    assert scripted_model.prompts == []


async def test_weak_evidence_is_not_quoted_in_a_language_models_place_either(
    book, monkeypatch, scripted_model
):
    monkeypatch.setattr("knowledge.retrieval.THRESHOLDS", RefusalThresholds(meaning=2.0, words=2.0))
    scripted_model.default = Script(pieces=(), failure=ModelUnavailable("Away.", permanent=True))
    text, end, _ = await answered()
    assert text.startswith(REFUSAL)
    assert (end.answered, end.degraded) == (False, True)


@pytest.mark.parametrize("whole", [True, False])
async def test_an_answer_without_end_is_cut_where_nothing_in_it_acts(book, scripted_model, whole):
    unit = "Robots write `<b>` [1] and walk. "
    text = unit * (LONGEST_ANSWER // len(unit) + 9)
    pieces = (text,) if whole else tuple(text[at : at + 1000] for at in range(0, len(text), 1000))
    scripted_model.default = Script(pieces=pieces)
    question, written = Question("What of balance?", limit=5, max_output_tokens=100), ""
    with pytest.raises(ModelInterrupted):
        async for event in answer(question, runtime=runtime()):
            written += event.text if isinstance(event, Written) else ""
    assert text.startswith(written.rpartition("`")[0])
    assert LONGEST_ANSWER - 100 < len(written) <= LONGEST_ANSWER + 100
    assert active_parts(written) == []


async def test_a_short_question_is_worked_on_before_a_long_one_that_came_first(book):
    await answered()  # opens the index
    order, goes_on = [], threading.Event()
    before = asyncio.create_task(in_worker(goes_on.wait, 30))

    async def ask(name, text, selection=None):
        question = Question(text, limit=5, max_output_tokens=100, selection=selection)
        async with aclosing(answer(question, runtime=runtime())) as events:
            assert isinstance(await anext(events), Retrieved)
            order.append(name)

    asked = [
        asyncio.create_task(ask("marked", "Explain balance.", Selection("Robots keep balance. " * 300))),
        asyncio.create_task(ask("long", "How do robots keep their balance? " * 100)),
        asyncio.create_task(ask("short", "How do robots keep balance?")),
    ]
    for _ in range(30):
        await asyncio.sleep(0)  # until all wait
    goes_on.set()
    await asyncio.gather(before, *asked)
    assert order == ["short", "long", "marked"]
