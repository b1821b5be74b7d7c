"""What only Postgres can show: servers that share one, and a way to it that fails."""

import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from chatbot_project.databases import POOL, database
from chatbot_project.postgres.base import DatabaseWrapper
from tests.databases import ON_POSTGRES
from tests.standins.tcp_proxy import TcpProxy

collect_ignore_glob = [] if ON_POSTGRES else ["test_*.py"]

PATIENCE = 1.5  # seconds, of the pool that `through` has


@dataclass(frozen=True)
class Way:
    """A database, and the proxy on the only way to it that its `url` knows."""

    proxy: TcpProxy
    parameters: dict[str, Any]  # of the direct way, for psycopg

    @property
    def url(self) -> str:
        user, password = (quote(self.parameters.get(name) or "", safe="") for name in ("user", "password"))
        return f"postgres://{user}:{password}@127.0.0.1:{self.proxy.port}/{self.parameters['dbname']}"


@pytest.fixture
def empty_database() -> Iterator[Way]:
    with new_database() as way:
        yield way


@contextmanager
def new_database() -> Iterator[Way]:
    """A database without any table, behind a proxy of its own."""
    server = conninfo_to_dict(os.environ["TEST_DATABASE_URL"])
    host, port = str(server.get("host") or "localhost"), int(server.get("port") or 5432)
    name = f"test_{secrets.token_hex(6)}"
    with (
        closing(TcpProxy(f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port))) as proxy,
        psycopg.connect(**server, autocommit=True) as connection,
    ):
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
        yield Way(proxy, {**server, "dbname": name})
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


@pytest.fixture
def through(empty_database, django_db_blocker) -> Iterator[DatabaseWrapper]:
    """A connection as the product configures it, but for its patience; `copy()` gives another one."""
    settings = {**database(empty_database.url, data_dir=Path()), "TIME_ZONE": None, "AUTOCOMMIT": True}
    settings |= {"ATOMIC_REQUESTS": False, "CONN_HEALTH_CHECKS": False, "TEST": {}}
    settings["OPTIONS"]["pool"] = {**POOL, "timeout": PATIENCE, "reconnect_timeout": PATIENCE}
    with django_db_blocker.unblock():
        wrapper = DatabaseWrapper(settings, alias=empty_database.parameters["dbname"])
        yield wrapper
        wrapper.close()
        wrapper.close_pool()
