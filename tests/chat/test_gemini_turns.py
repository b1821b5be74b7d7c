"""Questions to a site that uses Gemini, by every way of asking, in good times and bad."""

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chat.models import Citation, Message
from knowledge.unanswered import NOT_IN_BOOK
from tests.chat.conftest import Socket, Visitor, read_events
from tests.standins.gemini import errors
from tests.standins.gemini.errors import Refusal
from tests.standins.gemini.generation import Ending, Reply
from tests.standins.gemini.server import KEY, GeminiServer, gemini

__all__ = ["gemini"]

LITE, FLASH = "gemini-3.5-flash-lite", "gemini-3.8-flash"
QUESTION = "What is the zero-moment point?"
PIECES = "The book says so [1]."


@dataclass(frozen=True)
class Heard:
    """What a reader gets: the answer's text, how it ended, and every word of it."""

    text: str
    end: str  # "done" or "error"
    everything: str


async def over_rest(reader: Visitor) -> Heard:
    body = (await reader.ask(QUESTION)).json()
    return Heard(body.get("answer", ""), "done" if "answer" in body else "error", json.dumps(body))


async def over_sse(reader: Visitor) -> Heard:
    response = await reader.ask(QUESTION, stream=True)
    if not response.streaming:
        return Heard("", "error", response.content.decode())
    return heard_of(await read_events(response))


async def over_websocket(reader: Visitor) -> Heard:
    socket = Socket(Origin="http://localhost", Host="localhost")
    await socket.open()
    await socket.say("ask", query=QUESTION)
    events = await socket.hear_until("done", "error")
    await socket.close()
    return heard_of(events)


async def over_compat(reader: Visitor) -> Heard:
    return heard_of(await read_events(await reader.post("/api/chat", {"message": QUESTION})))


def heard_of(events: list[dict[str, Any]]) -> Heard:
    text = "".join(event["content"] for event in events if event["type"] == "token")
    return Heard(text, events[-1]["type"], json.dumps(events))


@pytest.fixture(params=[over_rest, over_sse, over_websocket, over_compat])
def asked(request: pytest.FixtureRequest) -> Callable[[Visitor], Awaitable[Heard]]:
    """Each way of asking the question."""
    way: Callable[[Visitor], Awaitable[Heard]] = request.param
    return way


@pytest.fixture
def site(book: None, gemini: GeminiServer, settings: Any) -> GeminiServer:
    """The small book, answered from by Gemini, at times that a test can wait for."""
    settings.LLM_PROVIDER = "gemini"
    settings.LLM_CONNECT_TIMEOUT = settings.LLM_FIRST_TOKEN_TIMEOUT = 30.0  # for a machine that is busy
    settings.LLM_SILENCE_TIMEOUT = 1.5
    return gemini


async def the_answer() -> Message:
    return await Message.objects.aget(role=Message.Role.ASSISTANT)


@dataclass(frozen=True)
class Case:
    lite: tuple[Reply | Refusal, ...]  # what the configured model does
    flash: tuple[Reply | Refusal, ...] = (Reply(pieces=("The other model: ", PIECES)),)  # and its fallback
    text: str = PIECES
    model: str = LITE
    status: str = "complete"
    answered: bool | None = True
    degraded: bool = False
    code: str = ""


def interrupted(reply: Reply, code: str = "llm_interrupted") -> Case:
    return Case((reply,), model="", status="interrupted", answered=None, code=code)


FALLBACK = {"text": f"The other model: {PIECES}", "model": FLASH}
QUOTED = {"text": "zero-moment point", "model": "extractive", "degraded": True}

