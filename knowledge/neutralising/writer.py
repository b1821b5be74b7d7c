"""The Markdown that reaches the reader: each block and span in a form that all readers agree on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.neutralising.addresses import ADDRESS, Addresses, hosts_in
from knowledge.neutralising.words import (
    Units,
    begins_a_tag,
    begins_block,
    escaped_mark,
    is_mark,
    joins_code,
    makes_command,
    plain,
    written,
)

_NO_BREAK_SPACE = "\u00a0"
# Of what a list item holds: right of its marker, and by less than what would make code of it.
_INDENT = "    "
_LONGEST_MARK = 100  # code points at the beginning of a line that may begin a block
_LONGEST_BLANK = 80  # code points between two words
_LONGEST_WORD = 100  # code points of a word in which an address may have begun
_WORTH_A_LOOK = re.compile(r"[.:/@]")
_CLOSING = ".,;:!?)]}"


@dataclass(slots=True, eq=False)
class Item:
    """A list item; its marker is written with its first text."""

    marker: str  # "-", or one or two digits and a full stop
    is_known: bool = False  # written, or left out because an inner item begins it


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands: in a quotation or not, in these list items from the outermost on."""

    quoted: bool = False
    items: Sequence[Item] = ()
    is_loose: bool = True  # a blank line came before it


Operation = tuple[str, tuple[Any, ...]]  # the name of a Writer's method for text, and its arguments


