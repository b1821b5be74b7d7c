"""The index as its users see it."""

import enum
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from knowledge.builds import running_build
from knowledge.per_loop import PerLoop
from knowledge.runtime import runtime
from knowledge.types import EmbedderIdentity


class IndexState(enum.StrEnum):
    READY = "ready"  # it answers, also while its successor is being built
    BUILDING = "building"  # the first one is being built, or will be in a moment
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Building:
    phase: str
    done: int  # chunks
    total: int


@dataclass(frozen=True, slots=True)
class IndexStatus:
    status: IndexState
    documents: int
    chunks: int
    embedder: EmbedderIdentity | None
    built_at: datetime | None
    building: Building | None


class _Announcements:
    def __init__(self) -> None:
        self.standing = 0


_announcements = PerLoop(_Announcements)


@contextmanager
def build_announced() -> Iterator[None]:
    """While a process sees to the index: it takes a second until that shows in the rows."""
    announcements = _announcements.get()
    announcements.standing += 1
    try:
        yield
    finally:
        announcements.standing -= 1


async def index_status() -> IndexStatus:
    """What the store's manifest says, and what the rows say of a build that goes on."""
    manifest = await runtime().store.manifest()
    running = await running_build()
    building = Building(running.phase, running.done, running.total) if running else None
    if manifest is None:
        expected = building or _announcements.get().standing
        status = IndexState.BUILDING if expected else IndexState.EMPTY
        return IndexStatus(status, 0, 0, None, None, building)
    return IndexStatus(
        IndexState.READY,
        documents=len(manifest.documents),
        chunks=manifest.chunks,
        embedder=manifest.embedder,
        built_at=manifest.built_at,
        building=building,
    )
