"""An answer's lines become blocks: paragraphs, headings, lists, quotations, code, tables and rules."""

import re
from dataclasses import dataclass

from knowledge.characters import visible
from knowledge.citations import Citations
from knowledge.neutralising.addresses import Addresses
from knowledge.neutralising.code_blocks import CodeBlock
from knowledge.neutralising.inlines import InlineReader
from knowledge.neutralising.lines import (
    Container,
    Kind,
    LineStart,
    ListItem,
    Quotation,
    match,
    read_start,
    without_columns,
)
from knowledge.neutralising.tables import cells_of, makes_table, row_of
from knowledge.neutralising.writer import Place, Writer

_LONGEST_ROW = 1000  # code points of a table's line, or of one that holds only marks; a longer one is text
# With the first other character the line's beginning is known.
_MARKS = re.compile(r"[ \t>\-+*_=#~`0-9.):|]*")
_AS_BLANKS = dict.fromkeys(map(ord, "\v\f\x1c\x1d\x1e\x85\u2028\u2029"), " ")
_BLANKS = re.compile(r"[ \t>]*")


@dataclass(slots=True)
class _OpenCode:
    block: CodeBlock
    fence: str  # "" for code that is only indented
    indent: int  # columns that its lines are indented by
    blank_lines: int = 0  # the last ones, which belong to it if more code follows

    def is_closed_by(self, line: str) -> bool:
        text = line.strip(" \t")
        is_fence = bool(self.fence) and text.startswith(self.fence) and not text.strip(self.fence[0])
        return is_fence and line.find(text) <= 3

    def add(self, line: str) -> None:
        if not self.fence and not line.strip():
            self.blank_lines += 1
            return
        for text in [""] * self.blank_lines + [line]:
            self.block.add(text)
        self.blank_lines = 0


