"""Fixtures that any test may want."""

from collections.abc import Iterator

import pytest

from chat import throttling
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
