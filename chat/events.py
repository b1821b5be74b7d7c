"""What a turn says while it goes on: one vocabulary for every transport.

`seq` grows and is not dense: `metadata` is 0, `sources` 1, a `token` 1 + the answer's length in code points
after it, the last event 2 + the whole length. So tokens may be joined at will, and a replay needs nothing
but the stored text.
"""

from dataclasses import dataclass
from uuid import UUID

from chatbot_project.errors import ErrorBody
from knowledge.types import Source, Usage


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds since the question was stored."""

    retrieval: int | None = None
    first_token: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    visitor: UUID | None  # whose conversation it is
    conversation_id: UUID
    message_id: UUID
    question_id: UUID
    request_id: str

    seq = 0


@dataclass(frozen=True, slots=True)
class Sources:
    """The retrieved passages, numbered by rank."""

    sources: tuple[Source, ...]

    seq = 1


@dataclass(frozen=True, slots=True)
class Token:
    content: str
    length: int  # of the whole answer after this token, in code points

    @property
    def seq(self) -> int:
        return Sources.seq + self.length


@dataclass(frozen=True, slots=True)
class Done:
    """The whole answer; `sources` are those it cites. Also ends a cancelled turn."""

    answer: str
    status: str
    answered: bool | None
    degraded: bool
    sources: tuple[Source, ...]
    usage: Usage
    timings: Timings

    @property
    def seq(self) -> int:
        return _last_seq(len(self.answer))


@dataclass(frozen=True, slots=True)
class Failed:
    """The turn ended without a whole answer."""

    error: ErrorBody
    length: int  # of the text that had come, in code points

    @property
    def seq(self) -> int:
        return _last_seq(self.length)


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing has happened for a while; keeps a connection open."""


End = Done | Failed
Event = Metadata | Sources | Token | End


def length_seen(after: int) -> int:
    """How much of the answer's text a follower has who has seen the event `after`."""
    return max(after - Sources.seq, 0)


def _last_seq(length: int) -> int:
    return Sources.seq + length + 1
