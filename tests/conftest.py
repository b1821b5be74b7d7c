"""Fixtures that any test may want."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from chat import throttling
from knowledge.ingestion import ingest
from knowledge.providers.local.minilm import MiniLmEmbedder
from knowledge.sources import BOOK_URL
from knowledge.stores.edge import EdgeStore
from tests.scripted import hash_embedder, scripted_model

__all__ = ["hash_embedder", "scripted_model"]


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> Iterator[None]:
    throttling.forget_all()
    yield


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
