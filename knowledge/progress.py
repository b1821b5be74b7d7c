"""How far a build is, and who is told."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from knowledge.types import EmbedderIdentity, GoldenFigures, Manifest


class Phase(enum.StrEnum):
    LOADING = "loading"
    WRITING = "writing"  # chunks that need no embedding, or whose embedding is known
    EMBEDDING = "embedding"  # and writing what was embedded
    CHECKING = "checking"  # how the new index answers
    OPTIMIZING = "optimizing"


class Reason(enum.StrEnum):
    """What a build waits for."""

    QUOTA = "for the quota"
    FAILURE = "to try again"


@dataclass(frozen=True, slots=True)
class Wait:
    seconds: float  # still to go
    reason: Reason

    def __str__(self) -> str:
        return f"waiting {_duration(self.seconds)} {self.reason}"


@dataclass(frozen=True, slots=True)
class Progress:
    phase: Phase
    done: int  # chunks in the new index
    total: int  # chunks it will have
    seconds_left: float | None = None  # of this phase, as far as can be told
    wait: Wait | None = None  # what holds it up now

    def __str__(self) -> str:
        if self.phase in (Phase.LOADING, Phase.CHECKING, Phase.OPTIMIZING):
            return f"{self.phase.capitalize()} …"
        left = f", about {_duration(self.seconds_left)} to go" if self.seconds_left is not None else ""
        wait = f", {self.wait}" if self.wait else ""
        return f"{self.phase.capitalize()}: {self.done} of {self.total} chunks{left}{wait}"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


@dataclass(frozen=True, slots=True)
class Changes:
    """Documents, compared with the index before."""

    added: int
    changed: int
    removed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class IngestionReport:
    manifest: Manifest  # of the index that is now active
    rebuilt: bool  # False: nothing had changed, and nothing was done
    changes: Changes
    embedded: int  # chunks whose vectors were computed
    copied: int  # chunks whose vectors came from the index before, or were kept from a build that failed
    seconds: float
    embedding_seconds: float
    golden: GoldenFigures | None = None  # where the site has golden questions, and an index was built
    rolled_back: bool = False  # nothing was built, because somebody went back from what would be built


class BuildObserver:
    """Is told how a build goes. Does nothing by itself."""

    async def began(self, build_id: str, embedder: EmbedderIdentity | None) -> None:
        """The build has the index to itself."""

    async def progressed(self, progress: Progress) -> None:
        """Called often, and for `loading` before the build begins."""

    async def judged(self, golden: GoldenFigures) -> None:
        """The new index was asked the golden questions; it may yet be refused."""

    async def activated(self, report: IngestionReport) -> None:
        """The new index is the one that answers."""

    async def failed(self, reason: str) -> None:
        """The build that began has ended; the old index is as it was."""


class Tracker:
    """Tells the observers, and foretells the time from the rate of the phase so far."""

    def __init__(self, observers: Sequence[BuildObserver], *, total: int = 0) -> None:
        self._observers = observers
        self._total = total
        self._done = 0
        self._phase = Phase.LOADING
        self._entered = (0, monotonic())

    async def enter(self, phase: Phase) -> None:
        self._phase = phase
        self._entered = (self._done, monotonic())
        await self._tell(None)

    async def advance(self, count: int) -> None:
        self._done += count
        await self._tell(self._seconds_left())

    async def wait(self, wait: Wait) -> None:
        await self._tell(self._seconds_left(waiting=wait.seconds), wait)

    def _seconds_left(self, *, waiting: float = 0.0) -> float | None:
        """None before there is a rate. What is waited counts as work, in the rate as in what is left."""
        done_before, since = self._entered
        rate = (self._done - done_before) / max(monotonic() + waiting - since, 1e-6)
        return waiting + (self._total - self._done) / rate if rate else None

    async def _tell(self, seconds_left: float | None, wait: Wait | None = None) -> None:
        progress = Progress(self._phase, self._done, self._total, seconds_left, wait)
        for observer in self._observers:
            await observer.progressed(progress)
