"""Fixtures that any test may want."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections

from knowledge.ingestion import ingest
from knowledge.providers.local.minilm import MiniLmEmbedder
from knowledge.sources import BOOK_URL
from knowledge.stores.edge import EdgeStore
from tests.databases import ON_POSTGRES
from tests.scripted import hash_embedder, scripted_model

__all__ = ["hash_embedder", "scripted_model"]

# A shell has what it starts in the background ignore this signal, and so would what the tests start and stop.
signal.signal(signal.SIGINT, signal.default_int_handler)

DATABASE_FIXTURES = {"db", "transactional_db", "empty_database", "way", "patient", "hasty"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On Postgres run what touches the database; everything has run on SQLite."""
    if ON_POSTGRES:
        left_out = [item for item in items if not _touches_the_database(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _touches_the_database(item)]


def _touches_the_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & DATABASE_FIXTURES)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """The tests' database, which can be dropped in the end: nothing is connected to it any more."""
    yield
    asyncio.run(sync_to_async(connections.close_all)())  # of the thread of the ORM's async methods


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path) -> None:
    """No test sees another's index."""
    settings.INDEX_DIR = tmp_path / "index"


@pytest.fixture(scope="session")
def sample_index(tmp_path_factory) -> Path:
    """The INDEX_DIR of an index of the sample book, built with the local model."""
    root = tmp_path_factory.mktemp("sample-index")
    store = EdgeStore(root / settings.QDRANT_COLLECTION, language=settings.BM25_LANGUAGE)
    asyncio.run(ingest([settings.SAMPLE_BOOK], store=store, embedder=MiniLmEmbedder(), base_url=BOOK_URL))
    return root
