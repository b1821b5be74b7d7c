"""Tables as GitHub's Markdown has them: a head, a line of dashes, rows."""

import re

_DASHES = re.compile(r":?-+:?")
_TICKS = re.compile("`+")


def cells_of(row: str) -> list[str]:
    """The row's cells; a pipe behind a backslash ends none."""
    cells, place, begin = [], 0, 0
    row = row.strip().removeprefix("|")
    while place < len(row):
        if row[place] == "|":
            cells.append(row[begin:place].strip())
            begin = place + 1
        place += 2 if row[place] == "\\" else 1
    last = row[begin:].strip()
    return [*cells, last] if last else cells


def makes_table(head: str, dashes: str) -> bool:
    """Whether the two lines begin a table, and the first one reads the same in cells as it does as text."""
    columns, cells = cells_of(dashes), cells_of(head)
    is_dashes = "|" in dashes and all(map(_DASHES.fullmatch, columns))
    return is_dashes and 0 < len(columns) == len(cells) and "|" in head and all(map(_is_whole, cells))


def row_of(cells: list[str], *, like: str) -> str:
    """The cells as a row, between pipes where that row is."""
    is_closed = like.rstrip().endswith("|") or not any(cells[-1:])
    return f"{'| ' * like.lstrip().startswith('|')}{' | '.join(cells)}{' |' * is_closed}"


def _is_whole(cell: str) -> bool:
    """Whether all code in the cell ends there."""
    runs = [len(run) for run in _TICKS.findall(cell)]
    while runs:
        run = runs.pop(0)
        if run not in runs:
            return False
        del runs[: runs.index(run) + 1]
    return True