class Writer:
    """Writes a block's beginning, a line break and a blank only together with the text after it."""

    def __init__(
        self,
        allowed: Addresses,
        *,
        in_link: bool = False,
        is_one_line: bool = False,
        begins_line: bool = False,
    ) -> None:
        self._allowed = allowed
        self._in_link = in_link
        self._is_one_line = is_one_line or in_link
        self._passed: list[str] = []
        self._open: list[Item] = []  # in which the last block stands
        self._quoted = False
        self._is_empty = True
        self._next: tuple[Place, str, bool] | None = None
        self._prefix = ""  # of the block's further lines
        self._after_code = False
        # A line has begun with a bracket; a colon behind its end would make a definition of it.
        self._in_label = False
        # What waits for text, and whether it is left out before punctuation.
        self._blank = self._break = ""
        self._is_optional = False
        self._line_start = self._is_below_text = begins_line
        self._mark = ""  # that begins the line, and begins a block unless text follows at once
        self._last = ""  # the last character
        self._tail = ""  # the last characters of the word that has been written last

    def end(self) -> None:
        """The text has ended."""
        if self._mark or self._blank:
            self._put(self._blank)

    def taken(self) -> str:
        """What has been written since the last call."""
        text = "".join(self._passed)
        self._passed.clear()
        return text

    def begin(self, place: Place, *, lead: str = "") -> None:
        """What is written next begins a block; `lead` stands before a heading's text."""
        self._end_mark()
        self._next = place, lead, not lead
        self._in_label = False
        self._is_one_line = bool(lead)
        self._begin_text()

    def rule(self, place: Place) -> None:
        if not self._is_empty:  # A text's first line of dashes may open front matter.
            self.lines(["---"], place)

    def lines(self, lines: Sequence[str], place: Place | None = None, *, is_code: bool = False) -> None:
        """Lines as they are: the first ones of a block at that place, or more of the last block."""
        self._end_mark()
        if place:
            for item in place.items:
                item.is_known = True  # beside a marker the first line would be indented less than the others
            self.begin(place)
            self._open_block()
        else:
            self._put("\n" + (self._prefix if lines[0] else self._prefix.rstrip()))
        gaps = (f"\n{self._prefix}" if line else f"\n{self._prefix.rstrip()}" for line in lines[1:])
        self._put(lines[0] + "".join(f"{gap}{line}" for gap, line in zip(gaps, lines[1:], strict=True)))
        self._after_code = is_code

    @property
    def goes_on_with_word(self) -> bool:
        """Whether what is written next may become a part of an address that the word before begins."""
        is_behind_it = not (self._blank or self._break or self._next)
        return is_behind_it and self._tail != "" and not _is_foreign_letter(self._tail[-1])

    def lead(self, letters: str) -> None:
        """Letters that a word begins with, before the rest has come."""
        self._prepare(letters)
        self._put(letters)

    def word(self, units: Units, after: str, led: int = 0) -> None:
        """A word; `after` is the character that follows it, "" where the line ends.

        So many of its characters have been written as its lead.
        """
        text = plain(units)
        markdown = written(units, self._allowed, after=after, in_link=self._in_link)[led:]
        if led:
            self._put(markdown)
            self._note_tail(markdown, text, before="")
            return
        if not markdown:
            self.drop()
            return
        self._prepare(text)
        markdown = self._kept_apart(markdown, text)
        is_apart = markdown[0] == " "
        if is_apart or not (self._line_start or self._mark):
            self._put(markdown)
        else:
            self._put_first(markdown, text)
        self._note_tail(markdown, text, before="" if is_apart else self._tail)

    def span(self, markdown: str, *, apart: bool = False) -> None:
        """Code, a formula, a link or a citation, which is Markdown already."""
        self._prepare(markdown)
        self._in_label = self._in_label or (self._line_start and markdown.startswith("["))
        # To some readers a formula is a part of the words around it.
        text = markdown if markdown[0] == "$" else ""
        self._put(f" {markdown}" if apart else self._kept_apart(markdown, text))
        self._tail = text[-_LONGEST_WORD:]

    def marker(self, markdown: str) -> None:
        self.span(markdown.replace("[", r"\[").replace("]", r"\]") if self._in_link else markdown)

    def bracket(self, bracket: str) -> None:
        # Behind a "!" it may begin an image.
        is_escaped = self._in_link or (bracket == "[" and self._last == "!" and not self._blank)
        self.span(f"\\{bracket}" if is_escaped else bracket)

    def link(self, operations: Sequence[Operation], url: str) -> None:
        if self._in_link:
            self.replay(operations)
            return
        within = Writer(self._allowed, in_link=True)
        within.replay(operations)
        text = within.taken()
        if text.isdigit():
            text += " "  # without which it would be a citation
        # Behind a "!" it would be an image.
        self.span(f"[{text}]({url})" if text else f"<{url}>", apart=self._last == "!" and not self._blank)

    def replay(self, operations: Sequence[Operation]) -> None:
        for name, arguments in operations:
            getattr(self, name)(*arguments)

    def blank(self, text: str) -> None:
        if not (self._line_start or self._next or self._break or self._is_optional):
            self._blank = (self._blank + text)[:_LONGEST_BLANK]

    def line_break(self, is_hard: bool = False) -> None:
        if self._is_one_line:
            self.blank(" ")
        elif not self._line_start and not self._next:
            self._break = "  \n" if is_hard or self._blank.endswith("  ") else self._break or "\n"
            self._blank, self._is_optional = "", False

    def drop(self) -> None:
        """Something that is not written stood here: its blank goes, too, where punctuation follows."""
        # An address would be longer without it.
        self._is_optional = bool(self._blank) and not ADDRESS.search(self._tail)

    def _end_mark(self) -> None:
        if self._mark:
            self._put("")

    def _begin_text(self) -> None:
        self._blank = self._break = ""
        self._is_optional = False
        self._line_start = False
        self._last = self._tail = ""

    def _put(self, text: str) -> None:
        if self._mark:
            is_alone = not text or text[0].isspace()
            text = (escaped_mark(self._mark) if is_alone else self._mark) + text
            self._mark = ""
        self._passed.append(text)
        self._last = text[-1:]
        self._line_start = self._is_empty = self._after_code = False

    def _put_first(self, markdown: str, text: str) -> None:
        """Write what a line begins with, or what goes on with it, so that it begins no block."""
        markdown, text = self._mark + markdown, self._mark + text
        self._mark, self._line_start = "", False
        if begins_block(markdown, text):
            self._put(f"\\{markdown}")
        elif not is_mark(markdown, below_text=self._is_below_text):
            self._put(markdown)
        elif len(markdown) > _LONGEST_MARK:
            self._put(escaped_mark(markdown))
        else:
            self._mark = markdown

    def _note_tail(self, markdown: str, text: str, *, before: str) -> None:
        self._tail = markdown.rpartition("`")[2] if "`" in markdown else (before + text)[-_LONGEST_WORD:]

    def _kept_apart(self, markdown: str, text: str) -> str:
        """The Markdown, making nothing else together with what stands before it."""
        first = markdown[0]
        if self._last == "]" and (first == "(" or (first == ":" and self._in_label)):
            return f"\\{markdown}"
        is_tag = self._last == "<" and begins_a_tag(first)
        is_host = first == "[" and self._tail.endswith("//")
        is_code = joins_code(self._last, markdown)
        if (
            is_tag
            or is_host
            or is_code
            or _makes_address(self._tail, text)
            or makes_command(self._tail, text)
        ):
            return f" {markdown}"
        return markdown

    def _prepare(self, text: str) -> None:
        """Write what waits for the text."""
        if self._next:
            self._open_block()
        elif self._break:
            self._put(self._break + self._prefix)
            self._begin_text()
            self._line_start = self._is_below_text = True
        elif self._blank and not (self._is_optional and text[0] in _CLOSING):
            # Not everybody needs the bracket to stand directly behind the other one for a link.
            after_bracket = self._last == "]" and text[0] == "("
            self._put(_NO_BREAK_SPACE if after_bracket else self._blank)
            self._tail = ""
        self._blank, self._is_optional = "", False

    def _open_block(self) -> None:
        if self._next is None:
            return
        (place, lead, begins_line), self._next = self._next, None
        still_open = [item for item in place.items if item in self._open]
        new = [item for item in place.items if not item.is_known]
        gap = "" if self._is_empty else self._gap(place, new[-1:], depth=len(still_open))
        quotation = "> " if place.quoted else ""
        marker = f"{new[-1].marker} " if new else ""
        self._put(f"{gap}{quotation}{_INDENT * len(still_open)}{marker}{lead}")
        for item in new:
            item.is_known = True
        self._open, self._quoted = [*still_open, *new[-1:]], place.quoted
        self._prefix = quotation + _INDENT * len(self._open)
        self._begin_text()
        self._line_start, self._is_below_text = begins_line, False

    def _gap(self, place: Place, new: Sequence[Item], *, depth: int) -> str:
        if self._quoted != place.quoted:
            return "\n\n"
        beside = self._open[depth].marker if depth < len(self._open) else "-"
        is_tight = new and self._open and not place.is_loose and not self._after_code
        # Another number than 1 directly below text would not begin a list.
        if is_tight and (new[0].marker in ("-", "1.") or beside != "-"):
            return "\n"
        return "\n>\n" if self._quoted else "\n\n"


def _is_foreign_letter(character: str) -> bool:
    return not character.isascii() and character.isalnum()


def _makes_address(before: str, text: str) -> bool:
    """Whether the end of a word and what is written behind it make an address together."""
    if not before or not text:
        return False
    if not text[0].isascii():  # as in "рф"
        return before[-1] == "@" or (before[-1] == "." and text[0] in "рР")  # noqa: RUF001
    if _is_foreign_letter(before[-1]) and text[0].isalnum():
        return False
    if text == "." and before[-1] != "@" and before[-3:].lower() != "www":
        return False
    together = before + text
    if not _WORTH_A_LOOK.search(together):
        return False
    known = {found.start() for found in ADDRESS.finditer(before)}
    begun = (found.start() for found in ADDRESS.finditer(together))
    hosts = (host for host in hosts_in(together) if host.start < len(before) <= host.end)
    goes_on = any(len(before) < host.end or not host.is_all for host in hosts)
    return goes_on or any(start < len(before) and start not in known for start in begun)
