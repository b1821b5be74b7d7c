"""The text of a paragraph, heading or cell, as it streams by: words, code, maths, links and citations."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from knowledge.citations import OPENERS, Citations, marker_may_begin, read_marker
from knowledge.neutralising.addresses import Addresses, shown
from knowledge.neutralising.spans import FORMULA_ENDS, code_span, formula_span
from knowledge.neutralising.targets import TargetReader
from knowledge.neutralising.words import lead_of, plain, units_of
from knowledge.neutralising.writer import Operation, Writer

_PIECE = 64  # code points that are read at once

# Held back at most, in code points, until it turns out what it is.
_LONGEST_SPAN = 1000
_LONGEST_WORD = 1000
_LONGEST_LINK_TEXT = 500

_BLANKS = re.compile(r"[^\S\n]+")
_TICKS = re.compile("`+")
_FOREIGN = OPENERS.replace("[", "")
_ESCAPE = r"\\(?![(\[\n])(?:[!-/:-@\[-`{-~]|(?![!-/:-@\[-`{-~]))|!(?!\[)"
_IN_WORD = rf"[^\s`\[\]<!\\$\x80-\U0010ffff]|{_ESCAPE}"
_WORD = re.compile(rf"(?s:\\[!-/:-@\[-`{{-~]|.)(?:{_IN_WORD})*")
_DOLLARS = re.compile(r"\$+")
_NO_DOLLAR = "[^$]"
_MAY_END_WORD = r"[\s`\[\]<\\$]|[^\x00-\x7f]"
_ADDRESS_WORD = re.compile(rf"(?:{_IN_WORD}|[^\s\x00-\x7f{_FOREIGN}])+")
_OTHER_SCRIPT = re.compile(rf"[^\s\x00-\x7f{_FOREIGN}]+")
_BEGINS_AN_ADDRESS = re.compile(r"//|www\.", re.IGNORECASE)
_AUTOLINK = re.compile(r"<([a-z][a-z0-9+.-]{1,31}:[^\s<>]*)>", re.IGNORECASE)
_LINE_BREAK = re.compile(r"<br[ \t]*/?>", re.IGNORECASE)
_TAG_BEGUN = re.compile(r"<(?:[a-z][^\s<>]*|br[ \t]*/?)?\Z", re.IGNORECASE)
_IDENTIFIER = re.compile(r"[A-Za-z0-9_)\]]")


@dataclass(slots=True)
class _Group:
    """An opening bracket, and what has been read since."""

    is_image: bool
    start: int  # its place in the block
    operations: list[Operation] = field(default_factory=list)

    @property
    def is_note(self) -> bool:
        """Whether it refers to a footnote. One that is not defined, some readers read again without code."""
        words = (plain(arguments[0]) for name, arguments in self.operations[:2] if name == "word")
        return "".join(words).startswith("^")


class InlineReader:
    """Takes a block's text piece by piece, and tells the writer what it is as soon as that is certain."""

    def __init__(self, citations: Citations, allowed: Addresses, writer: Writer) -> None:
        self._citations = citations
        self._allowed = allowed
        self._writer = writer
        self._text = ""  # undecided
        self._more: list[str] = []  # that has come since it waits
        self._previous = ""  # the character before it
        self._place = 0  # in the block, of what is undecided
        self._groups: list[_Group] = []
        self._unclosed = 0  # brackets that have been passed on as text
        self._may_be_in_maths = False  # for a reader with other rules about where formulas begin and end
        self._target: TargetReader | None = None
        self._no_closing: dict[int, int] = {}  # up to which place no run of so many ticks has begun
        self._text_until = 0  # up to which place ticks are text
        self._led = 0  # of the undecided word, how many letters have been passed on
        self._waits_for: re.Pattern[str] | None = None
        self._room = 0  # for so many characters
        self._steps: dict[str, Callable[[bool], int | None]] = {
            "\n": self._line_break,
            "`": self._code,
            "<": self._tag,
            "!": self._image,
            "]": self._closing,
            "$": self._maths,
            "\\": self._backslash,
            **dict.fromkeys(OPENERS, self._opening),
        }

    @property
    def in_display_maths(self) -> bool:
        """Whether the next line goes on with a formula, whatever it looks like."""
        return self._text.startswith(("$$", "\\["))

    def feed(self, text: str) -> None:
        for begin in range(0, len(text), _PIECE):
            piece = text[begin : begin + _PIECE]
            self._more.append(piece)
            self._room -= len(piece)
            if not self._waits_for or self._room <= 0 or self._waits_for.search(piece):
                self._go_on(final=False)

    def end(self) -> None:
        """The block has ended."""
        self._go_on(final=True)
        while self._groups:
            self._give_up()
        self._place, self._previous, self._text_until = 0, "", 0
        self._unclosed, self._may_be_in_maths = 0, False
        self._no_closing.clear()

    def _go_on(self, *, final: bool) -> None:
        self._text += "".join(self._more)
        self._more.clear()
        self._waits_for = None
        while self._text and (used := self._step(final)):
            self._previous, self._text = self._text[used - 1], self._text[used:]
            self._place += used
            self._target, self._led = None, 0
            while self._groups and self._place - self._groups[0].start > _LONGEST_LINK_TEXT:
                self._give_up()

    def _step(self, final: bool) -> int:
        """Decide about what the text begins with: how much of it is done with, 0 where more has to come."""
        if blanks := _BLANKS.match(self._text):
            return self._tell("blank", blanks[0], used=blanks.end())
        step = self._steps.get(self._text[0])
        used = step(final) if step else None
        return self._word(final) if used is None else used

    def _tell(self, name: str, *arguments: Any, used: int = 0) -> int:
        if self._groups:
            self._groups[-1].operations.append((name, arguments))
        else:
            getattr(self._writer, name)(*arguments)
        return used

    def _wait(self, characters: str, *, until: int) -> int:
        """Decide nothing before one of the characters has come, or so many."""
        self._waits_for, self._room = re.compile(characters), until - len(self._text)
        return 0

    def _line_break(self, final: bool) -> int:
        return self._tell("line_break", used=1)

    def _code(self, final: bool) -> int:
        text = self._text
        opening = _TICKS.match(text, 0, _LONGEST_SPAN)
        run = opening.end() if opening else 0
        if run == len(text) and not final and run < _LONGEST_SPAN:
            return self._wait("[^`]", until=_LONGEST_SPAN)
        if self._place < self._text_until:
            return self._ticks_as_text(run)
        begin = max(run, self._no_closing.get(run, 0) - self._place)
        for closing in _TICKS.finditer(text, begin, run + _LONGEST_SPAN):
            if closing.end() == len(text) and not final:
                return 0
            if closing.end() - closing.start() == run:
                return self._code_until(closing, run)
            self._no_closing[run] = self._place + closing.end()
        if not final and len(text) < run + _LONGEST_SPAN:
            return self._wait("`", until=run + _LONGEST_SPAN)
        return self._ticks_as_text(run)

    def _code_until(self, closing: re.Match[str], run: int) -> int:
        code = self._text[run : closing.start()].replace("\n", " ")
        in_brackets = bool(self._groups) or self._unclosed > 0
        span = code_span(code, in_brackets=in_brackets, near_formula=self._may_be_in_maths)
        if span:
            return self._tell("span", span, used=closing.end())
        self._text_until = self._place + closing.end()
        return self._ticks_as_text(run)

    def _ticks_as_text(self, run: int) -> int:
        return self._tell("word", ["\\`"] * run, self._text[run : run + 1], used=run)

    def _tag(self, final: bool) -> int | None:
        text = self._text
        if link := _AUTOLINK.match(text, 0, _LONGEST_WORD):
            if self._allowed.allow_link(link[1]):
                return self._tell("link", (), link[1], used=link.end())
            return self._tell("span", f"`{shown(link[1])}`", used=link.end())
        if line_break := _LINE_BREAK.match(text, 0, _LONGEST_WORD):
            return self._tell("line_break", True, used=line_break.end())
        if final or len(text) >= _LONGEST_WORD or not _TAG_BEGUN.match(text):
            return None
        return self._wait(r"[\s<>]", until=_LONGEST_WORD) if len(text) > 1 else 0

    def _image(self, final: bool) -> int | None:
        if self._text == "!" and not final:
            return 0
        if not self._text.startswith("!["):
            return None
        if read_marker(self._text, 1):
            return self._tell("word", ["!"], "[", used=1)
        if not final and marker_may_begin(self._text, 1):
            return 0
        self._groups.append(_Group(is_image=True, start=self._place))
        return 2

    def _opening(self, final: bool) -> int | None:
        if (used := self._citation(final)) is not None:
            return used
        if self._text[0] != "[":
            return None
        self._groups.append(_Group(is_image=False, start=self._place))
        return 1

    def _citation(self, final: bool) -> int | None:
        """A marker, and with it the target that a model may have made up; None where there is none."""
        marker = read_marker(self._text)
        if marker and marker.numbers == (0,) and _IDENTIFIER.match(self._previous):
            return None  # It is the first one of "names[0]".
        if marker is None:
            return 0 if not final and marker_may_begin(self._text, 0) else None
        if (target := self._target_at(marker.end, final)) is None:
            return 0
        used = marker.end + target.length * target.is_target
        written = self._citations.renumbered(marker)
        return self._tell("marker", written, used=used) if written else self._tell("drop", used=used)

    def _closing(self, final: bool) -> int:
        if not self._groups:
            self._unclosed = max(0, self._unclosed - 1)
            return self._tell("bracket", "]", used=1)
        if (target := self._target_at(1, final)) is None:
            return 0
        group = self._groups.pop()
        if target.is_target and self._allowed.allow_link(target.url):
            return self._tell("link", group.operations, target.url, used=1 + target.length)
        if target.is_target:
            self._pass_on(group)
            return self._tell("drop", used=1 + target.length)
        self._pass_on(group, opening=True)
        return self._tell("bracket", "]", used=1)

    def _target_at(self, place: int, final: bool) -> TargetReader | None:
        """What is read of the target that begins there; None where more has to come to tell."""
        if place == len(self._text):
            return TargetReader(is_over=True) if final else None
        self._target = self._target or TargetReader(is_over=self._text[place] != "(")
        self._target.read(self._text, place)
        return self._target if self._target.is_over or final else None

    def _pass_on(self, group: _Group, *, opening: bool = False) -> None:
        if opening and group.is_image:
            # Not everybody sees where the image would end.
            self._tell("word", ["!", "\\["], "")
        elif opening:
            self._tell("bracket", "[")
            if group.is_note:
                self._tell("blank", " ")
        for name, arguments in group.operations:
            self._tell(name, *arguments)

    def _give_up(self) -> None:
        """The outermost bracket opens nothing."""
        group, inner = self._groups[0], self._groups[1:]
        self._groups = []
        self._unclosed += 1
        self._pass_on(group, opening=True)
        self._groups = inner

    def _backslash(self, final: bool) -> int | None:
        if self._text.startswith("\\\n"):
            return self._tell("line_break", True, used=2)
        if self._text[1:2] in OPENERS and (used := self._citation(final)) is not None:
            return used
        return self._maths(final)

    def _maths(self, final: bool) -> int | None:
        text = self._text
        if text in ("$", "\\") and not final:
            return 0
        opener = text[:2] if text[:2] in FORMULA_ENDS else text[0]
        if opener not in FORMULA_ENDS:
            return None
        self._may_be_in_maths = True
        closer = FORMULA_ENDS[opener]
        end = text.find(closer, len(opener), _LONGEST_SPAN)
        if end >= 0:
            return self._maths_until(end, opener) if final or end + len(closer) < len(text) else 0
        if final or len(text) >= _LONGEST_SPAN:
            return None
        return self._wait(re.escape(closer[-1]), until=_LONGEST_SPAN)

    def _maths_until(self, end: int, opener: str) -> int | None:
        after = end + len(FORMULA_ENDS[opener])
        span = formula_span(opener, self._text[len(opener) : end], after=self._text[after : after + 1])
        return self._tell("span", span, used=after) if span else None

    def _hand_over(self) -> int:
        """Pass on the first letters of a word before the rest has come, and tell how many there are."""
        lead = lead_of(self._text)
        if self._groups or not (self._led or not self._writer.goes_on_with_word):
            return 0
        if len(lead) > self._led:
            self._writer.lead(lead[self._led :])
            self._led = len(lead)
        return len(lead)

    def _word(self, final: bool) -> int:
        text = self._text
        if text.startswith("\\[") and self._previous in ("", "\n"):
            # Some readers would look for the formula's end in the blocks below.
            self._unclosed += 1
            self._tell("word", ["\\\\"], "[")
            return self._tell("bracket", "[", used=2)
        if script := _OTHER_SCRIPT.match(text):
            return self._tell("word", list(script[0]), "", used=script.end())
        dollars = _DOLLARS.match(text, 0, _LONGEST_WORD)
        word = dollars or _WORD.match(text, 0, _LONGEST_WORD)
        if word and _BEGINS_AN_ADDRESS.search(word[0]):
            word = _ADDRESS_WORD.match(text, 0, _LONGEST_WORD)
        end = word.end() if word else 1
        if end == len(text) and not final:
            if self._hand_over() == end:
                return 0
            return self._wait(_NO_DOLLAR if dollars else _MAY_END_WORD, until=_LONGEST_WORD + 1)
        units = units_of(text[:end])
        if dollars and end > 1:
            units = ["\\$"] * end
        return self._tell("word", units, text[end : end + 1], self._led, used=end)
