"""Markdown's blocks as they stream by: code passes as it is, everything else is prose."""

import re
from dataclasses import dataclass

from knowledge.characters import visible
from knowledge.citations import Citations
from knowledge.neutralising.addresses import Addresses
from knowledge.neutralising.inlines import InlineFilter

_LONGEST_OPENING = 300  # code points of a line that has to be whole to be understood

_QUOTATION = 0
_BLANKS = " \t"
_RULE = re.compile(r"([-_*])(?:[ \t]*\1){2,}[ \t]*\n?\Z")
_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*\n?\Z")
_HEADING = re.compile(r"#{1,6}(?=[ \t\n]|\Z)")
_FENCE = re.compile(r"(`{3,})[^`\n]*(?:\n|\Z)|(~{3,})[^\n]*(?:\n|\Z)")
_ITEM = re.compile(r"([-+*]|(\d{1,9})[.)])(?:([ \t]+)(?=[^ \t\n])|(?=[ \t]*(?:\n|\Z)))")
# What may yet become one of these.
_BEGUN = re.compile(
    r"(?:([-_*=])(?:[ \t]*\1)*[ \t]*|\+[ \t]*|\d{1,9}|\d{1,9}[.)][ \t]*|#{1,6}"
    r"|`{1,2}|`{3,}[^`\n]*|~{1,2}|~{3,}[^\n]*)\Z"
)


@dataclass(slots=True)
class _Container:
    """A quotation, or a list item."""

    indent: int  # columns that an item's lines are indented by; a quotation's are not
    is_empty: bool = False  # so far


