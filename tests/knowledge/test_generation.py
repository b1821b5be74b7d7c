"""Time-outs, further attempts and other models."""

import asyncio
import time
from contextlib import aclosing

import pytest

from knowledge import model_health
from knowledge.errors import (
    ModelAnswerTimeout,
    ModelConnectTimeout,
    ModelFirstTokenTimeout,
    ModelInterrupted,
    ModelRefused,
    ModelSilenceTimeout,
    ModelUnavailable,
)
from knowledge.generation import Begun, NoAnswer, generate
from knowledge.types import Finish, FinishReason, Prompt, PromptMessage, Role, TextDelta
from tests.scripted import USAGE, Script, ScriptedModel

PROMPT = Prompt(system="", messages=(PromptMessage(Role.USER, "Why?"),), question="Why?")
DONE = Finish(FinishReason.STOP, USAGE)
AWAY = Script(pieces=(), failure=ModelUnavailable("It is away."))
WELL = Script(pieces=("Well", "."))


class Player(ScriptedModel):
    """A model of its own: plays its scripts one after another, the last ever after."""

    def __init__(self, model: str, *scripts: Script, provider: str = "theatre") -> None:
        self.model = model
        self.provider = provider  # type: ignore[misc]
        self.scripts = list(scripts)
        self.asked = 0

    def _script(self, prompt: Prompt) -> Script:
        self.asked += 1
        return self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]


@pytest.fixture(autouse=True)
def _short_times(settings):
    settings.LLM_RETRY_DELAY = 0.001
    settings.LLM_FIRST_TOKEN_TIMEOUT = settings.LLM_SILENCE_TIMEOUT = 0.4
    settings.LLM_ANSWER_TIMEOUT = 5.0


async def generated(*models):
    return [event async for event in generate(PROMPT, models=models)]


async def failure_of(*models):
    """The error, and the text before it."""
    text = ""
    with pytest.raises((ModelUnavailable, ModelInterrupted)) as caught:
        async for event in generate(PROMPT, models=models):
            text += event.text if isinstance(event, TextDelta) else ""
    return caught.value, text


async def test_an_answer_begins_with_its_model_and_ends_with_a_finish():
    model = Player("one", WELL)
    assert await generated(model) == [Begun(model), TextDelta("Well"), TextDelta("."), DONE]


async def test_an_answer_at_its_longest_is_whole():
    model = Player("one", Script(pieces=("Well",), finish=FinishReason.LENGTH))
    assert (await generated(model))[-1] == Finish(FinishReason.LENGTH, USAGE)


async def test_a_model_that_is_away_for_a_moment_is_asked_again():
    model = Player("one", AWAY, AWAY, WELL)
    assert DONE in await generated(model)
    assert model.asked == 3


async def test_a_model_is_asked_so_many_times_and_then_the_next(settings):
    settings.LLM_ATTEMPTS = 2
    first, second = Player("one", AWAY), Player("two", WELL)
    assert (await generated(first, second))[0] == Begun(second)
    assert (first.asked, second.asked) == (2, 1)


async def test_the_last_models_failure_is_told_when_all_are_away():
    failure, _ = await failure_of(
        Player("one", AWAY), Player("two", Script(pieces=(), failure=ModelUnavailable("Both.")))
    )
    assert str(failure) == "Both."


async def test_a_short_wait_that_the_model_asks_for_is_kept():
    busy = Script(pieces=(), failure=ModelUnavailable("Busy.", retry_after=0.15))
    model = Player("one", busy, WELL)
    started = time.monotonic()
    assert DONE in await generated(model)
    assert time.monotonic() - started >= 0.15


async def test_for_a_long_wait_the_next_model_is_asked_instead():
    busy = Player("one", Script(pieces=(), failure=ModelUnavailable("Busy.", retry_after=30)))
    second = Player("two", WELL)
    assert (await generated(busy, second))[0] == Begun(second)
    assert busy.asked == 1


async def test_what_will_not_mend_itself_is_not_tried_again():
    retired = Player("one", Script(pieces=(), failure=ModelUnavailable("Retired.", permanent=True)))
    second = Player("two", WELL)
    assert (await generated(retired, second))[0] == Begun(second)
    assert retired.asked == 1


async def test_of_a_provider_that_takes_no_call_no_other_model_is_asked():
    wrong_key = Script(pieces=(), failure=ModelRefused("Wrong key.", permanent=True))
    first, second = Player("one", wrong_key), Player("two", WELL)
    other = Player("three", WELL, provider="other")
    assert (await generated(first, second, other))[0] == Begun(other)
    assert second.asked == 0


