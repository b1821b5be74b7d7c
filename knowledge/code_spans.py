"""Code spans in a line or paragraph of Markdown: between two runs of equally many backticks."""

import re
from collections.abc import Iterator

_TICKS = re.compile("`+")


def code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each begins and ends, its backticks included, in a time that grows with the text's length."""
    runs = [run.span() for run in _TICKS.finditer(text)]
    closing: list[int | None] = []  # of each run, the next one that is as long
    last: dict[int, int] = {}
    for position in range(len(runs) - 1, -1, -1):
        length = runs[position][1] - runs[position][0]
        closing.append(last.get(length))
        last[length] = position
    closing.reverse()
    position = 0
    while position < len(runs):
        closed = closing[position]
        if closed is not None:
            yield runs[position][0], runs[closed][1]
        position = position + 1 if closed is None else closed + 1


def replace_code_spans(text: str, replacement: str) -> str:
    pieces, place = [], 0
    for start, end in code_spans(text):
        pieces += [text[place:start], replacement]
        place = end
    return "".join(pieces) + text[place:]
