"""The disk fills up at every step of an answer and has room again: what readers are told stays true."""

import asyncio
import os
import resource
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.faults.conftest import ANSWERS, OneServer, StoredAnswer, environment, eventually, warm_up
from tests.faults.model import TEXT, Model
from tests.faults.readers import End, SseReader, told
from tests.frame.test_serve import PAGE, Serving
from tests.standins.gemini.generation import Ending

STORE_WITHIN = 3.0  # seconds
NOT_STORED = End("answer_not_stored", "interrupted", TEXT)
COMPLETE = End("done", "complete", TEXT)


class Quota:
    """Keeps a server from writing to any file, as a disk does that is full. Needs no privileges."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.database = folder / "db.sqlite3"

    def fill(self, server: Serving) -> None:
        self._limit(server, 0)

    def make_room(self, server: Serving) -> None:
        self._limit(server, resource.RLIM_INFINITY)

    def close(self) -> None:
        pass

    def _limit(self, server: Serving, size: int) -> None:
        for pid in _family(server.process.pid):
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


def _family(pid: int) -> list[int]:
    """A process and what it has started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in _family(int(child)))]


class SmallDisk:
    """A file system of its own with the database alone on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
        if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
            pytest.skip("Only root may mount a small disk; the quota shows the same")
        self.database = folder / "db.sqlite3"

    def fill(self, server: Serving) -> None:
        with closing(sqlite3.connect(self.database, timeout=20)) as connection:
            # Otherwise there is room within what the log of writes has taken already.
            assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        with (
            pytest.raises(OSError, match="No space left"),
            (self.folder / "ballast").open("wb", 0) as ballast,
        ):
            while ballast.write(bytes(4096)):
                pass

    def make_room(self, server: Serving) -> None:
        (self.folder / "ballast").unlink(missing_ok=True)

    def close(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


class Host(OneServer):
    """A server on a disk that can be full."""

    def __init__(self, server: Serving, model: Model, disk: Quota | SmallDisk) -> None:
        super().__init__(server, model)
        self._disk = disk

    def answers(self) -> dict[str, StoredAnswer]:
        return {row[0]: StoredAnswer(*row) for row in self.rows(ANSWERS)}

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._disk.database, timeout=20)) as connection:
            return connection.execute(query).fetchall()

    def fill_disk(self) -> None:
        self._disk.fill(self.server)

    def make_room(self) -> None:
        self._disk.make_room(self.server)


@pytest.fixture(scope="module", params=[Quota, SmallDisk])
def _host(request, model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("full")
    (folder / "book").mkdir()
    (folder / "book" / "balance.md").write_text(PAGE)
    with closing(request.param(folder / "disk")) as disk:
        more = {"DATABASE_URL": f"sqlite:///{disk.database}", "STORE_WITHIN": str(STORE_WITHIN)}
        server = Serving(folder, **environment(model, **more))
        try:
            server.wait_for("/health/live")
            server.wait_for_index()
            warm_up(server, model)
            yield Host(server, model, disk)
        finally:
            server.kill()


@pytest.fixture
def host(_host: Host) -> Iterator[Host]:
    yield _host
    _host.make_room()


@pytest.fixture
def reader(host: Host, token: str) -> SseReader:
    return SseReader(host.server.port, token)


async def test_a_question_that_cannot_be_stored_is_refused_and_nothing_of_it_stored(host, reader):
    question = host.model.question()
    host.fill_disk()
    (refused,) = await reader.ask(question, idempotency_key=question)
    assert (refused["status"], refused["code"]) == (503, "database_unavailable")
    assert question not in host.answers()
    host.make_room()
    assert told(await reader.ask(question, idempotency_key=question)) == COMPLETE


@pytest.mark.parametrize("kept", [False, True], ids=["before a checkpoint", "after a checkpoint"])
async def test_a_disk_that_is_full_for_a_while_costs_an_answer_nothing(host, reader, kept):
    question, asked = host.asking(reader, before_first=0.0 if kept else 1.0, between=0.2)
    await eventually(lambda: host.model.times_asked(question))
    await eventually(lambda: bool(host.answers()[question].text) == kept)
    host.fill_disk()
    text = host.answers()[question].text
    await asyncio.sleep(1)
    assert host.answers()[question].text == text
    host.make_room()
    await host.assert_agrees(COMPLETE, await asked, question, reader)


@pytest.mark.parametrize("kept", [False, True], ids=["before a checkpoint", "after a checkpoint"])
async def test_an_answer_that_finds_no_room_is_told_to_be_lost_and_is(host, reader, kept):
    question, asked = host.asking(reader, before_first=0.0 if kept else 1.0, between=0.2)
    await eventually(lambda: host.model.times_asked(question))
    await eventually(lambda: bool(host.answers()[question].text) == kept)
    host.fill_disk()
    events = await asked
    assert told(events) == NOT_STORED
    assert host.answers()[question].status == "streaming"
    assert told(await reader.resume(events[0]["message_id"], -1)) == NOT_STORED
    host.make_room()
    await host.assert_agrees(NOT_STORED, events, question, reader)
    again = await reader.ask(host.model.question(), conversation_id=events[0]["conversation_id"])
    assert told(again) == COMPLETE


async def test_what_a_reader_stops_is_told_to_be_lost_where_it_finds_no_room(host, reader):
    text = "The first words of many …"
    question, asked = host.asking(reader, pieces=(text,), ending=Ending.SILENT)
    await eventually(lambda: question in host.answers() and host.answers()[question].text == text)
    host.fill_disk()
    ((message_id,),) = host.rows("SELECT id FROM chat_message WHERE status = 'streaming'")
    async with httpx.AsyncClient(base_url=reader.base, timeout=60) as client:
        path, headers = f"/v1/messages/{UUID(message_id)}/cancel", {"X-Visitor-Token": reader.token}
        assert (await client.post(path, headers=headers)).status_code == 200
    events = await asked
    host.make_room()
    await host.assert_agrees(End("answer_not_stored", "interrupted", text), events, question, reader)
