"""A model's text on its way to the reader."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from knowledge.citations import Citations, uncited_share, without_markers
from knowledge.code_spans import replace_code_spans
from knowledge.neutralising import Addresses, NeutralFilter
from knowledge.sentences import sentences
from knowledge.types import BlockKind, Prompt, ScoredChunk
from knowledge.unanswered import UnansweredFilter

LONGEST_ANSWER = 65_536  # code points of what a model writes
SLICE = 256  # code points that are filtered at once


class StreamFilter(Protocol):
    """Takes a text piece by piece. How it is cut makes no difference to what comes out."""

    def feed(self, piece: str) -> str:
        """What can be passed on."""

    def flush(self) -> str:
        """The rest, once the text has ended."""


class AnswerText:
    """Passes a model's pieces through the filters, and knows what the answer came to."""

    def __init__(self, prompt: Prompt, *, generative: bool) -> None:
        self.citations = Citations(len(prompt.passages))
        self._gaps = UnansweredFilter()
        neutral = NeutralFilter(self.citations, _addresses(prompt.passages))
        # What only quotes may quote the sentinel.
        self._filters: tuple[StreamFilter, ...] = (self._gaps, neutral) if generative else (neutral,)
        self._passed: list[str] = []
        self._room = LONGEST_ANSWER
        self.is_too_long = False  # what goes beyond LONGEST_ANSWER has been left out

    def feed(self, piece: str) -> str:
        self.is_too_long = len(piece) > self._room
        piece = piece[: self._room]
        self._room -= len(piece)
        for stream_filter in self._filters:
            piece = stream_filter.feed(piece)
        return self._noted(piece)

    def flush(self) -> str:
        rest = ""
        for stream_filter in self._filters:
            rest = stream_filter.feed(rest) + stream_filter.flush()
        return self._noted(rest)

    def _noted(self, text: str) -> str:
        if text:
            self._passed.append(text)
        return text

    @property
    def is_empty(self) -> bool:
        return not any(map(str.strip, self._passed))

    @property
    def answers(self) -> bool:
        """Whether the book had an answer, or at least a part of one."""
        return not self._gaps.leading and (bool(self.citations.cited) or not self._gaps.found)

    @property
    def uncited_share(self) -> float | None:
        return uncited_share("".join(self._passed))


def slices(text: str) -> Iterator[str]:
    return (text[begin : begin + SLICE] for begin in range(0, len(text), SLICE))


def neutral_list(headings: Sequence[str]) -> str:
    """Headings of the book as a list, the first one cited as [1]."""
    lines = (f"- {without_markers(heading)} [{number}]" for number, heading in enumerate(headings, start=1))
    neutral = NeutralFilter(Citations(len(headings)), Addresses())
    return neutral.feed("\n".join(lines)) + neutral.flush()


def _addresses(passages: Sequence[ScoredChunk]) -> Addresses:
    """Those of the passages' prose and of their pages. What stands in code is no link in the book either."""
    texts = [scored.chunk.url for scored in passages]
    for scored in passages:
        prose = (each.text for each in sentences(scored.chunk.text) if each.kind is not BlockKind.CODE)
        texts += (replace_code_spans(text, "") for text in prose)
    return Addresses(texts)
