"""Gemini through its real SDK, over real HTTP, against a stand-in."""

import asyncio
import logging
import socket
from contextlib import aclosing

import pytest
import pytest_asyncio

from chatbot_project import env
from knowledge.errors import (
    ModelConnectTimeout,
    ModelInterrupted,
    ModelRefused,
    ModelUnavailable,
)
from knowledge.providers.gemini.language import GeminiModel
from knowledge.providers.registry import language_model
from knowledge.types import Finish, FinishReason, Prompt, PromptMessage, Role, TextDelta, Usage
from tests.standins.gemini import errors
from tests.standins.gemini.generation import Ending, Reply, thinking_of
from tests.standins.gemini.server import KEY, gemini

__all__ = ["gemini"]

LITE, FLASH = "gemini-3.5-flash-lite", "gemini-3.8-flash"
PROMPT = Prompt(
    system="Answer from the book.",
    messages=(
        PromptMessage(Role.USER, "What is balance?"),
        PromptMessage(Role.ASSISTANT, "This [1]."),
        PromptMessage(Role.USER, "And how is it kept?"),
    ),
    question="How is balance kept?",
    max_output_tokens=321,
)


@pytest_asyncio.fixture
async def model(gemini):
    model = GeminiModel()
    yield model
    await model.aclose()


async def answer_of(model):
    return [delta async for delta in model.stream(PROMPT)]


async def failure_of(model):
    """The error, and what came before it."""
    came = []
    with pytest.raises((ModelUnavailable, ModelInterrupted)) as caught:
        async for delta in model.stream(PROMPT):
            came.append(delta)
    return caught.value, came


async def test_an_answer_streams_in_pieces_and_ends_with_its_usage(gemini, model):
    gemini.generation.play(LITE, Reply(pieces=("By ", "stepping."), prompt_tokens=70, tokens=9))
    assert await answer_of(model) == [
        TextDelta("By "),
        TextDelta("stepping."),
        Finish(FinishReason.STOP, Usage(prompt_tokens=70, completion_tokens=9)),
    ]


async def test_the_model_is_told_rules_history_and_limits(gemini, model):
    await answer_of(model)
    (call,) = gemini.calls
    assert call.method == "streamGenerateContent"
    assert call.body["systemInstruction"]["parts"] == [{"text": "Answer from the book."}]
    assert [(said["role"], said["parts"][0]["text"]) for said in call.body["contents"]] == [
        ("user", "What is balance?"),
        ("model", "This [1]."),
        ("user", "And how is it kept?"),
    ]
    assert call.body["generationConfig"]["maxOutputTokens"] == 321


async def test_the_first_piece_arrives_before_the_last_is_written(gemini, model):
    gemini.generation.play(LITE, Reply(pieces=("Now", "."), ending=Ending.SILENT))
    async with asyncio.timeout(5), aclosing(model.stream(PROMPT)) as deltas:
        assert await anext(deltas) == TextDelta("Now")


async def test_little_thinking_is_asked_for(gemini, model):
    await answer_of(model)
    assert thinking_of(gemini.calls[0].body) == {"level": "MINIMAL"}


@pytest.mark.parametrize(
    ("refused", "taken", "room"),
    [
        ({"MINIMAL"}, {"level": "LOW"}, 1024),
        ({"MINIMAL", "LOW"}, {"budget": 0}, 0),
        ({"MINIMAL", "LOW", "BUDGET"}, {}, 8192),
    ],
)
async def test_a_model_that_refuses_a_way_of_thinking_is_asked_for_the_next_and_remembered(
    gemini, model, refused, taken, room
):
    gemini.generation.rejected_thinking[LITE] = refused
    for _ in range(2):
        assert (await answer_of(model))[0] == TextDelta("The book says so")
    assert len(gemini.calls) == len(refused) + 2
    last = gemini.calls[-1].body
    assert thinking_of(last) == taken
    assert last["generationConfig"]["maxOutputTokens"] == 321 + room


async def test_what_the_model_thinks_is_not_its_answer(gemini, model):
    gemini.generation.play(LITE, Reply(thoughts="The reader wants", pieces=("By stepping.",)))
    assert (await answer_of(model))[0] == TextDelta("By stepping.")


