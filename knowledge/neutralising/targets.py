"""What follows the text of a link in brackets: its address in parentheses, perhaps with a title."""

import html
import re
from dataclasses import dataclass

_LONGEST = 1000  # code points
_DEEPEST = 4  # parentheses within an address
_BLANKS = " \t\n"
_CLOSERS = {'"': '"', "'": "'", "(": ")"}
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(slots=True)
class TargetReader:
    """Reads `(address)`, `(<address>)` and `(address "title")` as they come; no character twice."""

    length: int = 1  # read so far, from the parenthesis on
    is_over: bool = False
    is_target: bool = False
    _state: str = "before"
    _address: str = ""
    _depth: int = 0
    _closer: str = ""

    def read(self, text: str, start: int) -> None:
        """Go on with what begins at `start` with the parenthesis."""
        while not self.is_over and start + self.length < len(text):
            character = text[start + self.length]
            if character == "\\" and self._state in ("bare", "angle", "title"):
                if start + self.length + 1 == len(text):
                    return
                character = text[start + self.length : start + self.length + 2]
            getattr(self, f"_{self._state}")(character)
            self.length += len(character)
            self.is_over = self.is_over or self.length > _LONGEST

    @property
    def url(self) -> str:
        return html.unescape(_ESCAPE.sub(r"\1", self._address))

    def _end(self, *, is_target: bool) -> None:
        self.is_over, self.is_target = True, is_target

    def _before(self, character: str) -> None:
        if character == "<":
            self._state = "angle"
        elif character not in _BLANKS:
            self._state = "bare"
            self._bare(character)

    def _angle(self, character: str) -> None:
        if character == ">":
            self._state = "after"
        elif character in "<\n":
            self._end(is_target=False)
        else:
            self._address += character

    def _bare(self, character: str) -> None:
        if character in _BLANKS:
            self._state = "after"
        elif character == ")" and self._depth == 0:
            self._end(is_target=True)
        else:
            self._depth += (character == "(") - (character == ")")
            self._address += character
            self.is_over = self._depth > _DEEPEST

    def _after(self, character: str) -> None:
        if character == ")":
            self._end(is_target=True)
        elif character in _CLOSERS:
            self._state, self._closer = "title", _CLOSERS[character]
        elif character not in _BLANKS:
            self._end(is_target=False)

    def _title(self, character: str) -> None:
        if character == self._closer:
            self._state = "closing"

    def _closing(self, character: str) -> None:
        if character not in _BLANKS:
            self._end(is_target=character == ")")
