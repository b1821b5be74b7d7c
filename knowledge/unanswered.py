"""How a language model tells that the passages do not say, apart from the words it has for it."""

import re

# Asked for in the prompt because "the book does not say" can be said in any language.
NOT_IN_BOOK = "[[not-in-book]]"

_SENTINEL = re.compile(re.escape(NOT_IN_BOOK), re.IGNORECASE)


class UnansweredFilter:
    """Takes the sentinel out of an answer that comes piece by piece, and tells where it was."""

    def __init__(self) -> None:
        self.leading = False  # the answer began with it
        self.found = False
        self._pending = ""
        self._nothing_yet = True  # but blanks have been passed on

    def feed(self, piece: str) -> str:
        """What can be passed on: all but what may be the sentinel's beginning."""
        self._pending += piece
        self._take_out()
        held = self._held()
        return self._passed(len(self._pending) - held)

    def flush(self) -> str:
        """The rest, once the answer has ended."""
        return self._passed(len(self._pending))

    def _take_out(self) -> None:
        while sentinel := _SENTINEL.search(self._pending):
            before, after = self._pending[: sentinel.start()], self._pending[sentinel.end() :]
            self.found = True
            self.leading = self.leading or (self._nothing_yet and not before.strip())
            self._pending = before + after

    def _held(self) -> int:
        """How many of the pending characters may become the sentinel."""
        longest = min(len(self._pending), len(NOT_IN_BOOK) - 1)
        sizes = range(longest, 0, -1)
        return next((n for n in sizes if self._pending[-n:].lower() == NOT_IN_BOOK[:n]), 0)

    def _passed(self, size: int) -> str:
        text, self._pending = self._pending[:size], self._pending[size:]
        if self._nothing_yet:
            text = text.lstrip()
            self._nothing_yet = not text
        return text
