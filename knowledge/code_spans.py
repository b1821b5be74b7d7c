"""Code spans in a line or paragraph of Markdown: between two runs of equally many backticks."""

import re
from collections.abc import Iterator

_TICKS = re.compile("`+")


def closing_ends(text: str) -> dict[int, int]:
    """For each run of backticks that another closes: from where it begins to where the other ends.

    It takes a time that grows with the text's length. Such a run opens a span unless it stands in one.
    """
    closed: dict[int, int] = {}
    following: dict[int, int] = {}  # by length, where the next run ends
    for run in reversed(list(_TICKS.finditer(text))):
        length = len(run[0])
        if length in following:
            closed[run.start()] = following[length]
        following[length] = run.end()
    return closed


def code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each begins and ends, its backticks included."""
    place = 0
    for start, end in sorted(closing_ends(text).items()):
        if start >= place:
            yield start, end
            place = end


def replace_code_spans(text: str, replacement: str) -> str:
    pieces, place = [], 0
    for start, end in code_spans(text):
        pieces += [text[place:start], replacement]
        place = end
    return "".join(pieces) + text[place:]
