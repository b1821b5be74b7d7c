"""The local model answers in the book's own words, whole sentences with their citations."""

import re
import sys
from dataclasses import replace
from uuid import uuid4

import pytest

from knowledge.providers.local import weights
from knowledge.providers.local.extractive import ExtractiveModel
from knowledge.providers.local.sentence_vectors import REMEMBERED, SentenceVectors
from knowledge.types import Chunk, Finish, FinishReason, Prompt, ScoredChunk, Selection, TextDelta
from tests.scripted import HashEmbedder

BALANCE = """\
Walking is a controlled fall. A humanoid robot keeps its balance by keeping its centre of mass over its \
support polygon. It moves its arms against the swing of its legs. Batteries are heavy.

Some robots have wheels."""
BATTERIES = "Batteries store energy. Lithium cells are charged at 4.2 volts. Their heat must be carried away."
PUBLISHER = """\
A publisher sends messages on a topic.

```python
publisher = node.create_publisher(String, "chatter", 10)
sizes[1] = 2
```

Messages are typed."""


def passage(text: str, *headings: str) -> ScoredChunk:
    path = headings or ("Humanoid robots",)
    chunk = Chunk(
        id=uuid4(),
        document="book.md",
        title=path[0],
        headings=path,
        anchor=None,
        url="/book",
        position=0,
        text=text,
        tokens=40,
        content_hash="",
    )
    return ScoredChunk(chunk=chunk, score=1.0, similarity=0.5, bm25=1.0)


async def answer(
    question: str,
    *texts: str,
    selection: Selection | None = None,
    max_output_tokens: int = 500,
    model: ExtractiveModel | None = None,
) -> str:
    prompt = Prompt(
        system="",
        messages=(),
        question=question,
        passages=tuple(map(passage, texts)),
        selection=selection,
        max_output_tokens=max_output_tokens,
    )
    deltas = [delta async for delta in (model or ExtractiveModel()).stream(prompt)]
    return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))


async def test_the_sentence_that_answers_is_quoted_with_the_number_of_its_passage() -> None:
    quoted = await answer("At what voltage are lithium cells charged?", BALANCE, BATTERIES)

    assert quoted == "Lithium cells are charged at 4.2 volts. [2]"


async def test_every_paragraph_is_verbatim_and_ends_with_its_citation() -> None:
    texts = [BALANCE, BATTERIES, PUBLISHER]

    quoted = await answer("How does a humanoid robot keep its balance?", *texts)

    for paragraph in quoted.split("\n\n"):
        text, number = re.fullmatch(r"(.+) \[(\d)\]", paragraph, re.DOTALL).groups()  # type: ignore[union-attr]
        assert text in texts[int(number) - 1]
    assert quoted.startswith("A humanoid robot keeps its balance")


async def test_sentences_of_one_passage_keep_their_order() -> None:
    text = (
        "Servo motors in the knee joint need cooling. Wood floats. Servo motors turn the knee joint. "
        "Paper burns. Which servo motor suits a knee joint depends on its torque."
    )

    quoted = await answer("Which servo motors does the knee joint need?", text)

    sentences = [sentence for sentence in re.split(r"(?<=\.) ", text) if sentence in quoted]
    assert len(sentences) >= 2
    assert quoted == " ".join(sentences) + " [1]"


async def test_what_stands_before_the_best_sentence_is_quoted_after_it() -> None:
    text = "Servo motors turn the knee joint. Wood floats. Servo motors in the knee joint need cooling."

    quoted = await answer("Which cooling do servo motors in the knee joint need?", text)

    assert quoted == (
        "Servo motors in the knee joint need cooling. [1]\n\nServo motors turn the knee joint. [1]"
    )


async def test_a_question_after_a_date_prefers_the_sentence_with_a_date() -> None:
    told = "The walking robot was built in Tokyo by Kato."
    dated = "The walking robot was finished in 1973."

    for question in ("When was the walking robot built?", "In which year was the walking robot built?"):
        assert (await answer(question, f"{told} {dated}")).startswith(dated)
    assert (await answer("Who built the walking robot?", f"{told} {dated}")).startswith(told)


async def test_a_question_after_a_number_prefers_the_sentence_with_a_number() -> None:
    vague, counted = "Strong motors move the legs.", "The legs have 12 motors."

    assert (await answer("How many motors move the legs?", f"{vague} {counted}")).startswith(counted)
    assert (await answer("Which motors move the legs?", f"{vague} {counted}")).startswith(vague)


async def test_the_passage_that_fits_better_decides_between_equal_sentences() -> None:
    said = "The gearbox has a ratio of {}:1."
    far, near = passage(said.format(5)), passage(said.format(9))
    near = replace(near, similarity=0.7, bm25=2.0)
    prompt = Prompt("", (), "What is the gearbox's ratio?", passages=(far, near))

    deltas = [delta async for delta in ExtractiveModel().stream(prompt)]

    quoted = "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))
    assert quoted.startswith(f"{said.format(9)} [2]")


