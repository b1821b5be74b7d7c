"""Readers who ask as fast as they may and look closely at what they get."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
from model_server import chunk_text
from serving import Servers, new_question


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer as it arrived; `fault` says what is wrong with it."""

    first_token: float  # seconds since the question was sent
    whole: float
    fault: str = ""


async def over_sse(session: aiohttp.ClientSession, servers: Servers, chunks: int) -> Heard:
    body = {"query": new_question(), "stream": True}
    began = time.perf_counter()
    async with session.post(f"{servers.url}/v1/query", json=body) as response:
        if response.status != 200:
            return Heard(0.0, 0.0, f"HTTP {response.status}")
        return await _heard(_lines(response), began, chunks)


async def over_websocket(session: aiohttp.ClientSession, servers: Servers, chunks: int) -> Heard:
    async with session.ws_connect(f"{servers.url}/ws/chat", max_msg_size=0) as socket:
        began = time.perf_counter()
        await socket.send_json({"type": "ask", "query": new_question()})
        return await _heard((json.loads(message.data) async for message in socket), began, chunks)


async def of_the_model(session: aiohttp.ClientSession, servers: Servers, chunks: int) -> Heard:
    """The model's own answer, asked directly."""
    url = f"{servers.model_url}/v1beta/models/any:streamGenerateContent?alt=sse"
    began = time.perf_counter()
    async with session.post(url, json={"contents": []}) as response:
        await response.content.readline()
        first = time.perf_counter() - began
        await response.read()
        return Heard(first, time.perf_counter() - began)


async def _lines(response: aiohttp.ClientResponse) -> AsyncIterator[dict[str, object]]:
    async for line in response.content:
        if line.startswith(b"data: "):
            yield json.loads(line.removeprefix(b"data: "))


async def _heard(events: AsyncIterator[dict[str, object]], began: float, chunks: int) -> Heard:
    first, text, last = 0.0, "", -1
    async for event in events:
        place = event.get("seq", last)
        if event["type"] == "token":
            first = first or time.perf_counter() - began
            text += str(event["content"])
            if not isinstance(place, int) or place <= last:
                return Heard(first, 0.0, "out of order")
            last = place
        elif event["type"] == "error":
            return Heard(first, 0.0, str(event["code"]))
        elif event["type"] == "done":
            whole = time.perf_counter() - began
            if event["degraded"]:
                return Heard(first, whole, "quoted, not the model's")
            right = text == event["answer"] == "".join(map(chunk_text, range(chunks)))
            return Heard(first, whole, "" if right else "text lost")
    return Heard(first, 0.0, "cut off")
