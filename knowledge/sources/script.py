"""JavaScript, as far as its strings, comments and brackets go."""

import re
from collections.abc import Iterator

_TOKEN = re.compile(r"\\.|[\"'`]|/\*|[\[\](){}\n]", re.DOTALL)
_BLANK_LINE = re.compile(r"\n(?=[ \t]*(?:\n|\Z))|\Z")
_TO_CLOSING_QUOTE = {
    '"': re.compile(r'[^"\\\n]*(?:\\.[^"\\\n]*)*"', re.DOTALL),
    "'": re.compile(r"[^'\\\n]*(?:\\.[^'\\\n]*)*'", re.DOTALL),
    "`": re.compile(r"[^`\\]*(?:\\.[^`\\]*)*`", re.DOTALL),
}


def string_end(source: str, start: int, end: int) -> int | None:
    """Past the string whose quotation mark stands at `start`; None where it is not closed before `end`."""
    closed = _TO_CLOSING_QUOTE[source[start]].match(source, start + 1, end)
    return closed.end() if closed else None


def marks(source: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    """The brackets and line breaks outside of strings and comments, and where each stands.

    A quotation mark or comment that is not closed before `end` is passed over.
    """
    position, comments_close = start, True
    while token := _TOKEN.search(source, position, end):
        position = token.end()
        mark = token[0]
        if mark in _TO_CLOSING_QUOTE:
            position = string_end(source, token.start(), end) or position
        elif mark == "/*":
            closed = source.find("*/", position, end) if comments_close else -1
            comments_close = closed >= 0
            position = closed + 2 if comments_close else position
        elif mark[0] != "\\":
            yield mark, token.start()


def braces_end(source: str, start: int, end: int) -> int | None:
    """Past the {…} that begins at `start`; None where it is not closed before `end`."""
    depth = 0
    for mark, position in marks(source, start, end):
        depth += {"{": 1, "}": -1}.get(mark, 0)
        if depth == 0:
            return position + 1
    return None


def statement_end(source: str, start: int) -> int | None:
    """The first blank line outside all brackets, or the text's end; None where they do not match."""
    depth = 0
    for mark, position in marks(source, start, len(source)):
        if mark != "\n":
            depth += 1 if mark in "([{" else -1
        elif depth <= 0 and _BLANK_LINE.match(source, position):
            return position
    return len(source) if depth <= 0 else None


def next_blank_line(source: str, start: int) -> int:
    found = _BLANK_LINE.search(source, start)
    return found.start() if found else len(source)
