"""Whatever takes long, the event loop goes on."""

import asyncio
import os
import statistics
import subprocess
import sys
import threading
import time
from contextlib import closing
from http.client import HTTPConnection

import httpx

from chatbot_project.env import BASE_DIR
from tests.faults.conftest import Site
from tests.faults.model import TEXT
from tests.faults.readers import SocketReader, SseReader, text_of

OFTEN = 0.02  # seconds
WAIT = 7.0  # seconds that the model takes


class Probes(threading.Thread):
    """Calls /health/live again and again, from outside of the test's own event loop."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.times: list[float] = []  # seconds
        self._port = port
        self._over = threading.Event()

    def run(self) -> None:
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=30)) as connection:
            while not self._over.wait(OFTEN):
                began = time.perf_counter()
                connection.request("GET", "/health/live")
                assert connection.getresponse().read()
                self.times.append(time.perf_counter() - began)

    def __enter__(self) -> "Probes":
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self.join()


def assert_never_blocked(times: list[float]) -> None:
    """With room for a machine that does much else at the same time."""
    assert len(times) > 20
    assert statistics.median(times) < 0.1, sorted(times)[-10:]
    assert max(times) < WAIT - 1, sorted(times)[-10:]


async def test_a_hundred_turns_that_wait_for_their_model_hold_up_nobody(site: Site, token):
    readers = (SseReader(site.one.port, token), SocketReader(site.one.port, token))
    questions = [site.model.question(pieces=(TEXT,), before_headers=WAIT) for _ in range(100)]
    with Probes(site.one.port) as probes:
        asked = [readers[number % 2].ask(question) for number, question in enumerate(questions)]
        answers = await asyncio.gather(*asked)
    assert {events[-1]["type"] for events in answers} == {"done"}
    assert_never_blocked(probes.times)


async def test_an_index_that_is_built_and_swapped_in_holds_up_nobody(site: Site, token):
    page = site.one.folder / "book" / "hands.md"
    page.write_text("# Hands\n\n" + "\n\n".join(f"## Grip {n}\n\nGrip {n} closes a hand." for n in range(60)))

    with Probes(site.one.port) as probes:
        reindex = await asyncio.create_subprocess_exec(
            *(sys.executable, "manage.py", "reindex"),
            cwd=BASE_DIR,
            env={**os.environ, **site.one.environment, "ENV_FILE": ""},
            stdout=subprocess.DEVNULL,
        )
        assert await reindex.wait() == 0
        assert text_of(await SseReader(site.one.port, token).ask(site.model.question())) == TEXT
    assert_never_blocked(probes.times)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{site.one.port}", timeout=30) as client:
        assert (await client.get("/v1/index")).json()["documents"] == 2
