"""One answer as it comes into being, and any number of followers of it."""

import asyncio
from collections.abc import AsyncGenerator

from chat.events import End, Event, Idle, Metadata, Sources, Token, length_seen
from knowledge.types import Source


class AnswerStream:
    """Grows by `publish_*`; each `follow()` reads at its own pace and holds nothing but its place."""

    def __init__(self, metadata: Metadata) -> None:
        self.metadata = metadata
        self.sources: tuple[Source, ...] | None = None  # None: still being looked for
        self.text = ""
        self.end: End | None = None
        self._grown = asyncio.Event()

    def publish_sources(self, sources: tuple[Source, ...]) -> None:
        self.sources = sources
        self._wake()

    def publish_text(self, more: str) -> None:
        self.text += more
        self._wake()

    def publish_end(self, end: End) -> None:
        self.end = end
        self._wake()

    async def begun(self) -> None:
        """Until there are sources or text, or an end without any."""
        while self.sources is None and not self.text and self.end is None:
            await self._grown.wait()

    async def ended(self) -> End:
        while self.end is None:
            await self._grown.wait()
        return self.end

    async def follow(
        self, *, after: int = -1, idle: float | None = None
    ) -> AsyncGenerator[Event | Idle, None]:
        """All events with a `seq` above `after`, as they happen; an Idle whenever `idle` seconds pass.

        What has piled up since the last read comes as one token.
        """
        place = after
        while True:
            grown = self._grown
            for event in self._since(place):
                place = event.seq
                yield event
            if self.end is not None and place >= self.end.seq:
                return
            if grown is not self._grown:
                continue
            try:
                async with asyncio.timeout(idle):
                    await grown.wait()
            except TimeoutError:
                yield Idle()

    def _since(self, place: int) -> list[Event]:
        events: list[Event] = []
        if place < self.metadata.seq:
            events.append(self.metadata)
        if place < Sources.seq and self.sources is not None:
            events.append(Sources(self.sources))
        seen = length_seen(place)
        if len(self.text) > seen:
            events.append(Token(self.text[seen:], length=len(self.text)))
        if self.end is not None and place < self.end.seq:
            events.append(self.end)
        return events

    def _wake(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()
