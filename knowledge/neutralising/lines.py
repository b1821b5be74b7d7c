"""A line's beginning: the quotations and list items that it goes on in or opens, and what it is in them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from knowledge.neutralising.writer import Item

_DEEPEST = 8  # quotations and list items; what is written as deeper ones is text

_RULE = re.compile(r"([-_*])(?: *\1){2,} *")
_UNDERLINE = re.compile(r"(?:=+|-+) *")
_HEADING = re.compile(r"(#{1,6})(?: +|$)")
_FENCE = re.compile(r"(`{3,})[^`]*|~{3,}.*")
_ITEM = re.compile(r"([-+*]|(\d{1,2})[.)])(?:( {1,4})(?=[^ ])| |$)")


@dataclass(slots=True)
class Quotation:
    is_empty: bool = False


@dataclass(slots=True)
class ListItem:
    indent: int  # columns that its lines are indented by
    item: Item
    is_empty: bool  # so far


Container: TypeAlias = Quotation | ListItem


class Kind(Enum):
    BLANK = "blank"
    INDENTED = "indented"
    FENCE = "fence"
    HEADING = "heading"
    UNDERLINE = "underline"
    RULE = "rule"
    TEXT = "text"

    @property
    def wants_whole_line(self) -> bool:
        return self in (Kind.INDENTED, Kind.FENCE)


@dataclass(slots=True)
class LineStart:
    matched: int  # of the open containers, how many the line goes on in
    opened: list[Container] = field(default_factory=list)
    kind: Kind = Kind.TEXT
    indent: int = 0  # columns before the text
    text: str = ""


def match(line: str, containers: Sequence[Container]) -> tuple[int, str]:
    """How many of the containers the line goes on in, and the rest of it."""
    for number, container in enumerate(containers):
        text = line.lstrip(" ")
        indent = len(line) - len(text)
        if isinstance(container, Quotation):
            if indent > 3 or not text.startswith(">"):
                return number, line
            line = text[1:].removeprefix(" ")
        elif not text:
            if container.is_empty:
                return number, line
        elif indent >= container.indent:
            line = line[container.indent :]
        else:
            return number, line
    return len(containers), line


def read_start(line: str, containers: Sequence[Container], *, in_paragraph: bool) -> LineStart:
    """What the line is, of which at least the first character that is no blank or mark has come."""
    matched, line = match(line, containers)
    start = LineStart(matched)
    goes_on = in_paragraph and matched == len(containers)
    while True:
        start.text = line.lstrip(" ")
        start.indent = len(line) - len(start.text)
        start.kind = _kind(start, goes_on=goes_on, in_paragraph=in_paragraph)
        if start.kind is not Kind.TEXT or matched + len(start.opened) >= _DEEPEST or start.indent > 3:
            return start
        if start.text.startswith(">"):
            start.opened.append(Quotation())
            line = start.text[1:].removeprefix(" ")
        elif (item := _ITEM.match(start.text)) and not (goes_on and not _may_interrupt(item)):
            start.opened.append(_list_item(item, start))
            line = start.text[item.end() :]
        else:
            return start
        goes_on = in_paragraph = False


def _kind(start: LineStart, *, goes_on: bool, in_paragraph: bool) -> Kind:
    text = start.text
    if not text:
        return Kind.BLANK
    if start.indent > 3:
        return Kind.TEXT if in_paragraph else Kind.INDENTED
    if text.startswith(("```", "~~~")) and _FENCE.fullmatch(text):
        return Kind.FENCE
    if _HEADING.match(text):
        return Kind.HEADING
    if goes_on and _UNDERLINE.fullmatch(text):
        return Kind.UNDERLINE
    return Kind.RULE if _RULE.fullmatch(text) else Kind.TEXT


def _may_interrupt(item: re.Match[str]) -> bool:
    """Whether it may stand directly below a paragraph."""
    return item[3] is not None and int(item[2] or 1) == 1


def _list_item(item: re.Match[str], start: LineStart) -> ListItem:
    is_empty = not start.text[item.end() :].strip(" ")
    width = len(item[1]) + (len(item[3]) if item[3] else 1)
    marker = f"{int(item[2])}." if item[2] else "-"
    return ListItem(start.indent + width, Item(marker), is_empty)


def without_columns(line: str, columns: int) -> str:
    """The line from that column on; of a tab across it, what is left as blanks."""
    column = 0
    for place, character in enumerate(line):
        if column >= columns:
            return " " * (column - columns) + line[place:]
        column += 4 - column % 4 if character == "\t" else 1
    return " " * (column - columns)
