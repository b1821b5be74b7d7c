"""The book's own pages, where citations lead while the book is published nowhere else."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import unquote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from knowledge import sources
from knowledge.content import source_paths
from knowledge.errors import SourceUnreadable
from knowledge.runtime import runtime
from knowledge.sources.bounded import bounded_tables_plugin
from knowledge.sources.routes import is_folder_page
from knowledge.types import BlockKind, Section, SourceDocument

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Book:
    documents: tuple[SourceDocument, ...]
    pages: Mapping[str, SourceDocument]  # by their path below the book's address, without slashes at its ends


@dataclass(frozen=True, slots=True)
class RenderedBlock:
    html: SafeString
    is_admonition: bool


@dataclass(frozen=True, slots=True)
class RenderedSection:
    tag: str  # "h2" … "h6"; "" where the page's title is the heading
    heading: str
    anchor: str | None
    blocks: tuple[RenderedBlock, ...]


@require_safe
async def book_page(request: HttpRequest, path: str = "") -> HttpResponse:
    """The page at `path` below the book's address; a link to each page stands below the root's own.

    There is none where another site publishes the book.
    """
    if settings.CONTENT_BASE_URL:
        raise Http404
    paths = tuple(source_paths(await runtime().store.manifest()))
    return await asyncio.to_thread(_response, request, path, paths)


def _response(request: HttpRequest, path: str, paths: tuple[Path, ...]) -> HttpResponse:
    book = _current_book(paths)
    if book is None:
        raise Http404
    document = book.pages.get(path.strip("/"))
    if document is None and path.strip("/"):
        raise Http404
    contents = () if path.strip("/") else book.documents
    return render(request, "book/page.html", {**_page(document), "contents": contents})


def _current_book(paths: tuple[Path, ...]) -> Book | None:
    """The book as its files are now; None where they cannot be read."""
    try:
        return _book(paths, frozenset().union(*map(sources.snapshot, paths)))
    except SourceUnreadable as exc:
        logger.warning("The book cannot be shown: %s", exc)
        return None


@lru_cache(maxsize=1)
def _book(paths: tuple[Path, ...], snapshot: frozenset[tuple[str, int, int]]) -> Book:
    """Read once for each `snapshot`, so that a page takes milliseconds."""
    documents = sources.load(paths, base_url=sources.BOOK_URL)
    prefix = f"{sources.BOOK_URL}/"
    pages = {
        unquote(document.url.removeprefix(prefix)).strip("/"): document
        for document in reversed(documents)
        if document.url.startswith(prefix)
    }
    return Book(tuple(sorted(documents, key=_reading_order)), pages)


def _reading_order(document: SourceDocument) -> str:
    """By path, but a folder's own page before the others in it."""
    folder, _, _ = document.path.rpartition("/")
    return f"{folder}/" if is_folder_page(document.path) else document.path


def _page(document: SourceDocument | None) -> dict[str, object]:
    if document is None:
        return {"title": "Contents", "sections": ()}
    top = document.sections[0].headings[:1] if document.sections else ()
    sections = [_rendered(section) for section in document.sections]
    return {"title": top[0] if top else document.title, "sections": sections}


def _rendered(section: Section) -> RenderedSection:
    level = len(section.headings)
    return RenderedSection(
        tag=f"h{min(level, 6)}" if level > 1 else "",
        heading=section.headings[-1] if section.headings else "",
        anchor=section.anchor,
        blocks=tuple(
            # html=False escapes all tags, and the parser lets no link run a script.
            RenderedBlock(mark_safe(_markdown().render(block.text)), block.kind is BlockKind.ADMONITION)  # noqa: S308
            for block in section.blocks
        ),
    )


@cache
def _markdown() -> MarkdownIt:
    # The blocks hold no definitions of links any more; each use of one would repeat the address.
    md = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("reference")
    md.use(bounded_tables_plugin)
    return md.use(
        dollarmath_plugin, allow_labels=False, allow_space=False, allow_digits=False, allow_blank_lines=False
    )
