"""The way to a Qdrant server: one SDK client, time-outs on everything, retries where they do no harm."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from math import ceil
from time import monotonic
from typing import Final, TypeVar

from qdrant_client import AsyncQdrantClient

from knowledge.errors import KnowledgeError
from knowledge.stores.failures import PASSING, ConnectionBroken, translated

logger = logging.getLogger(__name__)

READ_WITHIN: Final = 10.0  # seconds
WRITE_WITHIN: Final = 30.0  # seconds for each attempt
PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds before a write is attempted again
LONGEST_PAUSE: Final = 20.0  # seconds, however long the server asks to wait
GIVE_UP_AFTER: Final = 60.0  # seconds after which no write is attempted again

T = TypeVar("T")
Call = Callable[[AsyncQdrantClient], Awaitable[T]]


class Connection:
    """Belongs to one event loop. Each method raises VectorStoreUnavailable, of the kind that it is."""

    def __init__(self, url: str, *, api_key: str | None) -> None:
        self._url = url
        self._api_key = api_key
        self._client: AsyncQdrantClient | None = None

    async def read(self, call: Call[T]) -> T:
        """Asks again at once where the connection broke: servers close those that were idle for long."""
        try:
            return await self._attempt(call, within=READ_WITHIN)
        except ConnectionBroken:
            return await self._attempt(call, within=READ_WITHIN)

    async def once(self, call: Call[T]) -> T:
        """A single attempt to write."""
        return await self._attempt(call, within=WRITE_WITHIN)

    async def write(self, call: Call[T]) -> T:
        """Attempts it again, a few times, while the server is away, fails or does not answer.

        `call` must do no harm when it is carried out twice: an attempt that fails may have had its effect.
        """
        began = monotonic()
        for pause in PAUSES:
            try:
                return await self.once(call)
            except PASSING as exc:
                if monotonic() - began > GIVE_UP_AFTER:
                    raise
                pause = max(pause, min(exc.retry_after or 0, LONGEST_PAUSE))
                logger.warning("Trying again in %.1f s. %s", pause, exc)
                await asyncio.sleep(pause)
        return await self.once(call)

    async def aclose(self) -> None:
        """Closes the client; another one is made when it is needed."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _attempt(self, call: Call[T], *, within: float) -> T:
        with translated():
            async with asyncio.timeout(within):
                return await call(self._connected())

    def _connected(self) -> AsyncQdrantClient:
        if self._client is None:
            self._client = AsyncQdrantClient(
                self._url,
                # As `api_key` it would make the client warn of every http:// address, private ones too.
                headers={"api-key": self._api_key} if self._api_key else None,
                timeout=ceil(WRITE_WITHIN),  # for a single read or write of its sockets
                check_compatibility=False,  # it would ask from a thread, and print
            )
        return self._client


async def attempted(work: Awaitable[None], *, purpose: str) -> None:
    """For tidying up: what cannot be done now is logged, and left to the next build."""
    try:
        await work
    except KnowledgeError as exc:
        logger.warning("Could not %s. %s", purpose, exc)