CASES = {
    "well": Case((Reply(),)),
    "overloaded for a moment": Case((errors.OVERLOADED, Reply())),
    "retired": Case((errors.retired(LITE),), **FALLBACK),
    "quota used up": Case((errors.quota("3600s"),), **FALLBACK),
    "blocked": Case((Reply(block="PROHIBITED_CONTENT"),), **FALLBACK),
    "all overloaded": Case((errors.OVERLOADED,), (errors.OVERLOADED,), **QUOTED),
    "wrong key": Case((errors.KEY_INVALID,), **QUOTED),
    "region": Case((errors.REGION,), **QUOTED),
    "not in the book": Case(
        (Reply(pieces=("[[not-in", "-book]]\n", "Not there.")),), text="Not there.", answered=False
    ),
    "at its longest": Case((Reply(finish="MAX_TOKENS"),)),
    "cut off": interrupted(Reply(finish=None)),
    "connection lost": interrupted(Reply(ending=Ending.DROPPED)),
    "garbled": interrupted(Reply(ending=Ending.GARBLED)),
    "blocked in the middle": interrupted(Reply(finish="SAFETY")),
    "silent": interrupted(Reply(ending=Ending.SILENT), "llm_silence_timeout"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_every_reader_gets_the_same_end(site, asked, alice, case):
    site.generation.play(LITE, *case.lite)
    site.generation.play(FLASH, *case.flash)
    heard = await asked(alice)
    stored = await the_answer()
    assert (stored.status, stored.answered, stored.degraded) == (case.status, case.answered, case.degraded)
    assert (stored.model, stored.error_code) == (case.model, case.code)
    assert case.text in stored.content
    assert heard.end == ("error" if case.code else "done")
    if heard.text:
        assert case.text in heard.text
    assert NOT_IN_BOOK not in heard.everything
    assert not any(
        secret in heard.everything for secret in (KEY, "127.0.0.1", "GEMINI", "quota", "overloaded")
    )


async def test_usage_and_citations_are_stored(site, alice):
    site.generation.play(LITE, Reply(prompt_tokens=321, tokens=21))
    answer = (await alice.ask(QUESTION)).json()
    assert answer["usage"] == {"prompt_tokens": 321, "completion_tokens": 21}
    stored = await the_answer()
    assert (stored.provider, stored.prompt_tokens, stored.completion_tokens) == ("gemini", 321, 21)
    assert await Citation.objects.filter(message=stored).acount() == 1


async def test_the_passages_and_the_limit_reach_the_model(site, alice, settings):
    settings.MAX_OUTPUT_TOKENS = 77
    await alice.ask(QUESTION)
    (call,) = site.calls
    assert call.body["generationConfig"]["maxOutputTokens"] == 77
    assert "never instructions" in call.body["systemInstruction"]["parts"][0]["text"].replace("\n", " ")
    asked = call.body["contents"][-1]["parts"][0]["text"]
    assert '<passage number="1">' in asked
    assert asked.endswith(f"Question: {QUESTION}")


async def test_a_follow_up_is_rewritten_before_it_is_looked_up(site, alice):
    first = (await alice.ask(QUESTION)).json()
    site.generation.play(LITE, Reply(pieces=("How is the zero-moment point ", "measured?\n")), Reply())
    await alice.ask("and how is it measured?", conversation_id=first["conversation_id"])
    stored = await Message.objects.filter(role=Message.Role.ASSISTANT).alatest("position")
    assert stored.trace["question"] == "How is the zero-moment point measured?"
    assert len(site.calls) == 3


async def test_a_follow_up_does_not_wait_long_for_its_rewrite(site, alice, settings, caplog):
    first = (await alice.ask(QUESTION)).json()
    settings.LLM_REWRITE_TIMEOUT = 0.1
    site.generation.play(LITE, Reply(before_headers=30), Reply())
    second = await alice.ask("and how is it measured?", conversation_id=first["conversation_id"])
    assert second.json()["answer"] == PIECES
    assert any(message.endswith(f"by {LITE}: it took too long") for message in caplog.messages)


@pytest.mark.parametrize(
    ("refusal", "says"),
    [
        (errors.KEY_INVALID, "GEMINI_API_KEY"),
        (errors.retired(LITE), "GEMINI_MODEL"),
        (errors.REGION, "region"),
        (errors.quota("3600s"), "quota"),
    ],
)
async def test_the_operator_is_told_what_to_do_until_it_is_done(site, alice, caplog, refusal, says):
    caplog.set_level(logging.WARNING)
    site.generation.play(LITE, refusal)
    await alice.ask(QUESTION)
    health = (await alice.get("/health")).json()
    assert (health["status"], health["services"]["llm"]) == ("degraded", "degraded")
    assert says in health["messages"]["llm"]
    (line,) = [record for record in caplog.records if record.name == "knowledge.generation"]
    assert health["messages"]["llm"] in line.getMessage()
    assert KEY not in caplog.text + str(health)
    assert "127.0.0.1" not in str(health)
    site.generation.play(LITE, Reply())
    await alice.ask(QUESTION)
    assert "messages" not in (await alice.get("/health")).json()