class NeutralFilter:
    """Passes an answer on piece by piece: citations checked and renumbered, and nothing in it that acts.

    Out go images, HTML, links to elsewhere and invisible characters. Code stays code: blocks to the letter,
    spans but for line breaks. What CommonMark and GitHub's extensions make of the outcome is what this has
    seen in it. At most some 2,000 code points are held back.
    """

    def __init__(self, citations: Citations, allowed: Addresses) -> None:
        self._passed: list[str] = []
        self._inline = InlineFilter(citations, allowed, self._passed.append)
        self._containers: list[_Container] = []
        self._fence = ""  # that opened the code which is being read
        self._is_indented = False  # its line, so that it closes nothing
        self._paragraph = False  # is open
        self._after_return = False
        self._begin_line("")

    def feed(self, piece: str) -> str:
        for character in piece:
            if not (character == "\n" and self._after_return):
                self._take("\n" if character == "\r" else character)
            self._after_return = character == "\r"
        self._inline.hand_over()
        return self._drained()

    def flush(self) -> str:
        """The rest, once the answer has ended."""
        self._read_beginning(final=True)
        self._inline.end(more=False)
        return self._drained()

    def _drained(self) -> str:
        text = "".join(self._passed)
        self._passed.clear()
        return text

    def _begin_line(self, line_start: str) -> None:
        self._line_start = line_start  # decided, but not passed on
        self._line = ""  # undecided
        self._beginning = True
        self._matching = True  # whether the line goes on in the open containers
        self._matched = 0  # of them
        self._base = self._column = 0  # where the innermost one's content, and where `_line` begins
        self._after_quote = False
        self._opened_items = 0  # that the line begins
        self._is_code = self._is_heading = False
        self._code: list[str] = []  # of the line

    def _take(self, character: str) -> None:
        if self._is_code:
            self._take_code(character)
            return
        if not self._fence and not character.isprintable() and character not in "\t\n":
            character = visible(character)
        if not self._beginning:
            self._take_prose(character)
        elif character:
            self._line += character
            if character not in _BLANKS or self._line[0] not in _BLANKS:
                self._read_beginning(final=False)

    def _take_prose(self, text: str) -> None:
        for character in text:
            if character != "\n":
                self._inline.feed(character)
                continue
            if self._is_heading:
                self._inline.end()
            self._begin_line("\n")

    def _take_code(self, text: str) -> None:
        """Pass it on; a line that closes the fence is known at its end."""
        code, line_break, _ = text.partition("\n")
        self._passed.append(code)
        self._code.append(code)
        if line_break:
            line = "".join(self._code).strip(_BLANKS)
            if self._fence and line.startswith(self._fence) and not line.strip(self._fence[0]):
                self._fence = self._fence if self._is_indented else ""
            self._begin_line("\n")

    def _read_beginning(self, *, final: bool) -> None:
        while self._beginning and (self._line or final):
            text = self._line.lstrip(_BLANKS)
            if not text and not final:
                return
            read = self._match if self._matching else self._open
            if not read(text, final):
                return

    def _indent_of(self, text: str) -> int:
        """The column where the text begins, from the innermost container's on."""
        blanks = self._line[: len(self._line) - len(text)]
        if self._after_quote:
            self._base += bool(blanks)
            self._after_quote = False
        return _column_after(blanks, self._column) - self._base

    def _consume(self, length: int) -> None:
        consumed, self._line = self._line[:length], self._line[length:]
        self._line_start += consumed
        self._column = _column_after(consumed, self._column)

    def _match(self, text: str, final: bool) -> bool:
        """See whether the line goes on in the next container."""
        if self._matched == len(self._containers):
            self._matching = False
            if self._fence:
                self._is_indented = self._indent_of(text) > 3
                self._pass_as_code(text)
            return True
        container, indent = self._containers[self._matched], self._indent_of(text)
        is_blank = text in ("", "\n")
        if container.indent == _QUOTATION:
            goes_on = text.startswith(">") and indent <= 3
        else:
            goes_on = not container.is_empty if is_blank else indent >= container.indent
        if not goes_on:
            self._matching = False
            if self._fence:  # It ends with its container.
                self._fence, self._line = "", visible(self._line)
        elif container.indent == _QUOTATION:
            self._consume(len(self._line) - len(text) + 1)
            self._after_quote = True
        elif not is_blank:
            self._base += container.indent
            container.is_empty = False
        self._matched += goes_on
        return True

    def _open(self, text: str, final: bool) -> bool:
        """See what begins here; False where more has to come to tell."""
        indent = self._indent_of(text)
        if text in ("", "\n"):
            self._pass_as_code(text, ends_block=True)
        elif indent > 3:
            # Behind the markers of two list items not everybody who reads Markdown takes it for code.
            if self._paragraph or self._opened_items > 1:
                self._pass_as_prose()
            else:
                self._pass_as_code(text, ends_block=True)
        elif text[0] == ">":
            self._open_container(_Container(_QUOTATION), len(self._line) - len(text) + 1)
            self._after_quote = True
        elif not final and _BEGUN.match(text):
            if len(text) <= _LONGEST_OPENING:
                return False
            self._line = f"{self._line[: len(self._line) - len(text)]}\\{text}"
            self._pass_as_prose()
        else:
            self._open_leaf(text, indent)
        return True

    def _open_leaf(self, text: str, indent: int) -> None:
        goes_on = self._paragraph and self._matched == len(self._containers)
        if fence := _FENCE.match(text):
            self._pass_as_code(text, ends_block=True, fence=fence[1] or fence[2])
        elif heading := _HEADING.match(text):
            self._end_block()
            self._consume(len(self._line) - len(text) + heading.end())
            self._pass_as_prose(is_heading=True)
        elif (goes_on and _UNDERLINE.match(text)) or _RULE.match(text):
            self._pass_as_code(text, ends_block=True)
        elif (item := _ITEM.match(text)) and not (goes_on and not _may_interrupt(item)):
            self._open_item(item, text, indent)
        else:
            self._pass_as_prose()

    def _open_item(self, item: re.Match[str], text: str, indent: int) -> None:
        width = len(item[1])
        begin = self._base + indent + width
        blanks = _column_after(item[3] or "", begin) - begin
        content = indent + width + (blanks if 1 <= blanks <= 4 else 1)
        self._open_container(
            _Container(content, is_empty=item[3] is None), len(self._line) - len(text) + width
        )
        self._base += content

    def _open_container(self, container: _Container, consumed: int) -> None:
        self._end_block()
        self._consume(consumed)
        self._base = self._column if container.indent == _QUOTATION else self._base
        self._containers.append(container)
        self._opened_items += container.indent != _QUOTATION
        self._matched += 1

    def _end_block(self) -> None:
        """Nothing that has begun before goes on, but the containers that the line goes on in."""
        self._inline.end()
        del self._containers[self._matched :]
        self._paragraph = False

    def _pass_as_code(self, text: str, *, ends_block: bool = False, fence: str = "") -> None:
        """Pass the line on as it is."""
        if ends_block:
            self._end_block()
        self._fence = fence or self._fence
        self._passed.append(self._line_start)
        line, self._line_start, self._line = self._line, "", ""
        self._beginning, self._is_code = False, True
        if fence:  # The line that opens it does not close it.
            self._is_indented = True
        self._take_code(line)

    def _pass_as_prose(self, *, is_heading: bool = False) -> None:
        """The line is prose from here on, of the open paragraph if there is one."""
        blanks = self._line[: len(self._line) - len(self._line.lstrip(_BLANKS))]
        line, self._line = self._line[len(blanks) :], ""
        if self._paragraph:
            self._inline.break_line(self._line_start + blanks)
        else:
            self._end_block()
            self._passed.append(self._line_start + blanks)
        self._line_start = ""
        self._beginning = False
        self._paragraph, self._is_heading = not is_heading, is_heading
        self._take_prose(line)


def _column_after(text: str, column: int) -> int:
    """The column behind the text that begins at `column`; a tab goes to the next multiple of four."""
    for character in text:
        column += 4 - column % 4 if character == "\t" else 1
    return column


def _may_interrupt(item: re.Match[str]) -> bool:
    """Whether it may stand directly below a paragraph."""
    return item[3] is not None and int(item[2] or 1) == 1
