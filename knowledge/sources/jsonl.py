"""A .jsonl file: one document on each line, `{"id", "title"?, "text", "url"?}`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.errors import SourceUnreadable
from knowledge.sources.folder import read_text
from knowledge.sources.outline import sections, source_document
from knowledge.sources.routes import page_url
from knowledge.sources.text import paragraphs
from knowledge.storable import storable
from knowledge.types import SourceDocument


def read_jsonl(path: Path, *, base_url: str) -> Iterator[SourceDocument]:
    """The documents in the file's order; other fields of a line are left alone.

    Raises SourceUnreadable, naming the file and the line.
    """
    seen: dict[str, int] = {}
    # Not splitlines(): JSON strings may hold line separators of Unicode as they are.
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        document = _document(line, where=f"{path}, line {number}", base_url=base_url)
        if (first := seen.setdefault(document.path, number)) != number:
            raise SourceUnreadable(f"{path}: lines {first} and {number} have the same id, {document.path!r}.")
        if document.sections:
            yield document


def _document(line: str, *, where: str, base_url: str) -> SourceDocument:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise SourceUnreadable(f"{where} is not JSON: {exc}.") from exc
    if not isinstance(fields, dict):
        raise SourceUnreadable(f'{where} is not an object: expected {{"id": …, "text": …}}.')
    identifier = _string(fields, "id", where=where)
    if not identifier:
        raise SourceUnreadable(f'{where} has no "id".')
    if "text" not in fields:
        raise SourceUnreadable(f'{where} has no "text".')
    title = _string(fields, "title", where=where)
    blocks = list(paragraphs(_string(fields, "text", where=where)))
    return source_document(
        identifier,
        title=title or identifier,
        url=_string(fields, "url", where=where) or page_url(base_url, identifier),
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
