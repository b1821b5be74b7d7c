"""A question about text that the reader marked."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from knowledge.followups import Lookup
from knowledge.selections import drawn_to, page_of, passages_with
from knowledge.types import Chunk, IndexedDocument, Manifest, ScoredChunk, Selection, WeightedText
from tests.scripted import HashEmbedder


def scored(text: str, document: str = "a.md") -> ScoredChunk:
    chunk = Chunk(uuid4(), document, "A", ("A",), None, "/book/a", 0, text, 3, "0" * 64)
    return ScoredChunk(chunk, 1.0, 0.5, 2.0)


def manifest(*urls: str) -> Manifest:
    documents = tuple(IndexedDocument(f"{n}.md", "T", url, "0" * 64, 1) for n, url in enumerate(urls))
    return Manifest("b", datetime.now(UTC), None, "english", "f", ("/book",), documents)


def test_the_marked_passage_comes_first_then_page_and_book_by_turns():
    book, page = [scored("one"), scored("two")], [scored("three"), scored("A *robot* walks.")]
    passages = passages_with(Selection("a robot walks"), on_page=page, elsewhere=book)
    assert passages == [page[1], page[0], book[0], book[1]]


def test_a_passage_that_page_and_book_both_found_comes_once():
    shared = scored("A robot walks.")
    passages = passages_with(Selection("robot walks"), on_page=[shared], elsewhere=[shared, scored("b")])
    assert [found.chunk.text for found in passages] == ["A robot walks.", "b"]


def test_a_selection_that_no_passage_holds_is_a_passage_itself():
    selection = Selection("Something else.", "https://site.example/blog")
    first, *_ = passages_with(selection, on_page=[], elsewhere=[scored("A robot walks.")])
    assert (first.chunk.text, first.chunk.url) == (selection.text, selection.page_url)


@pytest.mark.parametrize(
    ("page_url", "path"),
    [
        ("https://site.example/docs/hands", "1.md"),
        ("https://site.example/docs/hands/?utm=1#grip", "1.md"),
        ("http://localhost:3000/docs/hands", "1.md"),
        ("https://site.example/docs/feet", None),
        (None, None),
    ],
)
def test_the_page_that_the_reader_is_on_is_found_by_its_path(page_url, path):
    book = manifest("https://site.example/docs/", "https://site.example/docs/hands")
    page = page_of(Selection("x", page_url), book)
    assert (page and page.path) == path


async def test_the_lookup_is_drawn_to_the_selection():
    embedder = HashEmbedder()
    vector = await embedder.embed_query("explain this")
    lookup = Lookup("explain this", (WeightedText("explain this"),), vector)
    drawn = await drawn_to(lookup, Selection("zero-moment point"), embedder)
    target = await embedder.embed_query("zero-moment point")
    assert float(drawn.vector @ target) > float(vector @ target)
    assert drawn.words[-1].text == "zero-moment point"
