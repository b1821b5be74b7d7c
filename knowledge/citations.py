"""Citation markers in an answer: which of them hold, and the numbers that the reader sees."""

import re
from collections.abc import Iterator

from knowledge.sentences import sentences
from knowledge.types import BlockKind

OPENERS = "[\u3010\uff3b\u3014\u27e6"  # plain, black lenticular, full-width, tortoise shell, white square
_OPEN, _CLOSE = f"[\\{OPENERS}]", "[\\]\u3011\uff3d\u3015\u27e7]"
_WORD = r"(?:passages?|sources?|citations?|cite|references?|refs?|documents?|docs?|chunks?|excerpts?)"
_DASH = "[-\u2010-\u2015\u2212~]"
# From 0 on it is an interval.
_NUMBER = rf"(?:\d{{1,3}}(?![ \t]*{_DASH})|[1-9]\d{{0,2}}[ \t]*{_DASH}[ \t]*\d{{1,3}})"
_ONE = rf"(?:{_WORD}\b[ \t]*)?[:：#^]?[ \t]*{_NUMBER}\^?"  # noqa: RUF001
_BODY = rf"[ \t]*{_ONE}(?:[ \t]*(?:[,;，、；&/+]|and\b)[ \t]*{_ONE})*[ \t]*(?:†[^\]】\s]{{0,40}})?"  # noqa: RUF001
# What models write for a citation: [1], [1, 7], [1-3], [^1], [[1]], [Passage 2], [cite: 1], 【1†source】.
MARKER = re.compile(
    rf"(?:\\?{_OPEN}){{2}}({_BODY})(?:\\?{_CLOSE}){{2}}|\\?{_OPEN}({_BODY})\\?{_CLOSE}", re.IGNORECASE
)
MARKER_BEGUN = re.compile(rf"\\?{_OPEN}(?:\\|{_OPEN}|{_CLOSE}|{_DASH}|[\w \t,;:#^†&/+，、；：]){{0,60}}\Z")  # noqa: RUF001
_LONGEST_RANGE = 20
_RANGE = re.compile(rf"(\d+)(?:[ \t]*{_DASH}[ \t]*(\d+))?")
_OURS = re.compile(r"\[\d{1,3}\]")
_LEADING = re.compile(r"(?:\s*\[\d{1,3}\])+")
CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)


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

    def renumbered(self, marker: re.Match[str]) -> str:
        """What the reader gets for the marker: "" where it names no passage."""
        markers = []
        for number in _numbers(marker):
            self._named += 1
            # Python's [-1] would make a "[0]" cite the last passage.
            if 1 <= number <= self._available:
                self._valid += 1
                if number not in self.cited:
                    self.cited.append(number)
                markers.append(f"[{self.cited.index(number) + 1}]")
        return "".join(dict.fromkeys(markers))


def _numbers(marker: re.Match[str]) -> Iterator[int]:
    for first, last in _RANGE.findall(marker[1] or marker[2]):
        yield from range(int(first), min(int(last or first), int(first) + _LONGEST_RANGE) + 1)


def uncited_share(answer: str) -> float | None:
    """Of the answer's sentences, code and tables aside, how many have no marker; None without any sentence.

    A marker behind the full stop belongs to the sentence before it.
    """
    cited: list[bool] = []
    block = -1
    for sentence in sentences(answer):
        text = CODE_SPAN.sub("code", sentence.text)
        if (leading := _LEADING.match(text)) and block == sentence.block:
            cited[-1] = True
            text = text[leading.end() :]
        if sentence.kind in (BlockKind.PROSE, BlockKind.LIST) and any(map(str.isalpha, text)):
            cited.append(_OURS.search(text) is not None)
            block = sentence.block
    return cited.count(False) / len(cited) if cited else None
