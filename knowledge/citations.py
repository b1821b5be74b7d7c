"""Citation markers in an answer: which of them hold, and the numbers that the reader sees."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.code_spans import replace_code_spans
from knowledge.sentences import sentences
from knowledge.types import BlockKind

OPENERS = "[\u3010\uff3b\u3014\u27e6"  # plain, black lenticular, full-width, tortoise shell, white square
LONGEST_MARKER = 100  # code points; a longer one is none

_CLOSERS = "]\u3011\uff3d\u3015\u27e7"
_DASH = "[-\u2010-\u2015\u2212~]"
_TOKEN = re.compile(
    r"(?P<blank>[ \t]+)|(?P<number>[1-9]\d{0,2}(?!\d))|(?P<digits>\d{1,3}(?!\d))|(?P<word>\w+)"
    rf"|(?P<dash>{_DASH})|(?P<caret>\^)|(?P<sign>[:：#])|(?P<comma>[,;，、；&/+])"  # noqa: RUF001
    rf"|(?P<source>†[^\s\{OPENERS}\{_CLOSERS}]*)"
    rf"|(?P<open>\\?[\{OPENERS}])|(?P<close>\\?[\{_CLOSERS}])|(?P<begun>\\\Z)"
)
_SINGULARS = ("passage", "source", "citation", "reference", "ref", "document", "doc", "chunk", "excerpt")
_WORDS = {"cite": "word", "and": "comma"} | {
    word: "word" for each in _SINGULARS for word in (each, f"{each}s")
}
# Models write for a citation: [1], [1, 7], [1-3], [^1], [[1]], [Passage 2], [cite: 1], 【1†source】. In each
# state, which tokens may come, and the state after each. A range does not begin with 0; an interval may.
_NUMBER = {"number": "number", "digits": "range"}
_ITEM = {"sign": "sign", "caret": "sign", **_NUMBER}
_END = {"comma": "item", "source": "sourced", "close": "closed"}
_GRAMMAR = {
    "start": {"open": "opened"},
    "opened": {"blank": "item", "open": "item", "word": "word", **_ITEM},
    "item": {"blank": "item", "word": "word", **_ITEM},
    "word": {"blank": "word", **_ITEM},
    "sign": {"blank": "sign", **_NUMBER},
    "number": {"blank": "number", "dash": "dash", "caret": "range", **_END},
    "dash": {"blank": "dash", "number": "range", "digits": "range"},
    "range": {"blank": "range", "caret": "range", **_END},
    "sourced": {"close": "closed"},
    "closed": {"close": "closed"},
}
_LONGEST_RANGE = 20
_RANGE = re.compile(rf"(\d+)(?:[ \t]*{_DASH}[ \t]*(\d+))?")
_OPENING = re.compile(rf"\\?[\{OPENERS}]")
_OURS = re.compile(r"\[\d{1,3}\]")
_LEADING = re.compile(r"(?:\s*\[\d{1,3}\])+")


@dataclass(frozen=True, slots=True)
class Marker:
    """Where a citation marker ends in the text, and the numbers that it names, those of ranges included."""

    end: int
    numbers: tuple[int, ...]


def read_marker(text: str, start: int = 0) -> Marker | None:
    """The marker that begins exactly at `start`."""
    return _read(text, start)[0]


def marker_may_begin(text: str, start: int) -> bool:
    """Whether what begins at `start` and goes on to the text's end may become a marker by more text."""
    return _read(text, start)[1]


def without_markers(text: str) -> str:
    pieces, place = [], 0
    for opening in _OPENING.finditer(text):
        begin = opening.start()
        if begin >= place and (marker := read_marker(text, begin)):
            pieces.append(text[place:begin])
            place = marker.end
    return "".join(pieces) + text[place:]


def _read(text: str, start: int) -> tuple[Marker | None, bool]:
    """The marker that begins at `start`; where there is none, whether more text may make one."""
    state, brackets, place = "start", 0, start
    end = min(len(text), start + LONGEST_MARKER)
    while place < end and (token := _TOKEN.match(text, place, end)):
        kind = _kind(token, is_last=token.end() == len(text))
        if kind not in _GRAMMAR[state]:
            return None, kind == "begun"
        state, place = _GRAMMAR[state][kind], token.end()
        brackets += (kind == "open") - (kind == "close")
        if state == "closed" and brackets == 0:
            return Marker(place, tuple(_numbers(text[start:place].partition("†")[0]))), False
    return None, place == len(text) < start + LONGEST_MARKER


def _kind(token: re.Match[str], *, is_last: bool) -> str:
    kind = token.lastgroup or ""
    if kind != "word":
        return kind
    word = token[0].casefold()
    if is_last and word not in _WORDS and any(each.startswith(word) for each in _WORDS):
        return "begun"
    return _WORDS.get(word, "")


def _numbers(marker: str) -> Iterator[int]:
    for first, last in _RANGE.findall(marker):
        yield from range(int(first), min(int(last or first), int(first) + _LONGEST_RANGE) + 1)


class Citations:
    """Renumbers markers 1, 2, … in order of first use, and counts which hold."""

    def __init__(self, available: int) -> None:
        self.cited: list[int] = []  # the passages' numbers as given (from 1), in the order of their new ones
        self._available = available
        self._named = 0
        self._valid = 0

    @property
    def valid_share(self) -> float | None:
        """Of the numbers that markers named, how many were those of passages; None without any marker."""
        return self._valid / self._named if self._named else None

    def renumbered(self, marker: Marker) -> str:
        """What the reader gets for the marker: "" where it names no passage."""
        markers = []
        for number in marker.numbers:
            self._named += 1
            # Python's [-1] would make a "[0]" cite the last passage.
            if 1 <= number <= self._available:
                self._valid += 1
                if number not in self.cited:
                    self.cited.append(number)
                markers.append(f"[{self.cited.index(number) + 1}]")
        return "".join(dict.fromkeys(markers))


def uncited_share(answer: str) -> float | None:
    """Of the answer's sentences, code and tables aside, how many have no marker; None without any sentence.

    A marker behind the full stop belongs to the sentence before it.
    """
    cited: list[bool] = []
    block = -1
    for sentence in sentences(answer):
        text = replace_code_spans(sentence.text, "code")
        if (leading := _LEADING.match(text)) and block == sentence.block:
            cited[-1] = True
            text = text[leading.end() :]
        if sentence.kind in (BlockKind.PROSE, BlockKind.LIST) and any(map(str.isalpha, text)):
            cited.append(_OURS.search(text) is not None)
            block = sentence.block
    return cited.count(False) / len(cited) if cited else None
