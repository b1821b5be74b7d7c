"""`manage.py reindex` on a Qdrant server as real processes: killed at random moments, and refused."""

import asyncio
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import pytest
import pytest_asyncio
from django.conf import settings

from knowledge.stores import build_lock
from knowledge.stores.server import ServerStore
from knowledge.types import SearchQuery, WeightedText
from tests.knowledge.books import write_book, write_long_book
from tests.standins.qdrant.server import KEY, QdrantServer, qdrant

__all__ = ["qdrant"]

SETTINGS = "tests.knowledge.server_reindex"
KILLS = 6
QUESTION = SearchQuery((WeightedText("robot walks"),), None, 5)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return write_long_book(tmp_path / "book", pages=4)  # of ten chunks each


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with nothing but tables."""
    data = tmp_path_factory.mktemp("migrated")
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": SETTINGS, "DATA_DIR": str(data)}
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"]
    subprocess.run(migrate, cwd=settings.BASE_DIR, env=environment, check=True)
    return data


@pytest.fixture
def environment(tmp_path: Path, book: Path, migrated: Path, qdrant: QdrantServer) -> dict[str, str]:
    """The stand-in as the place of the index; blanks around what a person has pasted."""
    shutil.copytree(migrated, tmp_path / "data")
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "DATA_DIR": str(tmp_path / "data"),
        "CONTENT_PATH": str(book),
        "QDRANT_URL": f"  {qdrant.url}  ",
        "QDRANT_API_KEY": f" {KEY}\n",
        "QDRANT_COLLECTION": "book",
        "SECONDS_PER_BATCH": "0.1",
    }


@pytest_asyncio.fixture
async def reader(qdrant: QdrantServer) -> AsyncIterator[ServerStore]:
    store = ServerStore(qdrant.url, api_key=KEY, name="book", language="english", look_every=0.05)
    yield store
    await store.aclose()


async def reindex(environment: dict[str, str]) -> tuple[int | None, str]:
    """Its exit status and what it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "manage.py", "reindex"),
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=PIPE,
        stderr=PIPE,
    )
    output, errors = await process.communicate()
    return process.returncode, (output + errors).decode()


class Forks:
    """Reindexes, one after another, without waiting for the imports of each."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def start(self, options: str) -> None:
        self._tell(options)

    async def end(self, how: str) -> int:
        """ "wait" for it or "kill" it. Its exit status, or the signal that killed it as a negative number."""
        self._tell(how)
        assert self._process.stdout is not None
        return int(await self._process.stdout.readline())

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())


@pytest_asyncio.fixture
async def forks(environment: dict[str, str]) -> AsyncIterator[Forks]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.knowledge.forked_reindexes"),
        cwd=settings.BASE_DIR,
        env=environment,
        stdin=PIPE,
        stdout=PIPE,
    )
    yield Forks(process)
    await process.communicate(b"")


async def keep_asking(reader: ServerStore) -> None:
    """Raises as soon as a question is not answered."""
    while True:
        manifest = await reader.manifest()
        assert manifest is not None
        assert manifest.chunks == 40
        assert len(await reader.search(QUESTION)) == 5
        await asyncio.sleep(0.05)


async def test_killed_at_any_moment_the_index_answers_and_the_next_run_is_clean(
    environment: dict[str, str], forks: Forks, qdrant: QdrantServer, reader: ServerStore, book: Path
) -> None:
    duration = await timed(forks, qdrant)
    asking = asyncio.create_task(keep_asking(reader))

    killed = 0
    while killed < KILLS:
        await begin(forks, qdrant)
        await asyncio.sleep(random.uniform(0, duration))
        ending = await forks.end("kill")
        assert ending in (0, -signal.SIGKILL)
        if ending == 0:  # it was faster than the one that was timed
            duration *= 0.9
        else:
            killed += 1
        assert not asking.done(), await asking
    asking.cancel()

    write_book(book, {"new.md": "# New\n\nNews.\n"})
    code, printed = await reindex(environment)
    assert code == 0
    assert "Documents: 1 added, 0 changed, 0 removed, 4 left alone." in printed
    assert "41 chunks: 1 embedded, 40 copied." in printed
    assert len(await qdrant.engine.names()) == 3  # the index, its predecessor and the lock


async def begin(forks: Forks, qdrant: QdrantServer) -> None:
    """Start a full build, and wait until it has the lock."""
    qdrant.requests.clear()
    forks.start("--full")
    async with asyncio.timeout(60):
        while not any(re.match(r"PUT /collections/book__\d{8}T", request) for request in qdrant.requests):
            await asyncio.sleep(0.01)


async def timed(forks: Forks, qdrant: QdrantServer) -> float:
    """Seconds that an undisturbed build takes."""
    await begin(forks, qdrant)
    began = monotonic()
    assert await forks.end("wait") == 0
    return monotonic() - began


async def test_one_is_refused_while_another_lives(
    environment: dict[str, str], reader: ServerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_lock, "HEARTBEAT", 0.1)
    async with reader.build("20260101T000000-000001", dimensions=16):
        code, printed = await reindex(environment)

    assert code == 1
    assert "Another build of this index is running." in printed
    assert "Traceback" not in printed


async def test_what_is_wrong_with_the_server_is_said_in_a_sentence(environment: dict[str, str]) -> None:
    code, printed = await reindex({**environment, "QDRANT_API_KEY": "another"})

    assert code == 1
    assert "CommandError: Qdrant does not accept the API key (401). Set QDRANT_API_KEY" in printed
    assert "Traceback" not in printed