async def test_an_answer_that_reached_its_length_ends_as_such(gemini, model):
    gemini.generation.play(LITE, Reply(finish="MAX_TOKENS"))
    assert (await answer_of(model))[-1].reason is FinishReason.LENGTH


@pytest.mark.parametrize(
    "reason", ["SAFETY", "RECITATION", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "OTHER"]
)
async def test_an_answer_that_is_blocked_says_so(gemini, model, reason):
    gemini.generation.play(LITE, Reply(finish=reason))
    assert (await answer_of(model))[-1].reason is FinishReason.BLOCKED


async def test_a_blocked_question_says_so(gemini, model):
    gemini.generation.play(LITE, Reply(block="PROHIBITED_CONTENT"))
    assert [delta.reason for delta in await answer_of(model)] == [FinishReason.BLOCKED]


async def test_an_empty_reply_is_only_a_finish(gemini, model):
    gemini.generation.play(LITE, Reply(pieces=()))
    assert [type(delta) for delta in await answer_of(model)] == [Finish]


@pytest.mark.parametrize("garbage", ["[]", '"text"', '{"candidates": "text"}', "{}"])
async def test_replies_that_say_nothing_are_no_finish(gemini, model, garbage):
    gemini.generation.play(LITE, Reply(pieces=(), ending=Ending.GARBLED, garbage=garbage))
    assert await answer_of(model) == []


async def test_an_address_that_is_not_geminis_is_told_apart_from_a_retired_model(gemini, settings):
    settings.GEMINI_BASE_URL = f"{gemini.url}/elsewhere"
    model = GeminiModel()
    failure, _ = await failure_of(model)
    await model.aclose()
    assert "GEMINI_BASE_URL" in str(failure)


async def test_a_stream_without_a_finish_reason_has_no_finish(gemini, model):
    gemini.generation.play(LITE, Reply(finish=None))
    assert await answer_of(model) == [TextDelta("The book says so"), TextDelta(" [1].")]


@pytest.mark.parametrize(
    ("refusal", "error", "permanent", "says"),
    [
        (errors.KEY_INVALID, ModelRefused, True, "Set GEMINI_API_KEY"),
        (errors.KEY_MISSING, ModelRefused, True, "Set GEMINI_API_KEY"),
        (errors.KEY_BLOCKED, ModelRefused, True, "revoked"),
        (errors.REGION, ModelRefused, True, "region"),
        (errors.retired(LITE), ModelUnavailable, True, f"no model {LITE}"),
        (errors.MALFORMED, ModelUnavailable, True, "400"),
        (errors.INTERNAL, ModelUnavailable, False, "500"),
        (errors.OVERLOADED, ModelUnavailable, False, "503"),
        (errors.DEADLINE, ModelUnavailable, False, "504"),
        (errors.quota(), ModelUnavailable, False, "quota"),
    ],
)
async def test_each_refusal_is_one_clear_sentence(gemini, model, refusal, error, permanent, says):
    gemini.generation.play(LITE, refusal)
    failure, came = await failure_of(model)
    assert (type(failure), failure.permanent, came) == (error, permanent, [])
    assert says in str(failure)
    assert failure.__cause__ is not None
    assert KEY not in str(failure)
    assert "127.0.0.1" not in str(failure)


@pytest.mark.parametrize(("written", "seconds"), [("27s", 27.0), ("0.75s", 0.75), ("soon", None)])
async def test_the_quotas_retry_delay_is_read(gemini, model, written, seconds):
    gemini.generation.play(LITE, errors.quota(written))
    failure, _ = await failure_of(model)
    assert failure.retry_after == seconds


