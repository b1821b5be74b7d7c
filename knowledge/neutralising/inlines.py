"""The prose of a Markdown block, character by character: what of it reaches the reader, and as what."""

import re
from collections import deque
from collections.abc import Callable

from knowledge.citations import MARKER, MARKER_BEGUN, OPENERS, Citations
from knowledge.neutralising import addresses
from knowledge.neutralising.addresses import Addresses
from knowledge.neutralising.escapes import escaped, normalised, unescaped
from knowledge.neutralising.targets import read_label, read_target
from knowledge.neutralising.writer import BlockWriter

# Held back at most, in code points, until it turns out what it is.
_LONGEST_SPAN = 1000
_LONGEST_WORD = 1000

_FOREIGN = OPENERS.replace("[", "")
# A word's characters: escapes in pairs, and none that begins something else.
_IN_WORD = r"\\[!-/:-@\\-`{-~]|\\(?!\[)|!(?!\[)|[^\s`<\[\]|!\\" + _FOREIGN
_WORD = re.compile(rf"(?:{_IN_WORD}\x80-\U0010ffff])+")
_WORD_OF_ANY_SCRIPT = re.compile(rf"(?:{_IN_WORD}])+")
_BEGINS_AN_ADDRESS = re.compile(r"//|www\.", re.IGNORECASE)
_AUTOLINK = re.compile(r"<([a-z][a-z0-9+.-]{1,31}:[^\s<>]*)>", re.IGNORECASE)
_AUTOLINK_BEGUN = re.compile(r"<[a-z][^\s<>]*\Z", re.IGNORECASE)
_TAG_BEGUN = re.compile(r"<[a-z/!?]", re.IGNORECASE)
_OTHER_SCRIPT = re.compile(rf"[^\x00-\x7f\s{_FOREIGN}]+")
_WHOLE_ESCAPES = re.compile(r"(?:\\.|[^\\]|\\\Z)+", re.DOTALL)
_SENTENCE_END = re.compile(r"[.,)]*")
_TICKS = re.compile("`+")
_ASCII = frozenset(map(chr, range(0x20, 0x7F)))
_IDLE_IN_WORD = _ASCII - set(" `<[]|!\\")
_IDLE_IN_SPAN = _ASCII - {"`"}
# In a table a "|" ends the cell, and with it the code; then this would be more than letters.
_MORE_THAN_LETTERS = re.compile(r"<[a-z/!?]|[!\]][\[(]|\]:|//|www\.|@|&|\\", re.IGNORECASE)


