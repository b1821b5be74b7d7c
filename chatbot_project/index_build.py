"""The index build at start, in a process of its own so that questions are answered meanwhile."""

import asyncio
import logging
import os
import sys

from django.conf import settings

from knowledge.status import build_announced

logger = logging.getLogger(__name__)


async def build_index() -> None:
    """Bring the index up to date with the book. Cancelling stops the build; the old index stays."""
    if settings.QDRANT_URL and not settings.CONTENT_PATH:
        logger.info(
            "QDRANT_URL is set and CONTENT_PATH is not: the index on that server is served as it is, and "
            "nothing is built here."
        )
        return
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(settings.BASE_DIR / "manage.py"),
        *("reindex", "--if-changed", "--trigger", "startup", "--end-with", str(os.getpid())),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,  # the terminal's Ctrl-C is for the server, which then stops the build
    )
    try:
        with build_announced():
            await _log_output(process)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _log_output(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    async for line in process.stdout:
        logger.info("reindex: %s", line.decode(errors="replace").rstrip())
    if status := await process.wait():
        logger.error(
            "The index could not be built (exit status %d): see the lines above. What was indexed before is "
            "served. To try again: python manage.py reindex",
            status,
        )
