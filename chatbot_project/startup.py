"""What has to be true of the database before the server may answer."""

import logging
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections

from chatbot_project.env import Environment
from chatbot_project.file_lock import locked

logger = logging.getLogger(__name__)

ADVISORY_LOCK = 7_860_001  # any number that nothing else in the database locks
DATABASE_WITHIN = 120.0  # seconds that a start waits for a database that is away


def migrate() -> None:
    """Bring the tables up to date. Of processes that start at once, one does it and the others wait."""
    with _one_at_a_time():
        call_command("migrate", interactive=False, verbosity=0)


def ensure_superuser(env: Environment) -> None:
    """Create the admin user that DJANGO_SUPERUSER_* names, once: a password changed later stays changed."""
    with _one_at_a_time():
        users = get_user_model()._default_manager
        name, password = env.DJANGO_SUPERUSER_USERNAME, env.DJANGO_SUPERUSER_PASSWORD
        if not name or users.filter(username=name).exists():
            return
        if not password:
            logger.warning("DJANGO_SUPERUSER_PASSWORD is not set, so no admin user is created.")
            return
        users.create_superuser(username=name, email=env.DJANGO_SUPERUSER_EMAIL or "", password=password)


def has_superuser() -> bool:
    return get_user_model()._default_manager.filter(is_superuser=True, is_active=True).exists()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hold the lock of those that prepare the database. Raises CommandError if there is no database."""
    # A connection of its own: on Postgres the lock lasts as long as its transaction.
    holder = connections[DEFAULT_DB_ALIAS].copy()
    if holder.vendor != "postgresql":
        with locked(settings.DATA_DIR / "migrate.lock"):
            yield
        return
    with closing(holder):
        _connect(holder)
        holder.set_autocommit(False)
        with holder.cursor() as cursor:
            # A session's lock would not hold: behind a pooler a session's parts run on any connection.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        yield
        holder.rollback()


def _connect(connection: Any) -> None:
    """Connect, waiting for a server that is away: a start that fails may need a person to be repeated."""
    deadline = time.monotonic() + DATABASE_WITHIN
    while True:
        try:
            connection.ensure_connection()
        except OperationalError as exc:
            if time.monotonic() >= deadline:
                raise CommandError(
                    "The database of DATABASE_URL cannot be reached. The warnings above say why."
                ) from exc
            logger.warning("The database cannot be reached yet. Trying again.")
            time.sleep(1)
        else:
            return
