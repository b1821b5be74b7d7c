from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from chatbot_project.databases import database, is_on_this_machine

NEON = "postgresql://ada:s3cret@ep-cool-bar-1-pooler.eu-central-1.aws.neon.tech/book"


def configured(url: str | None) -> dict[str, Any]:
    return database(url, data_dir=Path("/srv/data"))


def options(url: str) -> dict[str, Any]:
    return configured(url)["OPTIONS"]


def test_without_an_address_the_database_is_a_file_in_the_data_directory():
    assert configured(None)["ENGINE"] == "django.db.backends.sqlite3"
    assert configured(None)["NAME"] == "/srv/data/db.sqlite3"


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:////srv/the%20book.sqlite3", "/srv/the book.sqlite3"),
        ("sqlite:///book.sqlite3", "book.sqlite3"),
    ],
)
def test_another_file_is_named_by_its_path(url, path):
    assert configured(url)["NAME"] == path
    assert configured(url)["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_a_server_is_named_by_either_scheme(scheme):
    settings = configured(f"{scheme}://ada:s3cret@db.example:6543/book")
    parts = [settings[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")]
    assert parts == ["ada", "s3cret", "db.example", "6543", "book"]


@pytest.mark.parametrize(
    ("written", "password"), [("p%40ss%2Fw%25rd", "p@ss/w%rd"), ("pa#ss", "pa#ss"), ("a+b", "a+b")]
)
def test_a_password_is_decoded(written, password):
    assert configured(f"postgres://ada:{written}@db.example/book")["PASSWORD"] == password


def test_options_in_the_address_have_the_last_word():
    chosen = options(f"{NEON}?sslmode=verify-full&channel_binding=require&connect_timeout=20")
    assert chosen["sslmode"] == "verify-full"
    assert chosen["channel_binding"] == "require"
    assert chosen["connect_timeout"] == "20"


@pytest.mark.parametrize(
    "url",
    [
        NEON,
        "postgres://u:p@10.0.0.7/book",
        "postgres://u:p@localhost,db.example/book",
        "postgres://u:p@/book?host=db.example",
        "postgres://u:p@/book?hostaddr=10.0.0.7",
    ],
)
def test_encryption_is_demanded_of_a_server_elsewhere(url):
    assert options(url)["sslmode"] == "require"
    assert not is_on_this_machine(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgres://u:p@localhost/book",
        "postgres://u:p@127.0.0.1:5433/book",
        "postgres://u:p@[::1]/book",
        "postgres:///book?host=/run/postgresql",
        "postgres:///book",
    ],
)
def test_no_encryption_is_demanded_of_this_machine(url):
    assert "sslmode" not in options(url)
    assert is_on_this_machine(url)


def test_what_the_address_says_of_encryption_is_obeyed():
    assert options("postgres://u:p@db/book?sslmode=disable")["sslmode"] == "disable"


def test_a_pooler_of_transactions_is_survived():
    settings = configured(NEON)
    assert settings["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert settings["OPTIONS"]["prepare_threshold"] is None
    assert settings["CONN_MAX_AGE"] == 0
    # Poolers refuse connections that bring session settings along.
    assert "options" not in settings["OPTIONS"]


def test_an_idle_pool_lets_the_database_sleep():
    assert options(NEON)["pool"]["min_size"] == 0


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("postgres://ada:s3cr%et@db.example/book", "% %25"),
        ("postgres://ada:s3cr@et@db.example/book", "@ %40"),
        ("postgres://ada:s3cr/et@db.example/book?a=b", "pgbouncer=true"),
        (f"{NEON}?pgbouncer=true", "pgbouncer=true"),
        ("postgres://ada:s3cret@db.example", "names no database"),
        ("postgres://ada:s3cret@db.example/?sslmode=require", "names no database"),
        ("sqlite://", "names no database"),
        ("sqlite:///", "names no database"),
    ],
)
def test_a_wrong_address_is_refused_with_advice_and_not_shown(url, advice):
    with pytest.raises(ImproperlyConfigured) as caught:
        configured(url)
    assert str(caught.value).startswith("DATABASE_URL ")
    assert advice in str(caught.value)
    assert "s3cr" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