class NeutralFilter:
    """Passes an answer on piece by piece: citations checked and renumbered, and nothing in it that acts.

    The Markdown is read, and what it says is written anew in a form that every reader of Markdown takes for
    that alone. There is none for HTML, images and links to elsewhere: these become text, or nothing. At most
    some 2,000 code points are held back; of code, what follows the first line that would act as text.
    """

    def __init__(self, citations: Citations, allowed: Addresses) -> None:
        self._citations = citations
        self._allowed = allowed
        self._writer = Writer(allowed)
        self._inline = InlineReader(citations, allowed, self._writer)
        self._containers: list[Container] = []
        self._code: _OpenCode | None = None
        self._in_paragraph = self._in_heading = self._in_table = self._in_rows = False
        self._first_line: list[str] | None = None  # the paragraph's, as long as it has no other
        self._is_loose = False  # a blank line came before
        self._after_return = False
        self._begin_line()

    def feed(self, piece: str) -> str:
        for line_break, line in self._lines(piece):
            if line_break:
                self._end_line()
            if line:
                self._take(line)
        return self._writer.taken()

    def flush(self) -> str:
        """The rest, once the answer has ended."""
        self._end_line()
        self._end_block()
        self._writer.end()
        return self._writer.taken()

    def _lines(self, piece: str) -> list[tuple[bool, str]]:
        """What the piece adds to lines, and whether a new one begins with it."""
        if self._after_return and piece:
            piece = piece.removeprefix("\n")
            self._after_return = False
        self._after_return = self._after_return or piece.endswith("\r")
        lines = piece.translate(_AS_BLANKS).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return [(number > 0, visible(line)) for number, line in enumerate(lines)]

    def _begin_line(self) -> None:
        self._line: list[str] = []  # what is undecided of it
        self._is_text = False  # its beginning is decided, and its rest is text
        self._wants_end = False

    def _take(self, text: str) -> None:
        if self._is_text:
            self._feed(text)
            return
        self._line.append(text)
        may_be_text = self._in_table or not (self._code or self._wants_end)
        if may_be_text and sum(map(len, self._line)) > _LONGEST_ROW:
            if self._in_table:
                self._end_block()
            self._take_text("".join(self._line))
            return
        if self._code or self._wants_end:
            return
        if self._in_paragraph and self._inline.in_display_maths:
            self._take_text("".join(self._line))
            return
        marks = _MARKS.match(text)
        if marks and marks.end() < len(text):
            self._read(rest=text[marks.end() + 1 :])

    def _end_line(self) -> None:
        if not self._is_text:
            self._read(rest="", is_whole=True)
        elif self._in_heading:
            self._end_block()
        self._begin_line()

    def _read(self, *, rest: str, is_whole: bool = False) -> None:
        """Decide what the line is; `rest` is what has come of it behind its beginning."""
        line = "".join(self._line)
        if self._code and self._goes_on_with_code(self._code, line):
            return
        start = self._start_of(line[: len(line) - len(rest)])
        if not is_whole and (start.kind.wants_whole_line or self._in_table):
            self._wants_end = True
            return
        start.text += rest
        if not (is_whole and self._goes_on_with_table(start)):
            self._begin(start)

    def _start_of(self, line: str) -> LineStart:
        return read_start(_expanded(line, _MARKS), self._containers, in_paragraph=self._in_paragraph)

    def _goes_on_with_code(self, code: _OpenCode, line: str) -> bool:
        expanded = _expanded(line, _BLANKS)
        matched, text = match(expanded, self._containers)
        is_code = matched == len(self._containers) and (bool(code.fence) or not text[:4].strip(" "))
        if is_code and not code.is_closed_by(text):
            indent = min(len(text) - len(text.lstrip(" ")), code.indent)
            code.add(without_columns(line, len(expanded) - len(text) + indent))
            return True
        code.block.end()
        self._code = None
        return is_code

    def _goes_on_with_table(self, start: LineStart) -> bool:
        """Take a row, or the line of dashes below a head, which has been passed on as text."""
        goes_on = start.matched == len(self._containers) and not start.opened and start.kind is Kind.TEXT
        head = "".join(self._first_line or ())
        if goes_on and len(head) <= _LONGEST_ROW and makes_table(head, start.text):
            self._end_block()
            self._writer.lines([start.text.strip()])
            self._in_table = True
            return True
        if not self._in_table:
            return False
        if goes_on and "|" in start.text:
            self._writer.lines([self._row(start.text)])
            return True
        self._end_block()
        return False

    def _row(self, line: str) -> str:
        texts = cells_of(line)
        first = [self._cell(text, begins_line=not line.startswith("|")) for text in texts[:1]]
        return row_of([*first, *map(self._cell, texts[1:])], like=line)

    def _cell(self, text: str, *, begins_line: bool = False) -> str:
        writer = Writer(self._allowed, is_one_line=True, begins_line=begins_line)
        cell = InlineReader(self._citations, self._allowed, writer)
        cell.feed(text)
        cell.end()
        writer.end()
        return writer.taken()

    def _begin(self, start: LineStart) -> None:
        goes_on = start.kind is Kind.TEXT and not start.opened and self._in_paragraph
        if not goes_on or (start.text.startswith("|") and not self._in_rows):
            self._end_block()
            self._containers[start.matched :] = start.opened
        if start.kind is not Kind.BLANK:
            for container in self._containers:
                container.is_empty = False
        match start.kind:
            case Kind.BLANK:
                self._is_loose = self._is_loose or not start.opened
            case Kind.HEADING:
                self._begin_heading(*start.text.split(" ", 1))
            case Kind.RULE:
                self._writer.rule(self._place(in_items=False))
            case Kind.FENCE:
                info = start.text.lstrip(start.text[0])
                self._begin_code(start.text[: len(start.text) - len(info)], start.indent, info=info)
            case Kind.INDENTED:
                self._begin_code("", 4).add(" " * (start.indent - 4) + start.text)
            case Kind.TEXT:
                self._take_text(start.text)

    def _begin_heading(self, marks: str, text: str = "") -> None:
        self._writer.begin(self._place(in_items=False), lead=f"{marks} ")
        self._in_heading = self._is_text = True
        self._inline.feed(text)

    def _begin_code(self, fence: str, indent: int, *, info: str = "") -> _OpenCode:
        self._code = _OpenCode(CodeBlock(self._writer, self._place(), fence=fence, info=info), fence, indent)
        return self._code

    def _take_text(self, text: str) -> None:
        self._write(text)
        self._is_text = True

    def _write(self, text: str) -> None:
        """Go on with the paragraph, or begin one."""
        if self._in_paragraph:
            self._first_line = None
            self._inline.feed("\n")
        else:
            self._in_rows = text.startswith("|")
            place = self._place(in_items=not self._in_rows)
            self._writer.begin(place)
            self._first_line = None if place.items else []
            self._in_paragraph = True
        self._feed(text)

    def _feed(self, text: str) -> None:
        if self._first_line is not None:
            self._first_line.append(text)
        self._inline.feed(text)

    def _end_block(self) -> None:
        if self._code:
            self._code.block.end()
        self._inline.end()
        self._code = self._first_line = None
        self._in_paragraph = self._in_heading = self._in_table = False

    def _place(self, *, in_items: bool = True) -> Place:
        """Where the next block stands. An item holds paragraphs, items and code; all else ends its list."""
        after = 0
        for number, container in enumerate(self._containers):
            after = number + 1 if isinstance(container, Quotation) else after
        items = [each.item for each in self._containers[after:] if isinstance(each, ListItem)]
        is_loose, self._is_loose = self._is_loose, False
        return Place(after > 0, items if in_items else (), is_loose)


def _expanded(line: str, beginning: re.Pattern[str]) -> str:
    """The line without tabs in its beginning."""
    match = beginning.match(line)
    end = match.end() if match else 0
    return line[:end].expandtabs(4) + line[end:]
