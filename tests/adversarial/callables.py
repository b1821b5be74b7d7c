"""All that a text of a stranger, a book or a model is put through, each as a function of the text."""

import asyncio
import json
import logging
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from chat.admin.exports import safe_cell
from chat.serializers import QuerySerializer
from chatbot_project import book
from chatbot_project.clients import client_address
from chatbot_project.logs import NamesFilter, OneLineFormatter
from chatbot_project.origins import origin_allowed
from knowledge.chunking import chunk, count_tokens
from knowledge.citations import Citations, marker_may_begin, read_marker, uncited_share, without_markers
from knowledge.definitions import defining_first, terms
from knowledge.errors import SourceUnreadable
from knowledge.excerpts import excerpt
from knowledge.fencing import fenced
from knowledge.followups import leans_on_history
from knowledge.links import as_link
from knowledge.neutralising import Addresses, NeutralFilter, plain_text
from knowledge.providers.local.extractive import ExtractiveModel
from knowledge.selections import passages_with
from knowledge.sentences import sentences
from knowledge.smalltalk import reply_to
from knowledge.sources import load
from knowledge.sources.frontmatter import split_front_matter
from knowledge.stores.bm25 import encoder
from knowledge.types import (
    Block,
    BlockKind,
    Chunk,
    Prompt,
    ScoredChunk,
    Section,
    Selection,
    SourceDocument,
    WeightedText,
)
from knowledge.unanswered import UnansweredFilter
from knowledge.words import content_word_count, content_words, letters
from tests.scripted import HashEmbedder

Reading = Callable[[str], object]

_PROSE = "A reducer is a function that returns the next state. In 1999 there were two of them: `a` and b. "
_RUNNER = asyncio.Runner()
_PIECE = 16  # code points of an answer that come at once
_QUESTION = "What is a reducer, and how many are there?"


def _passage(text: str, *, heading: str = "Reducers") -> ScoredChunk:
    found = Chunk(
        id=UUID(int=0), document="a.md", title="A", headings=("A", heading), anchor=None, url="/book/a",
        position=0, text=text, tokens=0, content_hash="",
    )  # fmt: skip
    return ScoredChunk(chunk=found, score=1.0, similarity=0.5, bm25=1.0)


def _quoted(
    question: str, text: str, *, selected: str = "", before: str = "", heading: str = "Reducers"
) -> None:
    """A whole answer of the local model."""
    prompt = Prompt(
        system="",
        messages=(),
        question=question,
        words=tuple(map(WeightedText, filter(None, (question, selected)))),
        passages=(_passage(text, heading=heading), _passage(_PROSE)),
        selection=Selection(selected) if selected else None,
        previous_answer=before,
    )

    async def answer() -> None:
        async for _ in ExtractiveModel(HashEmbedder()).stream(prompt):
            pass

    _RUNNER.run(answer())


def _filtered(text: str) -> None:
    neutral, gaps = NeutralFilter(Citations(3), Addresses(["https://a.example/b"])), UnansweredFilter()
    for begin in range(0, len(text), _PIECE):
        neutral.feed(gaps.feed(text[begin : begin + _PIECE]))
    neutral.feed(gaps.flush())
    neutral.flush()


def _page(suffix: str) -> Reading:
    def read(text: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"a{suffix}")
            path.write_text(text, encoding="utf-8")
            # "There is nothing to read" is an outcome like any other.
            with suppress(SourceUnreadable):
                for document in load([path], base_url="/book"):
                    chunk(document)

    return read


def _cut(kind: BlockKind) -> Reading:
    def cut(text: str) -> None:
        section = Section(headings=("A",), anchor=None, blocks=(Block(kind, text),))
        chunk(SourceDocument(path="a", title="A", url="/a", sections=(section,), content_hash=""))

    return cut


def _logged(text: str) -> None:
    record = logging.LogRecord("a", logging.WARNING, "a.py", 1, "%s", (text,), None)
    NamesFilter().filter(record)
    OneLineFormatter().format(logging.LogRecord("a", logging.WARNING, "a.py", 1, "%s", (text,), None))


def _asked(text: str) -> None:
    reply_to(text)
    leans_on_history(text)
    terms(text)
    defining_first(text, [_passage(_PROSE)])
    content_words(text)
    content_word_count(text)
    letters(text)
    encoder("english").query([WeightedText(text)])
    excerpt(_PROSE, question=text)


READER: Mapping[str, Reading] = {
    "the question": _asked,
    "the question, quoted for": lambda text: _quoted(text, _PROSE),
    "the selection": lambda text: _quoted(_QUESTION, text, selected=text),
    "the question about the selection": lambda text: _quoted(text, text, selected=text),
    "the selection among passages": lambda text: passages_with(
        Selection(text), on_page=[_passage(_PROSE)], elsewhere=[_passage(text)]
    ),
    "the answer before": lambda text: _quoted(_QUESTION, _PROSE, before=text),
    "a prompt's fence": fenced,
    "the fields of a request": lambda text: QuerySerializer(
        data={"query": text, "selected_text": text, "page_url": f"https://a{text}"}
    ).is_valid(),
    "the page's address": lambda text: as_link(f"https://a/{text}"),
    "the Origin header": lambda text: origin_allowed(f"https://{text}", "a"),
    "the X-Forwarded-For header": lambda text: client_address("1.1.1.1", text, 1),
    "a log line": _logged,
}
ANSWER: Mapping[str, Reading] = {
    "an answer": _filtered,
    "an answer as plain text": plain_text,
    "an exported cell": safe_cell,
    "an answer's uncited share": uncited_share,
    "a citation": lambda text: (read_marker(text), marker_may_begin(text, 0), without_markers(text)),
}
PASSAGE: Mapping[str, Reading] = {
    "sentences": sentences,
    "an excerpt": lambda text: excerpt(text, question=_QUESTION),
    "a passage, quoted": lambda text: _quoted(_QUESTION, text),
    "a heading, quoted under": lambda text: _quoted(_QUESTION, _PROSE, heading=text),
    "BM25 terms": lambda text: encoder("english").document(text),
    "tokens": count_tokens,
    **{f"a block of {kind}, cut": _cut(kind) for kind in BlockKind},
    "a block, shown": lambda text: book._markdown().render(text),
}
PAGE: Mapping[str, Reading] = {
    "a page of text": _page(".txt"),
    "a page of HTML": _page(".html"),
    "a page of MDX": _page(".mdx"),
    "front matter": lambda text: split_front_matter(text, file="a.md"),
    "a line of JSON": lambda text: _page(".jsonl")(
        json.dumps({"id": "a", "title": text, "text": text, "url": text})
    ),
}
ALL: Mapping[str, Mapping[str, Reading]] = {
    "reader": READER,
    "answer": ANSWER,
    "passage": PASSAGE,
    "page": PAGE,
}
