"""One answer as it comes into being, and any number of followers of it."""

import asyncio
from collections.abc import AsyncGenerator, Callable

from chat.events import End, Event, Idle, Metadata, Sources, Token, length_seen
from knowledge.types import Source


class AnswerStream:
    """Grows by `publish_*`; each `follow()` reads at its own pace and holds nothing but its place.

    `pause` gives the seconds that followers are left alone for after each word of more text, so that a model
    that writes fast does not have them send every syllable.
    """

    def __init__(self, metadata: Metadata, *, pause: Callable[[], float] = lambda: 0.0) -> None:
        self.metadata = metadata
        self.sources: tuple[Source, ...] | None = None  # None: still being looked for
        self.text = ""
        self.end: End | None = None
        self._grown = asyncio.Event()
        self._pause = pause
        self._quiet_until = 0.0  # by the event loop's clock
        self._waking: asyncio.TimerHandle | None = None

    def publish_sources(self, sources: tuple[Source, ...]) -> None:
        self.sources = sources
        self._wake()

    def publish_text(self, more: str) -> None:
        self.text += more
        loop = asyncio.get_running_loop()
        if loop.time() >= self._quiet_until:
            self._wake()
            self._quiet_until = loop.time() + self._pause()
        elif self._waking is None:
            self._waking = loop.call_at(self._quiet_until, self._wake_late)

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

        What has piled up since the last read comes as one token. The end comes even to one who has seen more
        than there is: it was lost with the process that wrote it.
        """
        place = after
        while True:
            grown, ended = self._grown, self.end is not None
            for event in self._since(place):
                place = event.seq
                yield event
            if ended:
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
        if self.end is not None and place != self.end.seq:
            events.append(self.end)
        return events

    def _wake_late(self) -> None:
        self._quiet_until = asyncio.get_running_loop().time() + self._pause()
        self._wake()

    def _wake(self) -> None:
        if self._waking is not None:
            self._waking.cancel()
            self._waking = None
        self._grown.set()
        self._grown = asyncio.Event()
