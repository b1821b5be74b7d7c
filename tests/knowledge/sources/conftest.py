"""A folder to write pages into, and what is read from them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.sources import load
from knowledge.types import SourceDocument

Folder = Callable[[dict[str, str]], Path]
ReadPages = Callable[[dict[str, str]], dict[str, SourceDocument]]
ReadPage = Callable[..., SourceDocument]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    def write(pages: dict[str, str]) -> Path:
        for path, text in pages.items():
            location = tmp_path / "site" / path
            location.parent.mkdir(parents=True, exist_ok=True)
            location.write_text(text, encoding="utf-8", newline="")
        return tmp_path / "site"

    return write


@pytest.fixture
def read_pages(folder: Folder) -> ReadPages:
    def read(pages: dict[str, str]) -> dict[str, SourceDocument]:
        documents = load([folder(pages)], base_url="https://site.example")
        return {document.path: document for document in documents}

    return read


@pytest.fixture
def read_page(read_pages: ReadPages) -> ReadPage:
    def read(text: str, *, name: str = "page.md") -> SourceDocument:
        return read_pages({name: text})[name]

    return read
