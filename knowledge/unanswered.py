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
        self._pending: list[str] = []  # characters
        self._visible = 0  # of them, those that are no blanks
        self._nothing_yet = True  # but blanks have been passed on

    def feed(self, piece: str) -> str:
        """What can be passed on: all but what may be the sentinel's beginning."""
        for character in piece:
            self._pending.append(character)
            self._visible += not character.isspace()
            if character == NOT_IN_BOOK[-1]:
                self._take_out()
        return self._passed(len(self._pending) - self._held())

    def flush(self) -> str:
        """The rest, once the answer has ended."""
        return self._passed(len(self._pending))

    def _take_out(self) -> None:
        """Where one ends, take it out; what stands around it may make another."""
        if _SENTINEL.fullmatch("".join(self._pending[-len(NOT_IN_BOOK) :])):
            del self._pending[-len(NOT_IN_BOOK) :]
            self._visible -= len(NOT_IN_BOOK)
            self.found = True
            self.leading = self.leading or (self._nothing_yet and not self._visible)

    def _held(self) -> int:
        """How many of the pending characters may become the sentinel."""
        end = "".join(self._pending[1 - len(NOT_IN_BOOK) :]).lower()
        return next((n for n in range(len(end), 0, -1) if end.endswith(NOT_IN_BOOK[:n])), 0)

    def _passed(self, size: int) -> str:
        text, self._pending = "".join(self._pending[:size]), self._pending[size:]
        self._visible = sum(not character.isspace() for character in self._pending)
        if self._nothing_yet:
            text = text.lstrip()
            self._nothing_yet = not text
        return text
