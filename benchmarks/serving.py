"""A product's server and a model's, started for a benchmark, and what they take of the processor."""

import asyncio
import os
import resource
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import aiohttp
from measuring import ROOT, environment, server_of

QUESTION = "What is the zero-moment point?"
NUMBERS = count(1)
STARTS_WITHIN = 300.0  # seconds
TICKS = os.sysconf("SC_CLK_TCK")


def new_question() -> str:
    """One that nobody has asked before, so that it has to be embedded."""
    return f"What is the zero-moment point of robot {next(NUMBERS)}?"


@dataclass(frozen=True)
class Servers:
    port: int
    model_port: int
    pid: int
    model_pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def model_url(self) -> str:
        return f"http://127.0.0.1:{self.model_port}"


@dataclass(frozen=True)
class Processor:
    """Seconds of processor time so far."""

    server: float
    model: float
    load: float

    @classmethod
    def now(cls, servers: Servers) -> "Processor":
        own = resource.getrusage(resource.RUSAGE_SELF)
        return cls(_seconds_of(servers.pid), _seconds_of(servers.model_pid), own.ru_utime + own.ru_stime)

    def server_since(self, before: "Processor") -> float:
        return self.server - before.server

    def since(self, before: "Processor", seconds: float) -> str:
        """Cores that each has taken meanwhile."""
        server, model, load = (
            (now - then) / seconds
            for now, then in zip(vars(self).values(), vars(before).values(), strict=True)
        )
        return f"cores: server {server:.2f}, model {model:.2f}, load {load:.2f}"


@asynccontextmanager
async def serving(data_dir: str, *knobs: str) -> AsyncIterator[Servers]:
    """Both servers, ready to answer; `knobs` are the model's."""
    port, model_port = _free_port(), _free_port()
    variables = environment(
        data_dir,
        PORT=str(port),
        DJANGO_SETTINGS_MODULE="benchmarks.settings",
        GEMINI_API_KEY="a-key",
        GEMINI_BASE_URL=f"http://127.0.0.1:{model_port}",
        EMBEDDING_PROVIDER="local",
        SIMILARITY_THRESHOLD="-1",
        MAX_RUNNING_TURNS="1000",
        LOG_LEVEL="ERROR",  # until there is an index each question is worth a warning
    )
    async with AsyncExitStack() as stack:
        model = await stack.enter_async_context(
            _running("benchmarks/model_server.py", "--port", str(model_port), *knobs, variables=variables)
        )
        watchdog = await stack.enter_async_context(_running("manage.py", "serve", variables=variables))
        await _until_it_answers(f"http://127.0.0.1:{port}", watchdog)
        yield Servers(port, model_port, server_of(watchdog.pid), model.pid)


@asynccontextmanager
async def _running(*command: str, variables: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=ROOT, env=variables, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()


async def _until_it_answers(url: str, server: asyncio.subprocess.Process) -> None:
    """While the index is being built and the SDK loaded there are errors, or quotations."""
    async with asyncio.timeout(STARTS_WITHIN), aiohttp.ClientSession() as session:
        while server.returncode is None:
            try:
                async with session.post(f"{url}/v1/query", json={"query": QUESTION}) as response:
                    answer = await response.json()
                    if response.status == 200 and not answer["degraded"]:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
    raise SystemExit("The server did not start.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _seconds_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