async def test_a_sentence_about_it_comes_with_the_sentence_that_says_what_it_is() -> None:
    text = "The gyroscope sits in the pelvis. It drifts by two degrees an hour. Feet are flat."

    quoted = await answer("How large is the sensor's hourly error in degrees?", text)

    assert quoted == "The gyroscope sits in the pelvis. It drifts by two degrees an hour. [1]"


async def test_code_is_quoted_whole_when_it_is_asked_for() -> None:
    quoted = await answer("How do I create a publisher?", PUBLISHER)

    assert quoted == PUBLISHER.removesuffix("\n\nMessages are typed.") + "\n\n[1]"


async def test_code_is_left_out_when_it_is_not_asked_for() -> None:
    assert await answer("What does a publisher send?", PUBLISHER) == (
        "A publisher sends messages on a topic. [1]"
    )


async def test_what_a_sentence_announces_comes_with_it() -> None:
    text = "Cooking is easy.\n\nA gait has these phases:\n\n- Stance.\n- Swing.\n\nThe end is near."

    quoted = await answer("Which phases does a gait have?", text)

    assert quoted == "A gait has these phases:\n\n- Stance.\n- Swing. [1]"


async def test_code_that_a_sentence_announces_comes_with_it() -> None:
    text = "The gains of the controller are these:\n\n    kp = gains[1]\n    kd = 2\n\nNothing else counts."

    quoted = await answer("What are the gains of the controller?", text)

    assert quoted == "The gains of the controller are these:\n\n```\nkp = gains[1]\nkd = 2\n```\n\n[1]"


async def test_a_table_is_quoted_whole_with_what_introduces_it() -> None:
    table = "| joint | torque |\n|---|---|\n| knee | 120 Nm |\n| ankle | 80 Nm |"

    quoted = await answer(
        "What is the torque of the knee and of the ankle joint?", f"Joints differ.\n\n{table}"
    )

    assert quoted == f"Joints differ.\n\n{table}\n\n[1]"


async def test_a_question_in_the_book_is_no_answer() -> None:
    text = "- Why do humanoid robots fall?\n- Further reading\n\nHumanoid robots fall because feet are small."

    quoted = await answer("Why do humanoid robots fall?", text)

    assert quoted == "Humanoid robots fall because feet are small. [1]"


async def test_the_question_itself_is_no_answer() -> None:
    text = "How much torque has the knee\n\nThe knee joint can hold 120 Nm of torque."

    assert await answer("How much torque has the knee?", text) == (
        "The knee joint can hold 120 Nm of torque. [1]"
    )


async def test_titles_in_a_list_of_links_are_no_answer() -> None:
    links = "- Walking robots versus wheeled robots\n- https://site.example/walking-robots"
    text = "Walking robots climb stairs, but they need more energy than wheels."

    quoted = await answer("Are walking robots better than wheeled robots?", links, text)

    assert quoted == f"{text} [2]"


async def test_a_sentence_that_says_what_the_term_is_comes_before_others_about_it() -> None:
    enhancer = "A _reducer enhancer_ is a function that takes a reducer and returns a new reducer."
    glossary = (
        "The reducer is often long. A _reducer_ (or reducing function) is a function of state and action."
    )

    for question in ("What is a reducer?", "what are reducers", "reducer"):
        quoted = await answer(question, enhancer, glossary)
        assert quoted.startswith("A _reducer_ (or reducing function)")
        assert "enhancer" not in quoted


async def test_beside_a_definition_other_passages_have_only_definitions_to_add() -> None:
    mention = "What a gearbox is, a gearbox shows."
    texts = ["A gearbox is a set of gears.", mention, "The gearbox is a source of noise."]

    assert await answer("What is a gearbox?", *texts) == f"{texts[0]} [1]\n\n{texts[2]} [3]"


async def test_a_sentence_that_only_points_elsewhere_gives_way_to_one_that_answers() -> None:
    text = (
        "This chapter explains how robots keep their balance. See the next chapter on balance. "
        "Here are notes on how robots keep their balance. Robots keep their balance by stepping."
    )

    quoted = await answer("How do robots keep their balance?", text)

    assert quoted == "Robots keep their balance by stepping. [1]"


async def test_a_sentence_that_hangs_on_one_that_points_elsewhere_comes_without_it() -> None:
    text = "Both filters in that last section are slow. They drift by two degrees an hour. Feet are flat."

    quoted = await answer("How large is the sensor's hourly error in degrees?", text)

    assert quoted == "They drift by two degrees an hour. [1]"


async def test_what_a_sentence_counts_comes_with_it() -> None:
    text = "A pushed robot has three strategies.\n\n1. Ankle.\n2. Hip. It buys time.\n3. Stepping."

    quoted = await answer("Which strategies has a pushed robot?", text)

    assert quoted == f"{text} [1]"


