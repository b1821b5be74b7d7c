"""Tables as GitHub's Markdown has them: a head, a line of dashes, rows."""

import re

_DASHES = re.compile(r":?-+:?")


def cells_of(row: str) -> list[str]:
    """The row's cells; a pipe behind a backslash ends none."""
    cells, place, begin = [], 0, 0
    row = row.strip()
    row = row[1:] if row.startswith("|") else row
    while place < len(row):
        if row[place] == "|":
            cells.append(row[begin:place])
            begin = place + 1
        place += 2 if row[place] == "\\" else 1
    if row[begin:].strip():
        cells.append(row[begin:])
    return [cell.strip() for cell in cells]


def alignments_of(row: str) -> list[str]:
    """Of each column, as it is written below a head; nothing where the row is not such a line."""
    cells = cells_of(row)
    if not all(map(_DASHES.fullmatch, cells)):
        return []
    return [f"{':' * cell.startswith(':')}---{':' * cell.endswith(':')}" for cell in cells]


def row_of(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
