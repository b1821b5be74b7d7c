"""A site's golden questions: what its book must go on answering, whatever is changed.

They stand in `golden.jsonl`, in the content's folder or beside it, one on each line:
`{"question": "…", "expected": "guide/install#linux"}`, where `expected` is a page, or a heading of one by its
anchor, or a list of such, any of which will do; or `"not in the book"`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from django.conf import settings

from knowledge.errors import EmbeddingUnavailable, GoldenQuestionsLost, SourceUnreadable
from knowledge.retrieval import Retrieval, retrieve
from knowledge.runtime import Runtime
from knowledge.sources.json_lines import read_json_lines
from knowledge.types import Chunk, GoldenFigures, ScoredChunk

FILE: Final = "golden.jsonl"
NOT_IN_BOOK: Final = "not in the book"
NAMED: Final = 5  # lost questions that a message names


@dataclass(frozen=True, slots=True)
class GoldenQuestion:
    text: str
    expected: tuple[str, ...]  # pages or page#anchor; none: the book does not say


def read_golden(paths: Sequence[Path]) -> tuple[GoldenQuestion, ...]:
    """Those of the sources at `paths`; none where there is no such file. Raises SourceUnreadable."""
    files = dict.fromkeys(file for path in paths if (file := _file_of(path)))
    return tuple(question for file in files for question in _read(file))


async def golden_figures(
    questions: Sequence[GoldenQuestion], *, fresh: Runtime, active: Runtime | None
) -> GoldenFigures:
    """Ask both indexes. Raises what `retrieve` raises, and EmbeddingUnavailable."""
    now = [await _passes(question, fresh) for question in questions]
    if active is None:
        return GoldenFigures(len(questions), passed=sum(now), passed_before=None)
    before = [await _passes(question, active) for question in questions]
    lost = [
        question.text
        for question, passes, passed in zip(questions, now, before, strict=True)
        if passed and not passes
    ]
    return GoldenFigures(len(questions), sum(now), sum(before), tuple(lost))


def require_kept(figures: GoldenFigures) -> None:
    """Raises GoldenQuestionsLost where the new index falls short of the active one beyond GOLDEN_MARGIN."""
    if figures.passed_before is None:
        return
    if (figures.passed_before - figures.passed) / figures.questions <= settings.GOLDEN_MARGIN:
        return
    named = " ".join(f"“{question}”" for question in figures.lost[:NAMED])
    more = f" and {len(figures.lost) - NAMED} more" if len(figures.lost) > NAMED else ""
    raise GoldenQuestionsLost(
        f"The new index was not put in place: {figures} Lost: {named}{more}. Mend the book or its {FILE}, "
        "or take the new index as it is: manage.py reindex --accept"
    )


async def _passes(question: GoldenQuestion, runtime: Runtime) -> bool:
    retrieval = await retrieve(question.text, limit=settings.TOP_K, runtime=runtime)
    if retrieval.lacks_vector:
        raise EmbeddingUnavailable("The golden questions could not be embedded. Run reindex again.")
    if not question.expected:
        return not retrieval.sufficient
    return retrieval.sufficient and _finds(retrieval, question.expected)


def _finds(retrieval: Retrieval, expected: Sequence[str]) -> bool:
    return any(_is_at(scored, place) for scored in retrieval.passages for place in expected)


def _is_at(scored: ScoredChunk, place: str) -> bool:
    page, _, anchor = place.partition("#")
    page = page.strip("/") or page
    return scored.chunk.anchor == (anchor or scored.chunk.anchor) and page in _pages(scored.chunk)


def _pages(chunk: Chunk) -> Iterator[str]:
    """The names of the chunk's page: its file's, with and without its ending, and the ends of its address."""
    yield chunk.document
    yield chunk.document.removesuffix(PurePosixPath(chunk.document).suffix)
    address = chunk.url.partition("#")[0].strip("/")
    yield address
    while "/" in address:
        address = address.partition("/")[2]
        yield address


def _file_of(path: Path) -> Path | None:
    path = path.resolve()
    places = [path / FILE, path.parent / FILE] if path.is_dir() else [path.parent / FILE]
    return next((place for place in places if place.is_file()), None)


def _read(file: Path) -> Iterator[GoldenQuestion]:
    for where, fields in read_json_lines(file):
        yield _question(fields, where=where)


def _question(fields: dict[str, Any], *, where: str) -> GoldenQuestion:
    text = fields.get("question")
    if not isinstance(text, str) or not text.strip():
        raise SourceUnreadable(f'{where}: expected {{"question": …, "expected": "page#anchor"}}.')
    return GoldenQuestion(text, _expected(fields.get("expected"), where=where))


def _expected(value: Any, *, where: str) -> tuple[str, ...]:
    if value == NOT_IN_BOOK:
        return ()
    places = [value] if isinstance(value, str) else value
    if not isinstance(places, list) or not places or not all(isinstance(one, str) and one for one in places):
        raise SourceUnreadable(
            f'{where}: "expected" must be a page, page#anchor, a list of these, or "{NOT_IN_BOOK}".'
        )
    return tuple(places)
