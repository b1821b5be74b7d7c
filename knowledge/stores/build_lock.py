"""One build at a time, on however many machines: a point on the Qdrant server that its holder keeps changing.

Whoever finds the point watches it. If it changes, a build is running. If it stays as it is for PRESUMED_DEAD
seconds, its holder was killed, and whoever changes it first takes over; Qdrant's conditional updates (of
version 1.17 and later) let only one do so. No clock is compared with another machine's.

What it cannot do: hold back a builder that was silent for so long and yet lives. That one finds out at its
next beat, or at the latest before it would activate its index, and gives up; readers notice nothing.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final
from uuid import uuid4

from qdrant_client import models

from knowledge.errors import BuildRunning, VectorStoreUnavailable
from knowledge.stores.collection import create_collection
from knowledge.stores.connection import Call, Connection, attempted
from knowledge.stores.ranking import SPARSE

logger = logging.getLogger(__name__)

LOCK_ID: Final = "6c6f636b-0000-5000-8000-000000000001"
HEARTBEAT = 2.0  # seconds
PRESUMED_DEAD = 20.0  # seconds without a beat

RUNNING = "Another build of this index is running."
TAKEN_OVER = "This build was silent for too long, and another one has taken over."


@dataclass(frozen=True, slots=True)
class Beat:
    holder: str  # the same for as long as a build lasts
    beat: str  # another one each time


class BuildLock:
    """For one build. Raises VectorStoreUnavailable where the server does not do its part."""

    def __init__(self, server: Connection, index: str) -> None:
        self._server = server
        self._collection = f"{index}__lock"
        self._holder = uuid4().hex

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Raises BuildRunning while another build beats; one that may be dead is watched before."""
        await self._prepare()
        await self._take()
        beating = asyncio.create_task(self._keep_beating())
        try:
            yield
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            await attempted(self._release(), purpose="release the lock of builds")

    async def confirm(self) -> None:
        """Beat once more. Raises BuildRunning where another build has taken over."""
        mine = _is("holder", self._holder)
        await self._server.once(self._put(models.UpdateMode.UPDATE_ONLY, where=mine))
        if not await self._is_mine():
            raise BuildRunning(TAKEN_OVER)

    async def _keep_beating(self) -> None:
        """Until another build has taken over."""
        while True:
            await asyncio.sleep(HEARTBEAT)
            try:
                await self.confirm()
            except VectorStoreUnavailable as exc:
                logger.warning("Could not show that this build lives. %s", exc)

    async def _take(self) -> None:
        if await self._claim():
            return
        seen = await self._seen()
        logger.info("There is the lock of another build: watching whether that one lives")
        deadline = monotonic() + PRESUMED_DEAD
        while seen is not None and monotonic() < deadline:
            await asyncio.sleep(HEARTBEAT)
            before, seen = seen, await self._seen()
            if seen not in (None, before):
                raise BuildRunning(RUNNING)
        taken = await self._claim() if seen is None else await self._take_over(seen)
        if not taken:
            raise BuildRunning(RUNNING)

    async def _claim(self) -> bool:
        """Take a lock that nobody holds."""
        await self._server.write(self._put(models.UpdateMode.INSERT_ONLY))
        return await self._is_mine()

    async def _take_over(self, seen: Beat) -> bool:
        logger.warning("The last build was killed: taking its place")
        unchanged = _is("beat", seen.beat)
        await self._server.write(self._put(models.UpdateMode.UPDATE_ONLY, where=unchanged))
        return await self._is_mine()

    async def _release(self) -> None:
        mine = models.FilterSelector(filter=_is("holder", self._holder))
        await self._server.once(lambda qdrant: qdrant.delete(self._collection, mine, ordering=_STRONG))

    async def _prepare(self) -> None:
        await create_collection(
            self._server,
            self._collection,
            dense={},
            sparse={SPARSE: models.SparseVectorParams()},
            filtered=("holder", "beat"),
        )

    async def _is_mine(self) -> bool:
        seen = await self._seen()
        return seen is not None and seen.holder == self._holder

    async def _seen(self) -> Beat | None:
        records = await self._server.read(lambda qdrant: qdrant.retrieve(self._collection, [LOCK_ID]))
        payload = records[0].payload if records else None
        return Beat(payload["holder"], payload["beat"]) if payload else None

    def _put(
        self, mode: models.UpdateMode, *, where: models.Filter | None = None
    ) -> Call[models.UpdateResult]:
        """Insert the point, or change it where it is as it is said to be."""
        payload = {"holder": self._holder, "beat": uuid4().hex}
        point = models.PointStruct(id=LOCK_ID, vector={}, payload=payload)
        return lambda qdrant: qdrant.upsert(
            self._collection, [point], ordering=_STRONG, update_filter=where, update_mode=mode
        )


_STRONG: Final = models.WriteOrdering.STRONG  # by one replica, in the same order for all


def _is(field: str, value: str) -> models.Filter:
    match = models.MatchValue(value=value)
    return models.Filter(must=[models.FieldCondition(key=field, match=match)])
