"""A block of code on its way to the reader: fenced, and to the letter."""

import re
from itertools import pairwise

from knowledge.neutralising.writer import Place, Writer

_TICKS = re.compile("`{3,}")
_LANGUAGE = re.compile(r"[A-Za-z][\w+#-]{0,29}(?![^\s{,:])", re.ASCII)
# Outside of code a reader might act on it. While the fence is not closed, not everybody takes it for one.
_ACTS = re.compile(r"<[A-Za-z/!?%]|\][(:\[]|://|www\.|@[\w-]|`{3}", re.IGNORECASE)
# One reader looks for this element before it looks for code, where at most three blanks stand before it.
_FIRST_IN_LINE = re.compile(r"^ {0,3}(?=<pre\b)", re.IGNORECASE)
# In a list or quotation not everybody finds such code, or leaves it as it is.
_NEEDS_ROOM = re.compile(r"\t|<code\b", re.IGNORECASE)


class CodeBlock:
    """Passes lines on as they come, but holds them from the first one on that would act if it were no code.

    In a list or quotation all are held, until it is known whether the block can stand there.
    """

    def __init__(self, writer: Writer, place: Place, *, fence: str = "", info: str = "") -> None:
        self._writer = writer
        self._place = place
        # Whoever fences with tildes has ticks in the code.
        self._fence = "`" * (max(len(fence), 3) + fence.startswith("~"))
        language = _LANGUAGE.match(info.strip())
        self._language = language[0] if language else ""
        self._is_open = False
        self._held: list[str] = []

    def add(self, line: str) -> None:
        if self._held or self._place.quoted or self._place.items or _ACTS.search(line):
            self._held.append(_FIRST_IN_LINE.sub("    ", line))
        else:
            self._write([line])

    def end(self) -> None:
        longest = max((len(run) for line in self._held for run in _TICKS.findall(line)), default=0)
        if longest >= len(self._fence):
            self._close()
            self._fence = "`" * (longest + 1)
        if self._place.items and (self._place.quoted or _steps_in(self._held)):
            self._place = Place()
        if any(map(_NEEDS_ROOM.search, self._held)):
            self._place = Place()
        if self._held:
            self._write(self._held)
        self._close()

    def _write(self, lines: list[str]) -> None:
        if self._is_open:
            self._writer.lines(lines, is_code=True)
        else:
            self._is_open = True
            self._writer.lines([f"{self._fence}{self._language}", *lines], self._place, is_code=True)

    def _close(self) -> None:
        if self._is_open:
            self._writer.lines([self._fence], is_code=True)
        self._is_open = False


def _steps_in(lines: list[str]) -> bool:
    """Whether a line below an empty one is indented, which not everybody sees within a list."""
    return any(not above and below.startswith(" ") for above, below in pairwise(lines))