async def test_a_list_that_a_sentence_does_not_announce_stays_behind() -> None:
    text = "A pushed robot takes a step.\n\n- Batteries are heavy.\n- Cables break."

    assert await answer("What does a pushed robot take?", text) == "A pushed robot takes a step. [1]"


async def test_a_sentence_whose_code_shows_what_is_asked_outdoes_one_that_only_says_it() -> None:
    talk = "A line of code starts the publisher."
    shown = f"{talk[:-1]} too.\n\n```python\nnode.run()\n```"

    quoted = await answer("How do I start a publisher on a node?", talk, shown)

    assert quoted == f"{shown}\n\n[2]"


async def test_what_is_said_twice_is_quoted_once() -> None:
    quoted = await answer("At what voltage are lithium cells charged?", BATTERIES, BATTERIES)

    assert quoted.count("4.2 volts") == 1


async def test_the_books_own_reference_numbers_are_not_taken_for_citations() -> None:
    text = "The knee joint [2] has `torque[1]` limits, as [3](#ref) and others [4, 5] found.[^6]"

    quoted = await answer("Which limits has the knee joint?", text)

    assert quoted == "The knee joint has `torque[1]` limits, as and others found. [1]"


async def test_what_stands_beside_the_readers_selection_is_favoured() -> None:
    selection = Selection(text="Walking is a controlled fall.")

    quoted = await answer("Explain this.", BATTERIES, BALANCE, selection=selection)

    assert quoted.startswith("A humanoid robot keeps its balance by keeping its centre of mass")


async def test_a_readers_selection_may_itself_answer_a_question_about_it() -> None:
    selection = Selection(text="Lithium cells are charged at 4.2 volts.")

    quoted = await answer("At how many volts?", BATTERIES, BALANCE, selection=selection)

    assert quoted.startswith("Lithium cells are charged at 4.2 volts.")


async def test_an_answer_keeps_within_its_tokens_but_is_never_empty() -> None:
    question = "How does a humanoid robot keep its balance?"

    long = await answer(question, BALANCE, BATTERIES, PUBLISHER)
    short = await answer(question, BALANCE, BATTERIES, PUBLISHER, max_output_tokens=1)

    assert short.count(".") == 1
    assert short.endswith("support polygon. [1]")
    assert len(short) <= len(long)


async def test_without_passages_the_book_does_not_say() -> None:
    assert await answer("What is love?") == "The book does not say anything about this."
    assert await answer("What is love?", "# Only a heading") == "The book does not say anything about this."


async def test_an_answer_streams_and_finishes_with_its_usage() -> None:
    prompt = Prompt("", (), "How does it balance?", passages=(passage(BALANCE),))

    *pieces, finish = [delta async for delta in ExtractiveModel().stream(prompt)]

    assert len(pieces) > 3
    assert isinstance(finish, Finish)
    assert finish.reason is FinishReason.STOP
    assert finish.usage.prompt_tokens is not None
    assert finish.usage.prompt_tokens > 40
    assert finish.usage.completion_tokens


async def test_without_weights_words_alone_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, weights.PACKAGE, None)

    quoted = await answer("At what voltage are lithium cells charged?", BALANCE, BATTERIES)

    assert quoted.startswith("Lithium cells are charged at 4.2 volts.")


async def test_when_the_embedder_fails_words_alone_decide(
    hash_embedder: type[HashEmbedder], caplog: pytest.LogCaptureFixture
) -> None:
    hash_embedder.available = False

    quoted = await answer(
        "At what voltage are lithium cells charged?", BATTERIES, model=ExtractiveModel(HashEmbedder())
    )

    assert quoted.startswith("Lithium cells are charged at 4.2 volts.")
    assert "words alone" in caplog.text


async def test_a_question_asked_again_embeds_nothing(hash_embedder: type[HashEmbedder]) -> None:
    model = ExtractiveModel(HashEmbedder())
    first = await answer("How does it balance?", BALANCE, model=model)
    embedded = len(hash_embedder.documents)

    assert await answer("How does it balance?", BALANCE, model=model) == first
    assert len(hash_embedder.documents) == embedded > 0


async def test_only_so_many_sentences_are_remembered(hash_embedder: type[HashEmbedder]) -> None:
    vectors = SentenceVectors(HashEmbedder())
    await vectors.of(["the first"])
    await vectors.of([f"number {n}" for n in range(REMEMBERED)])

    await vectors.of(["the first", f"number {REMEMBERED - 1}"])

    assert hash_embedder.documents.count("the first") == 2
    assert hash_embedder.documents.count(f"number {REMEMBERED - 1}") == 1


async def test_it_loads_ahead_what_it_embeds_sentences_with() -> None:
    loaded = []

    class Loading(HashEmbedder):
        async def prepare(self) -> None:
            loaded.append(self)

    embedder = Loading()
    await ExtractiveModel(embedder).prepare()

    assert loaded == [embedder]
