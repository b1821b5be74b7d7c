"""Files -> SourceDocument: Markdown, MDX, HTML and text below a folder, or a .jsonl file."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from django.conf import settings

from knowledge.errors import SourceUnreadable
from knowledge.sources.folder import HTML, MARKDOWN, TEXT, SourceFile, snapshot, walk
from knowledge.sources.html import read_html
from knowledge.sources.jsonl import read_jsonl
from knowledge.sources.markdown import read_markdown
from knowledge.sources.text import read_text_page
from knowledge.types import SourceDocument

__all__ = ["BOOK_URL", "default_base_url", "load", "snapshot"]

BOOK_URL = "/book"  # where this server itself shows the pages of a book that is published nowhere else

_READERS = {
    **dict.fromkeys(MARKDOWN, read_markdown),
    **dict.fromkeys(HTML, read_html),
    **dict.fromkeys(TEXT, read_text_page),
}


def default_base_url() -> str:
    """The address at which the content's root is published."""
    return settings.CONTENT_BASE_URL or BOOK_URL


def load(paths: Sequence[Path], *, base_url: str) -> list[SourceDocument]:
    """The documents of all `paths`, each a folder, a page or a .jsonl file, in that order and by path.

    `base_url` is the address at which each folder's root is published. Raises SourceUnreadable.
    """
    documents: dict[str, SourceDocument] = {}
    origins: dict[str, Path] = {}
    for path in paths:
        for document in _load(path, base_url=base_url):
            if document.path in documents:
                raise SourceUnreadable(
                    f"{origins[document.path]} and {path} both hold {document.path!r}. "
                    "Rename one, or leave one out."
                )
            documents[document.path], origins[document.path] = document, path
    if not documents:
        places = ", ".join(map(str, paths)) or "no path"
        raise SourceUnreadable(
            f"There is nothing to read in {places}: no page with text in .md, .mdx, .html or .txt."
        )
    return list(documents.values())


def _load(path: Path, *, base_url: str) -> Iterator[SourceDocument]:
    if path.is_dir():
        return _read(walk(path), base_url=base_url)
    if not path.is_file():
        raise SourceUnreadable(f"There is no folder or file {path}.")
    if path.suffix.lower() == ".jsonl":
        return read_jsonl(path, base_url=base_url)
    if path.suffix.lower() in _READERS:
        return _read([SourceFile(path.parent, path.name)], base_url=base_url)
    raise SourceUnreadable(f"{path} is not a folder, nor a .jsonl, .md, .mdx, .html or .txt file.")


def _read(files: Iterable[SourceFile], *, base_url: str) -> Iterator[SourceDocument]:
    for file in files:
        document = _READERS[file.suffix](file, base_url=base_url)
        if document is not None:
            yield document
