"""How long a reader waits for quoted answers while others ask about long selections.

    python benchmarks/long_selections.py [N]

N readers (20) at once mark as much as they may and ask as long a question as they may, each another one. All
the while one reader asks short questions that nobody has asked before, as they do before it, alone.
"""

import asyncio
import random
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import aiohttp
from measuring import ROOT, environment, percentiles
from serving import new_question
from startup import running, wait_for_answer
from turns import session

AT_ONCE = 20
LIMIT = 1.0  # seconds that the short questions may take
ALONE = 40  # questions
PAUSE = 0.05  # seconds between two short questions
LONGEST_QUERY, LONGEST_SELECTION, MOST_PASSAGES = 4000, 8000, 20

Text = Callable[[int, int], str]  # which one, and how long


def prose(number: int, length: int) -> str:
    """Words of the book in an order that it does not have."""
    pages = sorted((ROOT / "knowledge/sample_book").rglob("*.md*"))
    words = [word for page in pages for word in Path(page).read_text().split() if word.isalpha()]
    random.Random(number).shuffle(words)
    sentences = (" ".join(words[begin : begin + 12]) + "." for begin in range(0, len(words), 12))
    return " ".join(sentences)[:length]


def repeated(unit: str) -> Text:
    return lambda number, length: (f"Robot {number} walks. " + unit * length)[:length]


TEXTS: dict[str, Text] = {
    "prose": prose,
    "brackets": repeated("["),
    "list items": repeated("- a\n"),
    "Chinese": repeated("漢字。"),
}


async def asked(client: aiohttp.ClientSession, url: str, **fields: object) -> tuple[int, float]:
    """The reply's status, and the seconds that it took."""
    began = time.perf_counter()
    async with client.post(f"{url}/v1/query", json=fields) as response:
        await response.read()
        return response.status, time.perf_counter() - began


async def short_ones(client: aiohttp.ClientSession, url: str, as_long_as: Iterator[object]) -> list[float]:
    times = []
    for _ in as_long_as:
        status, seconds = await asked(client, url, query=new_question())
        assert status == 200
        times.append(seconds)
        await asyncio.sleep(PAUSE)
    return times


async def measure(url: str, at_once: int) -> None:
    async with session() as client:
        alone = await short_ones(client, url, iter(range(ALONE)))
        print(f"short questions alone                {percentiles(alone)}")
        for name, text in TEXTS.items():
            long_ones = [
                asyncio.create_task(asked(client, url, **_long_question(text, number)))
                for number in range(at_once)
            ]
            times = await short_ones(client, url, _until_done(long_ones))
            replies = await asyncio.gather(*long_ones)
            print(
                f"beside {at_once} long ones, {name:16} {percentiles(times)}   the slowest takes "
                f"{max(times) / LIMIT:.2f} of the limit of {LIMIT:.0f} s; {_told(replies)}"
            )


def _long_question(text: Text, number: int) -> dict[str, object]:
    return {
        "query": "What is " + text(number, LONGEST_QUERY - 8),
        "selected_text": text(-1 - number, LONGEST_SELECTION),
        "top_k": MOST_PASSAGES,
    }


def _told(replies: list[tuple[int, float]]) -> str:
    """The long ones wait for the short ones; on a slow machine some take longer than an answer may."""
    answered = sum(status == 200 for status, _ in replies)
    return (
        f"{answered} of the long ones answered, after {max(seconds for _, seconds in replies):.1f} s at most"
    )


def _until_done(tasks: list[asyncio.Task[tuple[int, float]]]) -> Iterator[None]:
    while not all(task.done() for task in tasks):
        yield


def main() -> None:
    at_once = int(sys.argv[1]) if len(sys.argv) > 1 else AT_ONCE
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    providers = {"LLM_PROVIDER": "local", "EMBEDDING_PROVIDER": "local"}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as data_dir:
        variables = environment(
            data_dir, PORT=str(port), DJANGO_SETTINGS_MODULE="benchmarks.settings", **providers
        )
        with running([sys.executable, "manage.py", "serve"], variables) as server:
            wait_for_answer(f"{url}/v1/query", server)
            asyncio.run(measure(url, at_once))


if __name__ == "__main__":
    main()
