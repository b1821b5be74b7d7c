"""What the turn engine adds to a model, and how much of it there can be at once.

    python benchmarks/turns.py [overhead] [throughput] [streams] [sockets]

Each figure is held against a limit measured in the same run: the model asked directly, a view that does
nothing. The load, the model and the server share the machine; what each takes of it is told.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

import aiohttp
from readers import Heard, of_the_model, over_sse, over_websocket
from serving import QUESTION, Processor, Servers, serving
from startup import resident

Reader = Callable[[aiohttp.ClientSession, Servers, int], Awaitable[Heard]]

CONCURRENT = (1, 25, 100)
TURNS = 200  # at least, for each figure of the overhead
OVERHEAD_CHUNKS = 20
AT_ONCE = 32  # requests, for the throughput
SECONDS = 8.0  # of throughput
STREAMS, STREAM_SECONDS = 200, 30
SOCKETS = 2000


async def overhead(data_dir: str) -> None:
    """Our time to first token less the model's own."""
    knobs = ("--first-token", "0.2", "--chunks-per-second", "50", "--chunks", str(OVERHEAD_CHUNKS))
    async with serving(data_dir, *knobs) as servers, session() as client:
        for at_once in CONCURRENT:
            model = await _asked(of_the_model, client, servers, at_once)
            for name, reader in (("SSE", over_sse), ("WebSocket", over_websocket)):
                before, began = Processor.now(servers), time.perf_counter()
                ours = await _asked(reader, client, servers, at_once)
                share = Processor.now(servers).since(before, time.perf_counter() - began)
                more = [_percentile(ours, n) - _percentile(model, n) for n in (50, 95)]
                print(
                    f"overhead {name:9} {at_once:3} at once   p50 {more[0]:6.1f} ms  p95 {more[1]:6.1f} ms"
                    f"  (model {_percentile(model, 50):.0f}/{_percentile(model, 95):.0f} ms)  {share}"
                )


async def _asked(
    reader: Reader, client: aiohttp.ClientSession, servers: Servers, at_once: int
) -> list[Heard]:
    """At least TURNS answers; each of `at_once` readers begins at a moment of its own, and asks on and on."""

    async def one(number: int) -> list[Heard]:
        await asyncio.sleep(0.6 * number / at_once)
        rounds = max(3, TURNS // at_once) if at_once > 1 else 30
        return [await reader(client, servers, OVERHEAD_CHUNKS) for _ in range(rounds)]

    heard = [each for some in await asyncio.gather(*map(one, range(at_once))) for each in some]
    if faults := Counter(each.fault for each in heard if each.fault):
        raise SystemExit(f"Not all answers were whole: {faults}")
    return heard


async def throughput(data_dir: str) -> None:
    """Whole turns with an instant model, as a share of empty requests."""
    async with serving(data_dir, "--chunks", "5") as servers, session() as client:

        async def turn() -> None:
            async with client.post(f"{servers.url}/v1/query", json={"query": QUESTION}) as response:
                assert (await response.json())["status"] == "complete"

        async def empty() -> None:
            async with client.post(f"{servers.url}/empty", json={}) as response:
                assert response.status == 200
                await response.read()

        ratios, by_processor = [], []
        for _ in range(3):
            rates, costs = {}, {}
            for name, call in (("empty", empty), ("turns", turn)):
                before = Processor.now(servers)
                rates[name] = await _per_second(call)
                after = Processor.now(servers)
                costs[name] = after.server_since(before) / (rates[name] * SECONDS)
                each = f"{1000 * costs[name]:.1f} ms of a core each"
                print(f"{name} {rates[name]:7.1f}/s, {each}  {after.since(before, SECONDS)}")
            ratios.append(rates["turns"] / rates["empty"])
            by_processor.append(costs["empty"] / costs["turns"])
        print(
            f"turns as a share of empty requests: {statistics.median(ratios):.3f} "
            f"({min(ratios):.3f} to {max(ratios):.3f}), "
            f"by processor time {statistics.median(by_processor):.3f}"
        )


async def _per_second(call: Callable[[], Awaitable[None]]) -> float:
    ends, done = time.perf_counter() + SECONDS, 0

    async def keep_on() -> None:
        nonlocal done
        while time.perf_counter() < ends:
            await call()
            done += 1

    began = time.perf_counter()
    await asyncio.gather(*(keep_on() for _ in range(AT_ONCE)))
    return done / (time.perf_counter() - began)


async def streams(data_dir: str) -> None:
    """Many long answers at once: nothing lost, nothing late."""
    chunks = 10 * STREAM_SECONDS
    async with (
        serving(data_dir, "--chunks-per-second", "10", "--chunks", str(chunks)) as servers,
        session() as client,
    ):
        before, began = Processor.now(servers), time.perf_counter()

        async def one(number: int) -> Heard:
            await asyncio.sleep(2 * number / STREAMS)  # readers do not come all in one moment
            return await (over_sse, over_websocket)[number % 2](client, servers, chunks)

        heard = await asyncio.gather(*map(one, range(STREAMS)))
        faults = Counter(each.fault for each in heard if each.fault)
        share = Processor.now(servers).since(before, time.perf_counter() - began)
        print(
            f"{STREAMS} streams of {STREAM_SECONDS} s: faults {dict(faults) or 'none'}, first token "
            f"p50 {_percentile(heard, 50):.0f} ms p95 {_percentile(heard, 95):.0f} ms, longest "
            f"{max(each.whole for each in heard):.1f} s  {share}"
        )


async def sockets(data_dir: str) -> None:
    """Memory of sockets that do nothing."""
    async with serving(data_dir) as servers, session() as client:
        before = resident(servers.pid)
        opened = []
        for _ in range(SOCKETS // 50):
            opened += await asyncio.gather(*(client.ws_connect(f"{servers.url}/ws/chat") for _ in range(50)))
        await asyncio.sleep(3)
        each = (resident(servers.pid) - before) * 1024 / SOCKETS
        print(f"{SOCKETS} idle sockets: {each:.1f} KB each, {resident(servers.pid):.0f} MB with them")
        await asyncio.gather(*(socket.close() for socket in opened))


def session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=300)
    )


def _percentile(heard: Sequence[Heard], percent: int) -> float:
    """Milliseconds to the first token."""
    times = [each.first_token for each in heard]
    return 1000 * statistics.quantiles(times, n=100, method="inclusive")[percent - 1]


PARTS = {part.__name__: part for part in (overhead, throughput, streams, sockets)}


async def main(names: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as data_dir:
        for name in names or PARTS:
            await PARTS[name](data_dir)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
