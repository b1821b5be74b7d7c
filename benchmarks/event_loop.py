"""How long the event loop keeps others waiting, and how soon an answer that is cancelled stops.

    python benchmarks/event_loop.py

`/health/live` touches nothing, so that the time it takes is time that the event loop was busy otherwise. It
is called again and again while the server does nothing, while many turns begin and wait for their model, and
while an index is built and swapped in.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from measuring import ROOT, environment, percentiles
from serving import Servers, new_question, serving
from turns import session

OFTEN = 0.02  # seconds
QUIET = 5.0  # seconds that the server is left alone for
WAITING = 100  # turns
MODEL_SECONDS = 10  # until the model's first token
ARRIVALS = 20  # turns begun in a second
CANCELLED = 30  # answers, one after another


@asynccontextmanager
async def probing(what: str, servers: Servers) -> AsyncIterator[None]:
    """Call /health/live all the while; in the end print what it took."""
    times: list[float] = []

    async def probe(client: aiohttp.ClientSession) -> None:
        while True:
            began = time.perf_counter()
            async with client.get(f"{servers.url}/health/live") as response:
                await response.read()
            times.append(time.perf_counter() - began)
            await asyncio.sleep(OFTEN)

    async with session() as client:
        probes = asyncio.create_task(probe(client))
        yield
        probes.cancel()
    p99 = sorted(times)[int(0.99 * len(times))]
    print(f"/health/live {what:30} {percentiles(times)}   p99 {1000 * p99:7.2f} ms")


async def waiting(servers: Servers, client: aiohttp.ClientSession) -> None:
    async def ask(number: int) -> None:
        await asyncio.sleep(number / ARRIVALS)
        async with client.post(f"{servers.url}/v1/query", json={"query": new_question()}) as response:
            assert (await response.json())["status"] == "complete"

    async with probing(f"while {WAITING} turns wait", servers):
        await asyncio.gather(*map(ask, range(WAITING)))


async def building(servers: Servers, data_dir: str) -> None:
    async with probing("while an index is built", servers):
        reindex = await asyncio.create_subprocess_exec(
            *(sys.executable, "manage.py", "reindex", "--full"),
            cwd=ROOT,
            env=environment(data_dir, EMBEDDING_PROVIDER="local"),
            stdout=asyncio.subprocess.DEVNULL,
        )
        assert await reindex.wait() == 0
        async with session() as client:  # the first search opens the new index
            query = {"query": new_question()}
            async with client.post(f"{servers.url}/v1/search", json=query) as response:
                assert response.status == 200


async def cancelling(servers: Servers, client: aiohttp.ClientSession) -> None:
    times = []
    for _ in range(CANCELLED):
        body = {"query": new_question(), "stream": True}
        async with client.post(f"{servers.url}/v1/query", json=body) as answer:
            began = None
            async for line in answer.content:
                if not line.startswith(b"data: "):
                    continue
                event = json.loads(line.removeprefix(b"data: "))
                if event["type"] == "metadata":
                    path, token = f"/v1/messages/{event['message_id']}/cancel", event["visitor_token"]
                elif event["type"] == "token" and began is None:
                    began = time.perf_counter()
                    headers = {"X-Visitor-Token": token}
                    async with client.post(servers.url + path, headers=headers) as cancelled:
                        assert (await cancelled.json())["status"] == "cancelled"
                    times.append(time.perf_counter() - began)
                elif event["type"] == "done":
                    assert event["status"] == "cancelled"
    print(f"cancelled, stored and told   {percentiles(times)}")


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as data_dir:
        async with serving(data_dir, "--first-token", str(MODEL_SECONDS)) as servers, session() as client:
            async with probing("at rest", servers):
                await asyncio.sleep(QUIET)
            await waiting(servers, client)
            await building(servers, data_dir)
        knobs = ("--chunks-per-second", "10", "--chunks", "100")
        async with serving(data_dir, *knobs) as servers, session() as client:
            await cancelling(servers, client)


if __name__ == "__main__":
    asyncio.run(main())
