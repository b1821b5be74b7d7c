"""DATABASE_URL as Django's DATABASES.

Behind every address of a Postgres there may be a pooler that gives each transaction another connection
(PgBouncer, Neon's `-pooler`, Supabase's port 6543); so nothing here or elsewhere leans on a session.
"""

from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from django.core.exceptions import ImproperlyConfigured

# Writers queue for the lock when their transaction begins, instead of failing when they first write.
SQLITE_OPTIONS: Final = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}

# Seconds that a caller waits for a connection. A database that sleeps takes some to wake up.
PATIENCE: Final = 10
POOL: Final = {
    "min_size": 0,  # so that a database which nobody uses may go to sleep
    "max_size": 10,
    "timeout": PATIENCE,
    "max_idle": 60,
    # Unless told otherwise the pool lets minutes pass between its attempts to reach a database that is away.
    "reconnect_timeout": PATIENCE,
}
POSTGRES_OPTIONS: Final = {
    "application_name": "book-chat",
    "connect_timeout": str(PATIENCE),
    # A server that vanishes without a word is noticed within half a minute when nothing is said …
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    # … and within these milliseconds when something is.
    "tcp_user_timeout": str(PATIENCE * 1000),
    "prepare_threshold": None,
}

UNREADABLE: Final = (
    "DATABASE_URL cannot be read. It is written postgresql://user:password@host:5432/name, where these "
    "characters of a password become codes: @ %40, : %3A, / %2F, ? %3F, # %23, % %25."
)
UNKNOWN_OPTION: Final = (
    "DATABASE_URL has an option behind its question mark that PostgreSQL does not know. Leave out what is "
    "meant for other programs, such as pgbouncer=true."
)
NO_DATABASE: Final = "DATABASE_URL names no database: it ends in /name, before any question mark."


def database(url: str | None, *, data_dir: Path) -> dict[str, Any]:
    """The one entry of DATABASES: SQLite in `data_dir` where there is no URL.

    Raises ImproperlyConfigured, which names DATABASE_URL and shows nothing of it: it holds a password.
    """
    if url is None:
        return _sqlite(str(data_dir / "db.sqlite3"))
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        return _sqlite(unquote(rest.partition("?")[0].partition("/")[2]))
    return _postgres(_parameters(url))


def is_on_this_machine(url: str | None) -> bool:
    """Whether the database is a file here, or a server reached without a network."""
    return url is None or url.startswith("sqlite:") or _is_local(_parameters(url))


def _sqlite(path: str) -> dict[str, Any]:
    if not path:
        raise ImproperlyConfigured(NO_DATABASE)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": 60,
        "OPTIONS": dict(SQLITE_OPTIONS),
    }


def _parameters(url: str) -> dict[str, Any]:
    """The URL's parts under libpq's names for them, as libpq reads them."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        parameters = conninfo_to_dict(url)
    except ProgrammingError as exc:
        unknown = "invalid URI query parameter" in str(exc)
        raise ImproperlyConfigured(UNKNOWN_OPTION if unknown else UNREADABLE) from None
    if "@" in str(parameters.get("host", "")):
        raise ImproperlyConfigured(UNREADABLE)
    return parameters


def _postgres(parameters: dict[str, Any]) -> dict[str, Any]:
    security = {} if _is_local(parameters) else {"sslmode": "require"}
    names = {name: parameters.pop(name, "") for name in ("dbname", "user", "password", "host", "port")}
    if not names["dbname"]:
        raise ImproperlyConfigured(NO_DATABASE)
    return {
        "ENGINE": "chatbot_project.postgres",
        "NAME": names["dbname"],
        "USER": names["user"],
        "PASSWORD": names["password"],
        "HOST": names["host"],
        "PORT": names["port"],
        "CONN_MAX_AGE": 0,  # connections go back to the pool
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {**POSTGRES_OPTIONS, **security, **parameters, "pool": dict(POOL)},
    }


def _is_local(parameters: dict[str, Any]) -> bool:
    hosts = parameters.get("host") or parameters.get("hostaddr") or ""
    return all(_is_local_host(host) for host in hosts.lower().split(","))


def _is_local_host(host: str) -> bool:
    return host in ("", "localhost", "::1") or host.startswith(("/", "127."))