@pytest.mark.parametrize(
    "script",
    [
        Script(pieces=(), finish=FinishReason.BLOCKED),
        Script(pieces=()),
        Script(pieces=(" ", "\n")),
        Script(pieces=(), finish=FinishReason.LENGTH),
    ],
    ids=["blocked", "empty", "blank", "all thought"],
)
async def test_a_model_without_a_word_to_say_is_not_asked_again_and_is_not_ill(script):
    first, second = Player("one", script), Player("two", WELL)
    assert (await generated(first, second))[0] == Begun(second)
    assert first.asked == 1
    assert model_health.recent_failure() is None
    failure, _ = await failure_of(Player("one", script))
    assert isinstance(failure, NoAnswer)


async def test_an_answer_blocked_in_the_middle_is_interrupted():
    failure, text = await failure_of(
        Player("one", Script(pieces=("Well",), finish=FinishReason.BLOCKED)), Player("two", WELL)
    )
    assert (type(failure), text) == (ModelInterrupted, "Well")


async def test_after_the_first_piece_nobody_is_asked_again():
    first = Player("one", Script(pieces=("Well",), failure=ModelInterrupted("It broke.")))
    second = Player("two", WELL)
    failure, text = await failure_of(first, second)
    assert (str(failure), text, first.asked, second.asked) == ("It broke.", "Well", 1, 0)


async def test_blank_pieces_are_no_answer_yet():
    first = Player("one", Script(pieces=("\n",), failure=ModelInterrupted("It broke.")), WELL)
    assert (await generated(first))[:2] == [Begun(first), TextDelta("Well")]


async def test_a_stream_that_is_cut_off_is_interrupted():
    failure, text = await failure_of(Player("one", Script(pieces=("Well",), finish=None)))
    assert (type(failure), text) == (ModelInterrupted, "Well")


async def test_a_stream_that_is_cut_off_before_it_began_is_opened_again():
    model = Player("one", Script(pieces=(), finish=None), WELL)
    assert DONE in await generated(model)


async def test_a_model_that_does_not_begin_is_left_for_the_next():
    slow = Player("one", Script(delay=60))
    second = Player("two", WELL)
    assert (await generated(slow, second))[0] == Begun(second)
    assert slow.asked == 1
    failure, _ = await failure_of(Player("one", Script(delay=60)))
    assert isinstance(failure, ModelFirstTokenTimeout)


async def test_a_model_that_cannot_be_reached_is_left_for_the_next():
    unreachable = Player("one", Script(pieces=(), failure=ModelConnectTimeout("No way.")))
    assert DONE in await generated(unreachable, Player("two", WELL))
    assert unreachable.asked == 1


async def test_a_model_that_falls_silent_is_interrupted():
    failure, text = await failure_of(Player("one", Script(pieces=("Well",), gate=asyncio.Event())))
    assert (type(failure), failure.code, text) == (ModelSilenceTimeout, "llm_silence_timeout", "Well")


async def test_an_answer_without_an_end_is_interrupted(settings):
    settings.LLM_ANSWER_TIMEOUT = 0.2
    failure, text = await failure_of(Player("one", Script(pieces=("on ",) * 1000, delay=0.02)))
    assert (type(failure), failure.code) == (ModelAnswerTimeout, "llm_answer_timeout")
    assert text.startswith("on on ")


async def test_a_reader_who_takes_their_time_is_no_silence(settings):
    settings.LLM_SILENCE_TIMEOUT = 0.05
    async with aclosing(generate(PROMPT, models=[Player("one", WELL)])) as events:
        heard = []
        async for event in events:
            heard.append(event)
            await asyncio.sleep(0.1)
    assert heard[-1] == DONE


async def test_leaving_closes_the_models_stream():
    ScriptedModel.reset()
    async with aclosing(generate(PROMPT, models=[Player("one", Script(gate=asyncio.Event()))])) as events:
        await anext(events)
        await anext(events)
    assert (ScriptedModel.running, len(ScriptedModel.closed)) == (0, 1)


async def test_health_is_the_first_models_and_outlives_its_replacement():
    first, second = Player("one", AWAY), Player("two", WELL)
    await generated(first, second)
    assert model_health.recent_failure() == "It is away."
    first.scripts = [WELL]
    await generated(first, second)
    assert model_health.recent_failure() is None


async def test_an_interruption_is_an_illness():
    await failure_of(Player("one", Script(pieces=("Well",), failure=ModelInterrupted("It broke."))))
    assert model_health.recent_failure() == "It broke."


async def test_each_failure_is_one_line_in_the_log(caplog):
    wrong_key = Script(pieces=(), failure=ModelRefused("Set the key.", permanent=True))
    await failure_of(Player("one", wrong_key), Player("two", wrong_key))
    assert [record.getMessage() for record in caplog.records] == [
        "No answer from one (llm_unavailable): Set the key."
    ]
