import asyncio
import gc
import logging
import socket
import sys
from argparse import SUPPRESS
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from chat.sweeping import interrupt_lost_turns
from chat.throttling import close_throttling
from chat.turns import turn_engine
from chatbot_project.env import BASE_DIR
from chatbot_project.heartbeat import Heartbeat
from chatbot_project.index_build import build_index
from chatbot_project.startup import ensure_superuser, has_superuser, migrate
from knowledge.builds import mend
from knowledge.errors import VectorStoreUnavailable
from knowledge.providers.registry import embedder, language_model
from knowledge.runtime import close_runtime, runtime
from knowledge.stores import open_store

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Prepare the database, bring the index up to date and serve."

    def add_arguments(self, parser: CommandParser) -> None:
        # Descriptors that manage.py hands on from the watchdog.
        parser.add_argument("--listener", type=int, required=True, help=SUPPRESS)
        parser.add_argument("--watchdog", type=int, required=True, help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        listener = socket.socket(fileno=options["listener"])
        _listen(listener)
        heartbeat = Heartbeat(options["watchdog"])
        _check_providers()
        migrate()
        ensure_superuser(settings.ENV)
        asyncio.run(_mend())
        self._serve(listener, heartbeat)

    def _serve(self, listener: socket.socket, heartbeat: Heartbeat) -> None:
        # Only now: this import chooses the event loop of the process.
        from chatbot_project.asgi import application
        from chatbot_project.server import ChatServer

        ChatServer(
            application,
            listener=listener,
            heartbeat=heartbeat,
            on_ready=self._greet,
            in_background=_in_background,
            on_stop=_finish_work,
        ).run()

    def _greet(self) -> None:
        host = (
            f"https://{settings.SPACE_HOST}" if settings.SPACE_HOST else f"http://localhost:{settings.PORT}"
        )
        self.stdout.write(f"Ask the book:  {host}/\nAPI:           {host}/docs\nAdmin:         {host}/admin/")
        if not has_superuser():
            self.stdout.write(f"No admin user yet. To make one: {_createsuperuser()}")
        self.stdout.flush()
        connections.close_all()  # of this thread, which from here on only runs the event loop


def _listen(listener: socket.socket) -> None:
    """Bind it, unless it is another server's that was ended. Raises CommandError where the port is taken."""
    if listener.getsockname()[1]:
        return
    try:
        listener.bind(("0.0.0.0", settings.PORT))  # noqa: S104
        listener.listen(1024)
    except OSError as exc:
        raise CommandError(
            f"Port {settings.PORT} cannot be listened on ({exc.strerror}). Set PORT to another one."
        ) from exc


async def _mend() -> None:
    try:
        await mend(await runtime().store.manifest())
    except VectorStoreUnavailable as exc:
        logger.warning("The rows of the index are not compared with it: %s", exc)
    finally:
        await close_runtime()


def _check_providers() -> None:
    """Find out now, and not at the first question, whether what the settings name can be had."""
    language_model()
    embedder()
    open_store()


async def _in_background() -> None:
    await asyncio.gather(_get_ready(), interrupt_lost_turns())


async def _get_ready() -> None:
    # Of an index that is there already questions are asked while a newer one is built.
    async with asyncio.TaskGroup() as group:
        group.create_task(build_index())
        await _load()
    await _load()


async def _load() -> None:
    """What questions need. It stays: each look of the garbage collector at it would hold up all answers."""
    await runtime().prepare()
    gc.collect()
    gc.freeze()


async def _finish_work() -> None:
    await turn_engine().drain(settings.TURN_GRACE)
    await close_throttling()
    await close_runtime()


def _createsuperuser() -> str:
    """The command as it has to be typed here."""
    python = ".venv/bin/python" if sys.prefix == str(BASE_DIR / ".venv") else "python"
    moved = "" if settings.DATA_DIR == BASE_DIR / "data" else f"DATA_DIR={settings.DATA_DIR} "
    return f"{moved}{python} manage.py createsuperuser"
