"""Citation markers in a streamed answer: only those of passages that were given reach the reader."""

import re

# What models write for a citation: [1], [1, 7], [1; 2], 【1】.
_MARKER = re.compile(r"[\[【]\s*(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\s*[\]】]")
_MARKER_BEGUN = re.compile(r"[ \t]*(?:[\[【][\d\s,;]{0,40})?\Z")
_SPECIAL = re.compile(r"[ \t]*[\[【]|`+|~+")
_LONGEST_CODE_SPAN = 400  # code points; a longer run without a closing backtick is prose


class CitationFilter:
    """Passes an answer on piece by piece, markers checked and renumbered 1, 2, … in order of first use.

    Markers inside code are code and stay as they are. Text that may yet turn out to be a marker or a code
    span is held back until the next piece decides.
    """

    def __init__(self, available: int) -> None:
        self._available = available
        self._pending = ""
        self._fence: str | None = None
        self._line_is_blank = True  # so far
        self.cited: list[int] = []  # the passages' numbers as given (from 1), in the order of their new ones

    def feed(self, piece: str) -> str:
        self._pending += piece
        return self._drain(final=False)

    def flush(self) -> str:
        """The rest, once the answer has ended."""
        return self._drain(final=True)

    def _drain(self, *, final: bool) -> str:
        passed: list[str] = []
        while self._pending:
            step = self._in_fence(final) if self._fence else self._in_prose(final)
            if step is None:
                break
            text, used = step
            if text:
                passed.append(text)
            self._note_line(self._pending[:used])
            self._pending = self._pending[used:]
        return "".join(passed)

    def _note_line(self, used: str) -> None:
        _, newline, line = used.rpartition("\n")
        self._line_is_blank = not line.strip() and (bool(newline) or self._line_is_blank)

    def _in_fence(self, final: bool) -> tuple[str, int] | None:
        """Code goes on line by line, until a line that closes the fence."""
        line, newline, _ = self._pending.partition("\n")
        if not newline and not final:
            return None
        if self._fence and line.strip().startswith(self._fence) and not line.strip(" \t`~"):
            self._fence = None
        return line + newline, len(line + newline)

    def _in_prose(self, final: bool) -> tuple[str, int] | None:
        special = _SPECIAL.search(self._pending)
        if special is None:
            keep = 0 if final else len(self._pending) - len(self._pending.rstrip(" \t"))
            ready = len(self._pending) - keep
            return (self._pending[:ready], ready) if ready else None
        if special.start():
            return self._pending[: special.start()], special.start()
        if special.group()[0] in "`~":
            return self._code(special.group(), final)
        return self._marker(final)

    def _marker(self, final: bool) -> tuple[str, int] | None:
        blank = re.match(r"[ \t]*", self._pending)
        indent = blank.end() if blank else 0
        if marker := _MARKER.match(self._pending, indent):
            renumbered = self._renumbered(marker.group(1))
            return (self._pending[:indent] + renumbered if renumbered else "", marker.end())
        if not final and _MARKER_BEGUN.match(self._pending):
            return None
        return self._pending[: indent + 1], indent + 1

    def _renumbered(self, numbers: str) -> str:
        markers = []
        for number in map(int, re.findall(r"\d+", numbers)):
            # Python's [-1] would make a "[0]" cite the last passage.
            if 1 <= number <= self._available:
                if number not in self.cited:
                    self.cited.append(number)
                markers.append(f"[{self.cited.index(number) + 1}]")
        return "".join(dict.fromkeys(markers))

    def _code(self, run: str, final: bool) -> tuple[str, int] | None:
        if len(run) == len(self._pending) and not final:
            return None
        if len(run) >= 3 and self._line_is_blank:
            self._fence = run
            return run, len(run)
        return (run, len(run)) if run[0] == "~" else self._code_span(run, final)

    def _code_span(self, run: str, final: bool) -> tuple[str, int] | None:
        closing = re.compile(rf"(?<!`){run}(?!`)").search(self._pending, len(run))
        paragraph_end = self._pending.find("\n\n", 0, closing.start() if closing else None)
        if closing and paragraph_end < 0 and (closing.end() < len(self._pending) or final):
            return self._pending[: closing.end()], closing.end()
        if final or paragraph_end >= 0 or len(self._pending) > _LONGEST_CODE_SPAN:
            return run, len(run)  # never closed: no code after all
        return None
