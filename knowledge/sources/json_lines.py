"""Files of JSON lines: an object on each."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.errors import SourceUnreadable
from knowledge.sources.folder import read_text


def read_json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where each object stands, for messages, and its fields; lines of blanks are passed over.

    Raises SourceUnreadable, naming the file and the line.
    """
    # Not splitlines(): JSON strings may hold line separators of Unicode as they are.
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            where = f"{path}, line {number}"
            yield where, _object(line, where=where)


def _object(line: str, *, where: str) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise SourceUnreadable(f"{where} is not JSON: {exc}.") from exc
    if not isinstance(fields, dict):
        raise SourceUnreadable(f"{where} is not an object of JSON.")
    return fields
