"""A question about text that the reader marked: drawn to it, to its page, and able to cite it."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import chain, zip_longest
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from knowledge.followups import Lookup
from knowledge.providers.base import Embedder
from knowledge.query_vectors import query_vector
from knowledge.types import Chunk, IndexedDocument, Manifest, ScoredChunk, Selection, WeightedText
from knowledge.vectors import normalised
from knowledge.words import letters

# How much the selection pulls the question's vector, and how much its words count.
PULL = 0.5
WORDS = 0.3
TITLE = "Selected text"


async def drawn_to(lookup: Lookup, selection: Selection, embedder: Embedder | None) -> Lookup:
    """The lookup, with the selection as a part of what is looked for."""
    vector = lookup.vector
    if vector is not None and (marked := await query_vector(selection.text, embedder)) is not None:
        vector = normalised(vector + PULL * marked)
    return replace(lookup, words=(*lookup.words, WeightedText(selection.text, WORDS)), vector=vector)


def page_of(selection: Selection, manifest: Manifest) -> IndexedDocument | None:
    """The document that the reader is on, where it is one of the book's."""
    if not selection.page_url:
        return None
    path = _path(selection.page_url)
    return next((document for document in manifest.documents if _path(document.url) == path), None)


def passages_with(
    selection: Selection, *, on_page: Sequence[ScoredChunk], elsewhere: Sequence[ScoredChunk]
) -> list[ScoredChunk]:
    """The marked passage first, then the best of its page and the best of the book by turns."""
    text = letters(selection.text)
    marked = next((scored for scored in (*on_page, *elsewhere) if text in letters(scored.chunk.text)), None)
    by_turns = (scored for scored in chain(*zip_longest(on_page, elsewhere)) if scored)
    passages = [marked or _as_passage(selection), *by_turns]
    return list({scored.chunk.id: scored for scored in passages}.values())


def _as_passage(selection: Selection) -> ScoredChunk:
    """The selection itself: its page is not in the book, or says it across two chunks."""
    chunk = Chunk(
        id=uuid5(NAMESPACE_URL, f"{selection.page_url}#{selection.text}"),
        document=selection.page_url or TITLE,
        title=TITLE,
        headings=(TITLE,),
        anchor=None,
        url=selection.page_url or "",
        position=0,
        text=selection.text,
        tokens=0,
        content_hash=sha256(selection.text.encode()).hexdigest(),
    )
    return ScoredChunk(chunk=chunk, score=0.0, similarity=None, bm25=None)


def _path(url: str) -> str:
    return urlsplit(url).path.rstrip("/")
