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
from serving import QUESTION, Processor, Servers, new_question, serving
from startup import resident

Reader = Callable[[aiohttp.ClientSession, Servers, int], Awaitable[Heard]]

FIRST_TOKEN = 0.4  # seconds that the model takes for it, for the overhead
CHUNKS_PER_SECOND = 10
ALONE = {1: 40}  # readers at once, and how often each of them asks
TOGETHER = {25: 8, 50: 6, 100: 4}
AT_ONCE = 32  # requests, for the throughput
SECONDS = 8.0  # of throughput
STREAMS, STREAM_SECONDS = (100, 200), 30
ARRIVALS = 20  # readers who come in a second, for the streams
SOCKETS = 2000


async def overhead(data_dir: str) -> None:
    """Our time to first token less the model's own; an answer takes a second alone, five among others."""
    for readers, chunks in ((ALONE, 5), (TOGETHER, 50)):
        knobs = ("--first-token", FIRST_TOKEN, "--chunks-per-second", CHUNKS_PER_SECOND, "--chunks", chunks)
        async with serving(data_dir, *map(str, knobs)) as servers, session() as client:
            for at_once, times in readers.items():
                model = await _asked(of_the_model, client, servers, at_once, times, chunks)
                for name, reader in (("SSE", over_sse), ("WebSocket", over_websocket)):
                    before, began = Processor.now(servers), time.perf_counter()
                    ours = await _asked(reader, client, servers, at_once, times, chunks)
                    share = Processor.now(servers).since(before, time.perf_counter() - began)
                    more = [_percentile(ours, n) - _percentile(model, n) for n in (50, 95)]
                    print(
                        f"overhead {name:9} {at_once:3} at once  p50 {more[0]:6.1f} ms  p95 {more[1]:6.1f} ms"
                        f"  (model {_percentile(model, 50):.0f}/{_percentile(model, 95):.0f} ms)  {share}"
                    )


async def _asked(
    reader: Reader, client: aiohttp.ClientSession, servers: Servers, at_once: int, times: int, chunks: int
) -> list[Heard]:
    """What each of `at_once` readers hears who begins at a moment of its own and asks again and again."""
    answer_seconds = FIRST_TOKEN + chunks / CHUNKS_PER_SECOND

    async def one(number: int) -> list[Heard]:
        await asyncio.sleep(answer_seconds * number / at_once)
        return [await reader(client, servers, chunks) for _ in range(times)]

    heard = [each for some in await asyncio.gather(*map(one, range(at_once))) for each in some]
    if faults := Counter(each.fault for each in heard if each.fault):
        raise SystemExit(f"Not all answers were whole: {faults}")
    return heard


async def throughput(data_dir: str) -> None:
    """Whole turns with an instant model, as a share of empty requests."""
    async with serving(data_dir, "--chunks", "5") as servers, session() as client:

        async def turn(question: str) -> None:
            async with client.post(f"{servers.url}/v1/query", json={"query": question}) as response:
                assert (await response.json())["status"] == "complete"

        async def empty() -> None:
            async with client.post(f"{servers.url}/empty", json={}) as response:
                assert response.status == 200
                await response.read()

        calls = {
            "empty": empty,
            "known questions": lambda: turn(QUESTION),
            "new questions": lambda: turn(new_question()),
        }
        rates: dict[str, list[float]] = {name: [] for name in calls}
        costs: dict[str, list[float]] = {name: [] for name in calls}
        for name, call in list(calls.items()) * 3:
            before = Processor.now(servers)
            rates[name].append(await _per_second(call))
            after = Processor.now(servers)
            costs[name].append(after.server_since(before) / (rates[name][-1] * SECONDS))
            each = f"{1000 * costs[name][-1]:.1f} ms of a core each"
            print(f"{name:15} {rates[name][-1]:7.1f}/s, {each}  {after.since(before, SECONDS)}")
        for name in list(calls)[1:]:
            shares = [ours / empty for ours, empty in zip(rates[name], rates["empty"], strict=True)]
            by_processor = statistics.median(costs["empty"]) / statistics.median(costs[name])
            print(
                f"{name} as a share of empty requests: {statistics.median(shares):.3f} "
                f"({min(shares):.3f} to {max(shares):.3f}), by processor time {by_processor:.3f}"
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
    chunks = CHUNKS_PER_SECOND * STREAM_SECONDS
    knobs = ("--chunks-per-second", str(CHUNKS_PER_SECOND), "--chunks", str(chunks))
    for number in STREAMS:
        async with serving(data_dir, *knobs) as servers, session() as client:
            before, began = Processor.now(servers), time.perf_counter()
            heard = await asyncio.gather(
                *(_arriving(place, client, servers, chunks) for place in range(number))
            )
            share = Processor.now(servers).since(before, time.perf_counter() - began)
            faults = Counter(each.fault for each in heard if each.fault)
            print(
                f"{number} streams of {STREAM_SECONDS} s: faults {dict(faults) or 'none'}, first token "
                f"p50 {_percentile(heard, 50):.0f} ms p95 {_percentile(heard, 95):.0f} ms, longest "
                f"{max(each.whole for each in heard):.1f} s  {share}"
            )


async def _arriving(place: int, client: aiohttp.ClientSession, servers: Servers, chunks: int) -> Heard:
    await asyncio.sleep(place / ARRIVALS)
    return await (over_sse, over_websocket)[place % 2](client, servers, chunks)


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