async def test_a_wrong_key_is_told_by_the_service_itself(gemini, settings):
    settings.GEMINI_API_KEY = "wrong"
    model = GeminiModel()
    failure, _ = await failure_of(model)
    await model.aclose()
    assert isinstance(failure, ModelRefused)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(ending=Ending.DROPPED),
        Reply(ending=Ending.GARBLED),
        Reply(error=errors.OVERLOADED),
    ],
    ids=["dropped", "garbled", "failing"],
)
async def test_a_stream_that_breaks_after_its_first_piece_is_interrupted(gemini, model, reply):
    gemini.generation.play(LITE, reply)
    failure, came = await failure_of(model)
    assert isinstance(failure, ModelInterrupted)
    assert came == [TextDelta("The book says so"), TextDelta(" [1].")]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(pieces=(), ending=Ending.DROPPED),
        Reply(pieces=(), ending=Ending.GARBLED),
        Reply(pieces=(), ending=Ending.GARBLED, garbage='{"candidates": [{"content": {"parts": 1}}]}'),
        Reply(pieces=(), error=errors.OVERLOADED),
    ],
    ids=["dropped", "garbled", "of other types", "failing"],
)
async def test_a_stream_that_breaks_before_its_first_piece_is_unavailable(gemini, model, reply):
    gemini.generation.play(LITE, reply)
    failure, came = await failure_of(model)
    assert (type(failure), came) == (ModelUnavailable, [])
    assert failure.__cause__ is not None


async def test_a_server_that_nobody_listens_at_is_unavailable_at_once(settings):
    settings.GEMINI_API_KEY, settings.GEMINI_BASE_URL = KEY, "http://127.0.0.1:9"
    model = GeminiModel()
    async with asyncio.timeout(5):
        failure, _ = await failure_of(model)
    await model.aclose()
    assert type(failure) is ModelUnavailable
    assert "connection" in str(failure)


async def test_a_server_that_takes_no_connections_has_a_limit_of_its_own(settings):
    with socket.socket() as full, socket.socket() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting.connect(full.getsockname())  # the only place in the queue
        settings.GEMINI_API_KEY = KEY
        settings.GEMINI_BASE_URL = f"http://127.0.0.1:{full.getsockname()[1]}"
        settings.LLM_CONNECT_TIMEOUT = 0.2
        model = GeminiModel()
        failure, _ = await failure_of(model)
        await model.aclose()
    assert isinstance(failure, ModelConnectTimeout)


async def test_closing_a_stream_hangs_up(gemini, model):
    gemini.generation.play(LITE, Reply(pieces=("Now",), ending=Ending.SILENT))
    async with aclosing(model.stream(PROMPT)) as deltas:
        await anext(deltas)
    async with asyncio.timeout(5):
        while not gemini.generation.closed:
            await asyncio.sleep(0.01)


async def test_one_answer_after_another_uses_the_same_connection(gemini, model):
    for _ in range(3):
        await answer_of(model)
    assert len({call.peer for call in gemini.calls}) == 1


async def test_the_fallbacks_share_the_connection_and_skip_the_model_itself(gemini, settings):
    settings.GEMINI_FALLBACK_MODELS = (FLASH, LITE)
    model = GeminiModel()
    (fallback,) = model.fallbacks()
    assert (fallback.model, fallback.fallbacks()) == (FLASH, ())
    assert (await answer_of(fallback))[0] == TextDelta("The book says so")
    await model.aclose()


async def test_a_key_makes_gemini_the_language_model(settings):
    settings.LLM_PROVIDER = "auto"
    settings.GEMINI_API_KEY = None
    assert language_model().provider == "local"
    settings.GEMINI_API_KEY = KEY
    assert language_model().provider == "gemini"


@pytest.mark.parametrize("variable", ["GEMINI_API_KEY", "GOOGLE_API_KEY"])
async def test_a_key_with_blanks_around_it_works(gemini, settings, monkeypatch, variable):
    monkeypatch.setenv(variable, f"  {KEY}\n")
    settings.GEMINI_API_KEY = env.load().GEMINI_API_KEY
    model = GeminiModel()
    assert (await answer_of(model))[0] == TextDelta("The book says so")
    await model.aclose()


async def test_neither_the_key_nor_the_host_is_logged(gemini, model, caplog):
    caplog.set_level(logging.INFO)
    gemini.generation.play(LITE, errors.OVERLOADED)
    await failure_of(model)
    assert KEY not in caplog.text
