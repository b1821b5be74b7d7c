"""A .jsonl file: one document on each line, `{"id", "title"?, "text", "url"?}`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.bounds import ADDRESS_CHARACTERS
from knowledge.errors import SourceUnreadable
from knowledge.sources.json_lines import read_json_lines
from knowledge.sources.outline import sections, source_document
from knowledge.sources.routes import page_url
from knowledge.sources.text import paragraphs
from knowledge.storable import storable
from knowledge.types import SourceDocument


def read_jsonl(path: Path, *, base_url: str) -> Iterator[SourceDocument]:
    """The documents in the file's order; other fields of a line are left alone.

    Raises SourceUnreadable, naming the file and the line.
    """
    seen: dict[str, str] = {}
    for where, fields in read_json_lines(path):
        document = _document(fields, where=where, base_url=base_url)
        if (first := seen.setdefault(document.path, where)) != where:
            raise SourceUnreadable(f"{where} has the same id as {first}: {document.path!r}.")
        if document.sections:
            yield document


def _document(fields: dict[str, Any], *, where: str, base_url: str) -> SourceDocument:
    identifier = _string(fields, "id", where=where)
    if not identifier:
        raise SourceUnreadable(f'{where} has no "id".')
    if "text" not in fields:
        raise SourceUnreadable(f'{where} has no "text".')
    title = _string(fields, "title", where=where)
    url = _string(fields, "url", where=where)
    blocks = list(paragraphs(_string(fields, "text", where=where)))
    return source_document(
        identifier,
        title=title or identifier,
        url=url if url and len(url) <= ADDRESS_CHARACTERS else page_url(base_url, identifier),
        # An id says nothing to a reader, so it is no heading.
        sections=sections(blocks, title=title) if blocks else (),
    )


def _string(fields: dict[str, Any], name: str, *, where: str) -> str:
    value = fields.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and name == "id":
        return str(value)
    if value is not None and not isinstance(value, str):
        raise SourceUnreadable(f'{where}: "{name}" must be a string.')
    return storable(value or "").strip()
