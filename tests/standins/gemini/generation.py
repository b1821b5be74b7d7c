"""How the stand-in's language models answer: scripts, played call by call."""

import asyncio
import enum
import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.standins.gemini import errors
from tests.standins.gemini.errors import Refusal


class Ending(enum.Enum):
    """What a stream does after its last piece."""

    WHOLE = enum.auto()
    DROPPED = enum.auto()  # the connection breaks
    GARBLED = enum.auto()  # a line that is not JSON
    SILENT = enum.auto()  # nothing more comes, the connection stays open


@dataclass(frozen=True, kw_only=True)
class Reply:
    pieces: tuple[str, ...] = ("The book says so", " [1].")
    finish: str | None = "STOP"  # None: the stream ends without a finish reason
    ending: Ending = Ending.WHOLE
    before_headers: float = 0.0  # seconds
    before_first: float = 0.0
    between: float = 0.0
    block: str | None = None  # the prompt's block reason: no candidate comes at all
    error: Refusal | None = None  # sent inside the stream, after the pieces
    garbage: str = '{"candidates": [{"content"'  # of a garbled ending
    prompt_tokens: int = 12
    tokens: int = 5
    thoughts: str | None = None  # a part marked as thought, before the first piece


class Generation:
    """Plays each model's script: one reply for each call, the last ever after; else `default`."""

    def __init__(self) -> None:
        self.default: Reply | Refusal = Reply()
        self.rejected_thinking: dict[str, set[str]] = {"gemini-3.8-flash": {"MINIMAL"}}
        self.closed = 0  # streams that their caller has left before the end
        self._scripts: dict[str, list[Reply | Refusal]] = {}

    def play(self, model: str, *replies: Reply | Refusal) -> None:
        self._scripts[model] = list(replies)

    async def whole(self, request: web.Request, call: Any) -> web.StreamResponse:
        reply = self._next(call)
        if isinstance(reply, Refusal):
            return reply.response()
        await asyncio.sleep(reply.before_headers)
        return web.json_response(_chunk(reply, "".join(reply.pieces), last=True))

    async def streamed(self, request: web.Request, call: Any) -> web.StreamResponse:
        reply = self._next(call)
        if isinstance(reply, Refusal):
            return reply.response()
        await asyncio.sleep(reply.before_headers)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            await _write(reply, response, request)
        except (ConnectionError, asyncio.CancelledError):
            self.closed += 1
            raise
        return response

    def _next(self, call: Any) -> Reply | Refusal:
        thinking = thinking_of(call.body)
        level = thinking.get("level", "BUDGET" if "budget" in thinking else "DEFAULT")
        if level in self.rejected_thinking.get(call.model, ()):
            return errors.thinking_unsupported(level)
        script = self._scripts.get(call.model)
        if not script:
            return self.default
        return script.pop(0) if len(script) > 1 else script[0]


def thinking_of(body: Any) -> dict[str, Any]:
    """What a request says of thinking: `level` or `budget`. Protobuf's JSON has both spellings of names."""
    config = body.get("generationConfig", {}).get("thinkingConfig", {})
    names = {"thinkingLevel": "level", "thinkingBudget": "budget"}
    return {names.get(name, name.removeprefix("thinking_")): value for name, value in config.items()}


async def _write(reply: Reply, response: web.StreamResponse, request: web.Request) -> None:
    await asyncio.sleep(reply.before_first)
    if reply.block:
        await _send(response, {"promptFeedback": {"blockReason": reply.block}})
        return
    if reply.thoughts:
        await _send(response, _chunk(reply, reply.thoughts, last=False, thought=True))
    for number, piece in enumerate(reply.pieces, start=1):
        last = number == len(reply.pieces) and reply.ending is Ending.WHOLE and reply.error is None
        await _send(response, _chunk(reply, piece, last=last))
        await asyncio.sleep(reply.between)
    if not reply.pieces and reply.ending is Ending.WHOLE and reply.error is None:
        await _send(response, _chunk(reply, None, last=True))
    if reply.error:
        await _send(response, reply.error.body)
    await _end(reply.ending, reply, response, request)


async def _end(ending: Ending, reply: Reply, response: web.StreamResponse, request: web.Request) -> None:
    if ending is Ending.GARBLED:
        await response.write(f"data: {reply.garbage}\r\n\r\n".encode())
    elif ending is Ending.SILENT:
        await asyncio.sleep(60)
    elif ending is Ending.DROPPED and request.transport:
        request.transport.abort()


async def _send(response: web.StreamResponse, chunk: dict[str, Any]) -> None:
    await response.write(f"data: {json.dumps(chunk)}\r\n\r\n".encode())


def _chunk(reply: Reply, text: str | None, *, last: bool, thought: bool = False) -> dict[str, Any]:
    candidate: dict[str, Any] = {"index": 0}
    if text is not None:
        part = {"text": text} | ({"thought": True} if thought else {})
        candidate["content"] = {"parts": [part], "role": "model"}
    if last and reply.finish:
        candidate["finishReason"] = reply.finish
    usage = {
        "promptTokenCount": reply.prompt_tokens,
        "candidatesTokenCount": reply.tokens,
        "totalTokenCount": reply.prompt_tokens + reply.tokens,
    }
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "stand-in", "responseId": "r"}
