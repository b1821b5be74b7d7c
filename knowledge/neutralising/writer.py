"""What a block's prose becomes: pieces that together mean what each of them meant by itself."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from knowledge.neutralising import addresses
from knowledge.neutralising.escapes import harmless_start, unescaped

_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_BEGINS_A_TAG = re.compile(r"[A-Za-z/!?]")
_ESCAPED_BACKSLASH = re.compile(r"(?<!\\)(?:\\\\)+\Z")
_FIRST_WORD = re.compile(r"[^\s`<\[\]]*")
_WORD_ENDS = re.compile(r"[\s`<>\[\]]")
_LONGEST_WORD = 100  # code points; longer hosts are none
_BLOCK_START = re.compile(r"[ \t]*(?:\d{1,9}|[-+*#>~=_|: \t]*)")
NO_BREAK_SPACE = "\u00a0"
_LONGEST_GROUP = 500  # code points that an open bracket holds back


@dataclass(slots=True)
class _Group:
    """An opening bracket and what has come since."""

    image: bool
    start: int  # how much had been written before it
    before: str  # the last character before it
    word_before: str
    line: str | None
    text: list[str] = field(default_factory=list)
    within: list[str] = field(default_factory=list)  # the same, as it is written within a link

    @property
    def bracket(self) -> str:
        return "![" if self.image else "["


class BlockWriter:
    """Hands on to `take` what is written, but what stands in an open bracket only once that is closed."""

    def __init__(self, take: Callable[[str], None]) -> None:
        self._take = take
        self._groups: list[_Group] = []
        self._size = 0
        self._last = ""  # the last character
        self._word = ""  # the last characters, as far as they may be a part of an address
        self._first = ""  # the block's first one
        # The line, as long as it may become a heading, an item, a fence or a rule; and whether something kept
        # it from that which is left out.
        self._line: str | None = ""
        self._dropped = False

    @property
    def in_brackets(self) -> bool:
        return bool(self._groups)

    def write(self, text: str, *, within: str | None = None, joined: bool = False) -> None:
        """Write Markdown; `within` is what it is within a link, where that differs.

        `joined`: it goes on with the word before, which is known to be no address with it that must not be.
        """
        if self._line is not None and self._dropped:
            text = harmless_start(text)
        if not text:
            return
        kept_apart = text if joined else self._kept_apart(text)
        if self._groups:
            self._groups[-1].text.append(kept_apart)
            self._groups[-1].within.append(kept_apart if within is None else within)
        else:
            self._take(kept_apart)
        self._size += len(kept_apart)
        self._word = _last_word(self._word + unescaped(text[-_LONGEST_WORD:]))
        self._last = text[-1] if not _ESCAPED_BACKSLASH.search(text) else ""
        self._first = self._first or text.lstrip()[:1]
        self._note_line(text)
        while self._groups and self._size - self._groups[0].start > _LONGEST_GROUP:
            self._give_up()

    def _kept_apart(self, text: str) -> str:
        """The text, making no link, definition or code together with what stands before it."""
        if (self._last == "]" and text[0] == "(") or (self._last == "\\" and _PUNCTUATION.match(text)):
            return f"\\{text}"
        if self._word and not text[0].isspace() and addresses.spans(self._word, unescaped(_first_word(text))):
            return f" {text}"
        if self._last == "<" and _BEGINS_A_TAG.match(text):
            return f" {text}"
        makes_definition = self._last == "]" and self._first == "[" and text[0] == ":"
        return f" {text}" if makes_definition or self._last == text[0] == "`" else text

    def write_line_start(self, text: str) -> None:
        """Write a line break and what the next line begins with before its prose."""
        self._end_line()
        self.write(text)
        self._line, self._dropped, self._last, self._word = "", False, "\n", ""

    def drop(self) -> None:
        """Take notice of something that is not written."""
        self._dropped = True

    def open(self, *, image: bool) -> None:
        group = _Group(image, self._size, self._last, self._word, self._line)
        self._groups.append(group)
        self._size += len(group.bracket)
        self._last, self._word = "[", ""
        self._first = self._first or group.bracket[0]
        self._line = None

    def close(self) -> None:
        """The brackets are only brackets."""
        group = self._closed()
        text, within = "".join(group.text), "".join(group.within)
        opening = "!\\[" if group.image else "["
        self.write(f"{opening}{text}]", within=f"{opening}{within}]")

    def close_as_text(self) -> None:
        """The brackets are a link's or an image's whose target is dropped."""
        group = self._closed()
        self.drop()
        self.write("".join(group.text), within="".join(group.within))

    def close_as_link(self, url: str) -> None:
        """The brackets are a link's or an image's to an address that may be linked."""
        group = self._closed()
        text, within = "".join(group.text), "".join(group.within)
        if not within.strip():
            self.write(f"<{url}>", within=url)
        elif text != within and ("|" in text or "\n" in text):
            # In a table it would be no link, and what is written for within one would not be.
            self.write(text)
        else:
            # Behind a "!" it would be an image.
            self.write(f"{' ' * (self._last == '!')}[{within}]({url})", within=within)
            self._word = ""

    def end(self, *, more: bool) -> None:
        """The block has ended: what is still open opens nothing. `more`: other blocks follow."""
        while self._groups:
            self._give_up()
        if more:
            self._end_line()
        self._last = self._word = self._first = ""
        self._line, self._dropped = "", False

    def _note_line(self, text: str) -> None:
        if self._line is not None:
            self._line = self._line + text if _BLOCK_START.fullmatch(self._line + text) else None

    def _end_line(self) -> None:
        """A line that something was taken out of stays a line of prose."""
        if self._line is not None and self._dropped:
            self._line = None
            self.write(NO_BREAK_SPACE)

    def _closed(self) -> _Group:
        group = self._groups.pop()
        self._last, self._word = group.before, group.word_before
        self._line, self._size = group.line, group.start
        if self._size == 0:
            self._first = ""
        return group

    def _give_up(self) -> None:
        group = self._groups.pop(0)
        self._take("!\\[" if group.image else "\\[")
        self._take("".join(group.text))


def _first_word(text: str) -> str:
    match = _FIRST_WORD.match(text, 0, _LONGEST_WORD)
    return match[0] if match else ""


def _last_word(text: str) -> str:
    return _WORD_ENDS.split(text)[-1][-_LONGEST_WORD:]
