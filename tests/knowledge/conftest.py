"""An index of the test's own, and a small book to fill it with."""

from pathlib import Path
from typing import Any

import pytest

from knowledge.stores import open_store
from knowledge.stores.base import VectorStore
from tests.knowledge.books import write_book


@pytest.fixture
def index_dir(settings: Any, tmp_path: Path) -> Path:
    """Where the configured store keeps its files: nothing at first."""
    settings.INDEX_DIR = tmp_path / "index"
    return tmp_path / "index"


@pytest.fixture
def store(index_dir: Path) -> VectorStore:
    return open_store()


@pytest.fixture
def book(settings: Any, tmp_path: Path) -> Path:
    """Three pages of two sections each, as the configured content."""
    settings.CONTENT_PATH = write_book(tmp_path / "book")
    settings.CONTENT_BASE_URL = "https://book.example"
    return tmp_path / "book"
