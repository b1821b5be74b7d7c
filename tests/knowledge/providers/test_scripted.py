"""The fakes keep the contracts that they stand in for."""

import asyncio
from contextlib import aclosing

import numpy as np
import pytest

from knowledge.errors import EmbeddingUnavailable, ModelInterrupted, ModelUnavailable
from knowledge.types import Finish, FinishReason, Prompt, PromptMessage, Role, TextDelta
from tests.scripted import HashEmbedder, Script, ScriptedModel


def asking(question: str) -> Prompt:
    return Prompt(system="", messages=(PromptMessage(Role.USER, question),), question=question)


async def answer_to(question: str) -> list[object]:
    return [delta async for delta in ScriptedModel().stream(asking(question))]


@pytest.fixture(autouse=True)
def _fresh(scripted_model: object, hash_embedder: object) -> None:
    """Every test begins with empty records."""


async def test_a_script_is_played_piece_by_piece_and_ends_with_a_finish() -> None:
    ScriptedModel.answer("balance", Script(pieces=("It ", "balances")))

    *pieces, finish = await answer_to("How does it balance?")

    assert pieces == [TextDelta("It "), TextDelta("balances")]
    assert isinstance(finish, Finish)
    assert finish.reason is FinishReason.STOP
    assert [prompt.question for prompt in ScriptedModel.prompts] == ["How does it balance?"]


async def test_scripts_of_one_question_are_played_in_turn() -> None:
    ScriptedModel.answer("balance", Script(pieces=(), failure=ModelUnavailable()), Script(pieces=("Well.",)))

    with pytest.raises(ModelUnavailable):
        await answer_to("How does it balance?")

    for _ in range(2):
        assert (await answer_to("How does it balance?"))[0] == TextDelta("Well.")


async def test_a_script_can_fail_in_the_middle_or_end_without_a_finish() -> None:
    ScriptedModel.answer("fails", Script(pieces=("It",), failure=ModelInterrupted()))
    ScriptedModel.answer("is cut", Script(pieces=("It",), finish=None))

    with pytest.raises(ModelInterrupted):
        await answer_to("What fails?")
    assert await answer_to("What is cut?") == [TextDelta("It")]


async def test_a_closed_stream_is_recorded_as_closed() -> None:
    ScriptedModel.default = Script(gate=asyncio.Event())

    async with aclosing(ScriptedModel().stream(asking("Anything?"))) as deltas:
        await anext(deltas)
        assert ScriptedModel.running == 1

    assert ScriptedModel.running == 0
    assert [prompt.question for prompt in ScriptedModel.closed] == ["Anything?"]


async def test_texts_that_share_words_are_near_each_other() -> None:
    embedder = HashEmbedder()
    question = await embedder.embed_query("the robot's balance")
    near, far = await embedder.embed_documents(["Balance of the robot", "Cooking rice"])

    assert np.linalg.norm(question) == pytest.approx(1)
    assert (near @ question).max() > (far @ question).max()
    assert HashEmbedder.documents == ["Balance of the robot", "Cooking rice"]
    assert HashEmbedder.queries == ["the robot's balance"]


async def test_a_long_text_has_several_windows_and_an_empty_one_has_one() -> None:
    long, empty = await HashEmbedder().embed_documents(["word " * 101, ""])

    assert long.shape == (2, 16)
    assert empty.shape == (1, 16)


async def test_the_hash_embedder_can_be_told_to_fail() -> None:
    HashEmbedder.available = False

    with pytest.raises(EmbeddingUnavailable):
        await HashEmbedder().embed_query("anything")
