"""A block of code on its way to the reader: fenced, to the letter, and never without its fence."""

import re

from knowledge.neutralising.writer import Place, Writer

_TICKS = re.compile("`{3,}")
_LANGUAGE = re.compile(r"[\w+#.-]{1,30}")
# Outside of code a reader might act on it. While the fence is not closed, not everybody takes it for one.
_ACTS = re.compile(r"<[A-Za-z/!?]|\][(:\[]|://|www\.|@[\w-]|`{3}", re.IGNORECASE)
# One reader looks for these elements before it looks for code: for the one where a line begins with at most
# three blanks, for the other outside of fences that stand in nothing.
_FIRST_IN_LINE = re.compile(r"^ {0,3}(?=<pre\b)", re.IGNORECASE)
_ANYWHERE = re.compile(r"<code\b", re.IGNORECASE)


class CodeBlock:
    """Passes lines on as they come, but from the first one on that would act if it were no code."""

    def __init__(self, writer: Writer, place: Place, *, info: str = "") -> None:
        self._writer = writer
        self._place = place
        language = _LANGUAGE.match(info.strip())
        self._language = language[0] if language else ""
        self._fence = ""  # that is open
        self._held: list[str] = []

    def add(self, line: str) -> None:
        if self._held or _ACTS.search(line):
            self._held.append(_FIRST_IN_LINE.sub("    ", line))
        else:
            self._write([line])

    def end(self) -> None:
        longest = max((len(run) for line in self._held for run in _TICKS.findall(line)), default=2)
        needs_room = any(map(_ANYWHERE.search, self._held)) and (self._place.quoted or self._place.items)
        if self._fence and (longest >= len(self._fence) or needs_room):
            self._close()
        if needs_room:
            self._place = Place()
        if self._held:
            self._write(self._held, fence="`" * (longest + 1))
        self._close()

    def _write(self, lines: list[str], *, fence: str = "```") -> None:
        if self._fence:
            self._writer.lines(lines, is_code=True)
        else:
            self._fence = fence
            self._writer.lines([f"{fence}{self._language}", *lines], self._place, is_code=True)

    def _close(self) -> None:
        if self._fence:
            self._writer.lines([self._fence], is_code=True)
        self._fence = ""
