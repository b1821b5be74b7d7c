"""The index build at start, with a stand-in for manage.py that shows what it was called with."""

import asyncio
import logging
import os
import textwrap

import pytest

from chatbot_project.index_build import build_index
from knowledge.runtime import close_runtime
from knowledge.status import IndexState, index_status


@pytest.fixture
def manage_py(settings, tmp_path):
    settings.BASE_DIR = tmp_path

    def write(program: str) -> None:
        (tmp_path / "manage.py").write_text(textwrap.dedent(program))

    return write


@pytest.fixture(autouse=True)
def _listen(caplog):
    caplog.set_level(logging.INFO, logger="chatbot_project.index_build")


async def test_what_the_build_says_is_in_the_log(manage_py, caplog):
    manage_py("import sys; print(*sys.argv[1:]); print('12 chunks', file=sys.stderr)")
    await build_index()
    assert f"reindex: reindex --if-changed --trigger startup --end-with {os.getpid()}" in caplog.messages
    assert "reindex: 12 chunks" in caplog.messages
    assert all(record.levelno == logging.INFO for record in caplog.records)


async def test_a_build_that_fails_is_an_error_in_the_log_with_the_command_to_run(manage_py, caplog):
    manage_py("raise SystemExit('The folder /book is empty.')")
    await build_index()
    assert "reindex: The folder /book is empty." in caplog.messages
    error = caplog.records[-1]
    assert error.levelno == logging.ERROR
    assert "exit status 1" in error.message
    assert "manage.py reindex" in error.message


async def test_a_build_that_runs_when_the_server_stops_is_ended(manage_py, tmp_path, caplog):
    manage_py(
        """
        import pathlib, signal, sys, time
        here = pathlib.Path(__file__).parent
        def end(*_):
            (here / "ended").touch()
            sys.exit(1)
        signal.signal(signal.SIGTERM, end)
        print("begun", flush=True)
        time.sleep(60)
        """
    )
    build = asyncio.create_task(build_index())
    while "reindex: begun" not in caplog.messages:
        await asyncio.sleep(0.02)
    build.cancel()
    with pytest.raises(asyncio.CancelledError):
        await build
    assert (tmp_path / "ended").exists()


@pytest.mark.django_db(transaction=True)
async def test_while_a_build_is_being_begun_a_missing_index_is_said_to_be_on_its_way(manage_py):
    manage_py("import time; time.sleep(60)")
    assert (await index_status()).status is IndexState.EMPTY
    build = asyncio.create_task(build_index())
    while (await index_status()).status is not IndexState.BUILDING:
        await asyncio.sleep(0.02)
    build.cancel()
    with pytest.raises(asyncio.CancelledError):
        await build
    assert (await index_status()).status is IndexState.EMPTY
    await close_runtime()


async def test_without_content_an_index_on_a_server_is_only_served(settings, manage_py, tmp_path, caplog):
    settings.QDRANT_URL = "http://127.0.0.1:6333"
    manage_py("import pathlib; pathlib.Path(__file__).with_name('built').touch()")

    settings.CONTENT_PATH = None
    await build_index()
    assert not (tmp_path / "built").exists()
    assert "the index on that server is served as it is" in caplog.text

    settings.CONTENT_PATH = tmp_path
    await build_index()
    assert (tmp_path / "built").exists()