class InlineFilter:
    """Takes a block's prose and hands on to `take` what is decided.

    What opens no code and no link is escaped if it looks as if it did, so that whoever reads the Markdown
    sees code and links where this has seen them.
    """

    def __init__(self, citations: Citations, allowed: Addresses, take: Callable[[str], None]) -> None:
        self._citations = citations
        self._allowed = allowed
        self._writer = BlockWriter(take)
        self._text = ""  # undecided
        self._blanks = ""  # before it
        self._line_starts: deque[str] = deque()  # what the line breaks in it stand for
        self._in_table = False
        self._led = 0  # how much of the word in it has been written
        self._swallowing = False  # the rest of an address
        # These characters decide nothing up to that length, so that not each of them is a reason to look.
        self._idle: frozenset[str] = frozenset()
        self._idle_until = 0
        self._steps: dict[str, Callable[[bool], int]] = {
            "`": self._span,
            "<": self._tag,
            "!": self._image,
            "[": self._bracket,
            "]": self._closing,
            "|": self._pipe,
            "\\": self._escaped_bracket,
            "\n": self._line_break,
        }

    def feed(self, text: str) -> None:
        """Go on with the block. However its text is cut, the outcome is the same."""
        for character in text:
            if character in " \t" and not self._text:
                self._blanks += character
                continue
            self._text += character
            if character not in self._idle or len(self._text) >= self._idle_until:
                self._go_on(final=False)

    def hand_over(self) -> None:
        """Hand on of a word that has begun what stays of it in any case, before more of it has come."""
        if self._idle is _IDLE_IN_WORD and self._idle_until:
            self._write_lead()

    def break_line(self, line_start: str) -> None:
        """The block goes on in a new line that begins with this."""
        self._line_starts.append(line_start)
        self.feed("\n")

    def end(self, *, more: bool = True) -> None:
        """The block has ended. `more`: others follow."""
        self._go_on(final=True)
        self._write("", 0)
        self._writer.end(more=more)
        self._in_table = self._swallowing = False

    def _go_on(self, *, final: bool) -> None:
        self._idle_until = 0
        while self._text and (used := self._step(final)):
            for _ in range(self._text.count("\n", 0, used)):
                self._line_starts.popleft()
            rest = self._text[used:]
            self._text = rest.lstrip(" \t")
            self._blanks += rest[: len(rest) - len(self._text)]
            self._swallowing = self._swallowing and not self._blanks

    def _step(self, final: bool) -> int:
        """Decide about what the text begins with; how much of it is done with, 0 if more has to come."""
        first = self._text[0]
        if first in OPENERS or (first == "\\" and self._text[1:2] in OPENERS):
            if marker := MARKER.match(self._text):
                return self._marker(marker, final)
            if not final and MARKER_BEGUN.match(self._text):
                return 0
        if step := self._steps.get(first):
            self._swallowing = False
            if used := step(final):
                return used
        return self._word(final)

    def _wait(self, idle: frozenset[str], *, until: int) -> int:
        self._idle, self._idle_until = idle, until
        return 0

    def _write(self, text: str, used: int, *, within: str | None = None, joined: bool = False) -> int:
        self._writer.write(self._blanks)
        self._blanks = ""
        self._writer.write(text, within=within, joined=joined)
        return used

    def _drop(self, used: int) -> int:
        self._writer.drop()
        return used

    def _line_break(self, final: bool) -> int:
        self._write("", 0)
        self._writer.write_line_start(self._line_starts[0])
        return 1

    def _pipe(self, final: bool) -> int:
        self._in_table = True
        return self._write("|", 1)

    def _escaped_bracket(self, final: bool) -> int:
        return self._write("\\[", 2) if self._text.startswith("\\[") else 0

    def _marker(self, marker: re.Match[str], final: bool) -> int:
        target = read_target(self._text[marker.end() :], final=final)
        if target is None:
            return 0
        used = marker.end() + target.length
        if written := self._citations.renumbered(marker):
            return self._write(written, used)
        self._blanks = ""
        return self._drop(used)

    def _image(self, final: bool) -> int:
        if not self._text.startswith("!["):
            return 0
        if MARKER.match(self._text, 1):
            return self._write("!", 1)
        if not final and MARKER_BEGUN.match(self._text, 1):
            return 0
        self._write("", 0)
        self._writer.open(image=True)
        return 2

    def _bracket(self, final: bool) -> int:
        self._write("", 0)
        self._writer.open(image=False)
        return 1

    def _closing(self, final: bool) -> int:
        if not self._writer.in_brackets:
            return self._write("]", 1)
        after = self._text[1:]
        target, label = read_target(after, final=final), read_label(after, final=final)
        if target is None or label is None:
            return 0
        self._write("", 0)
        if target.length and self._allowed.allow_link(target.url):
            self._writer.close_as_link(target.url)
        elif target.length or label.length:
            self._writer.close_as_text()
        else:
            self._writer.close()
        return 1 + target.length + label.length

    def _span(self, final: bool) -> int:
        opening = _TICKS.match(self._text)
        run = opening.end() if opening else 0
        if run == len(self._text) and not final and run <= _LONGEST_SPAN:
            return 0
        runs = _TICKS.finditer(self._text, run)
        closing = next((each for each in runs if each.end() - each.start() == run), None)
        if closing and (closing.end() < len(self._text) or final):
            content = self._text[run : closing.start()]
            if self._is_code(content):
                # In code a line break is a blank. As one it stays code whatever the next line looks like.
                code = content.replace("\n", " ")
                return self._write(f"{'`' * run}{code}{'`' * run}", closing.end())
        elif not final and len(self._text) <= run + _LONGEST_SPAN:
            return 0 if closing else self._wait(_IDLE_IN_SPAN, until=run + _LONGEST_SPAN)
        return self._write("\\`" * run, run)

    def _is_code(self, content: str) -> bool:
        if "|" not in content:
            return not (self._in_table and "\n" in content)
        return "\n" not in content and not _MORE_THAN_LETTERS.search(content)

    def _tag(self, final: bool) -> int:
        if link := _AUTOLINK.match(self._text, 0, _LONGEST_WORD):
            self._write_address(link[1], led=0, is_alone=False)
            return link.end()
        is_short = len(self._text) < _LONGEST_WORD
        if not final and (self._text == "<" or (is_short and _AUTOLINK_BEGUN.match(self._text))):
            return 0
        return self._write("&lt;" if _TAG_BEGUN.match(self._text) else "<", 1)

    def _word(self, final: bool) -> int:
        self._swallowing = self._swallowing and not self._blanks
        if script := _OTHER_SCRIPT.match(self._text):
            return script.end() if self._swallowing else self._write(script[0], script.end())
        if self._text[0].isspace():  # of the blanks that Markdown takes for letters
            self._swallowing = False
            return self._write(self._text[0], 1)
        word = _WORD.match(self._text)
        if word is None:
            return self._write(self._text[0], 1) if self._text[0] in _FOREIGN or final else 0
        if _BEGINS_AN_ADDRESS.search(word[0]):
            word = _WORD_OF_ANY_SCRIPT.match(self._text) or word
        if self._swallowing:
            return word.end()
        if word.end() == len(self._text) < _LONGEST_WORD and not final:
            return self._wait(_IDLE_IN_WORD, until=_LONGEST_WORD)
        # Half an escape would escape nothing any more.
        whole = _WHOLE_ESCAPES.match(word[0], 0, _LONGEST_WORD)
        text = whole[0] if whole else word[0]
        has_address = self._write_word(text, after=self._text[len(text) : len(text) + 1])
        self._swallowing = has_address and len(text) >= _LONGEST_WORD - 1
        return len(text)

    def _write_lead(self) -> None:
        """Write what stays of the word in any case, as far as it is known and has not been written."""
        lead = addresses.lead(self._text)
        if len(lead) > self._led:
            self._write(lead[self._led :], 0, joined=self._led > 0)
            self._led = len(lead)

    def _write_word(self, word: str, *, after: str) -> bool:
        """Write a word that is followed by that character. Whether there is an address in it."""
        self._write_lead()
        plain, led, self._led = unescaped(word), self._led, 0
        found = addresses.find(plain)
        if found is None:
            self._write(normalised(word[led:]), 0, joined=led > 0)
            return False
        write = normalised if plain == word else escaped
        place, looked = led, 0
        while found:
            begin, end = found
            # What stands before it may be one, too, once the two are kept apart.
            while earlier := addresses.find(plain[:begin], looked):
                begin = earlier[0]
            tail = plain[end:]
            self._write(write(plain[place:begin]), 0, joined=place > 0)
            is_alone = not after.strip() and _SENTENCE_END.fullmatch(tail) and write is normalised
            self._write_address(plain[begin:end], led=max(0, led - begin), is_alone=bool(is_alone))
            place = looked = end
            found = addresses.find(plain, place)
        self._write(write(plain[place:]), 0)
        return True

    def _write_address(self, url: str, *, led: int, is_alone: bool) -> None:
        """Write an address, of which the first characters have been written already."""
        if is_alone and self._allowed.allow_bare(url):
            self._write(url[led:], 0, within=url[led:], joined=True)
        elif not led and _AUTOLINK.fullmatch(f"<{url}>") and self._allowed.allow_link(url):
            self._write(f"<{url}>", 0, within=url)
        elif shown := addresses.shown(url[led:]):
            self._write(shown, 0)
        else:
            self._drop(0)
