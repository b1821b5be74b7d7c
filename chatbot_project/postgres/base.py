"""The backend that `ENGINE` names; Django looks for it in a module of this name."""

from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes no dead connection from the pool.

    A server that goes to sleep or is restarted kills all that lie idle. Django can have the pool check the
    one it hands out, but the pool meets the dead ones one by one and pauses after each, longer every time.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection[Any]:
        connection: Connection[Any] = super().get_new_connection(conn_params)
        pool: ConnectionPool[Any] | None = self.pool
        if pool is None or _answers(connection):
            return connection
        # Where one is dead the others are suspects: new ones take the place of all.
        pool.putconn(connection)
        pool.drain()
        fresh: Connection[Any] = super().get_new_connection(conn_params)
        return fresh


def _answers(connection: Connection[Any]) -> bool:
    try:
        ConnectionPool.check_connection(connection)
    except OperationalError:
        return False
    return True
