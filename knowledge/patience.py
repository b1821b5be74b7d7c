"""Embedding a whole book with a provider that may be busy, down, or have a quota to be waited for."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final

from knowledge.errors import EmbeddingUnavailable
from knowledge.progress import Reason, Tracker, Wait
from knowledge.providers.base import Embedder
from knowledge.types import Matrix

TICK: Final = 1.0  # seconds between two words to the observers during a wait
LONGEST_PAUSE: Final = 60.0  # quotas that can be waited for are given by the minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    stall: float = 600.0  # seconds without a single embedding, after which a build gives up
    first_delay: float = 1.0  # seconds before the second try; doubled before each further one
    longest_delay: float = 30.0


class PatientEmbedder:
    """Goes on where trying again may help, at the pace and in the portions that the quota allows."""

    def __init__(self, embedder: Embedder, *, tracker: Tracker, patience: Patience) -> None:
        self._embedder = embedder
        self._tracker = tracker
        self._patience = patience
        self._pace = _Pace()
        self._portion = embedder.batch_size
        self._failures = 0  # in a row
        self._gives_up_at = 0.0

    async def embed(self, texts: Mapping[str, str]) -> AsyncGenerator[dict[str, Matrix], None]:
        """Each text's matrix under the text's key, some at a time. Raises EmbeddingUnavailable."""
        left = list(texts)
        while left:
            await self._wait(self._pace.pause(), Reason.QUOTA)
            self._gives_up_at = monotonic() + self._patience.stall
            matrices = await self._some([texts[key] for key in left[: self._portion]])
            yield dict(zip(left, matrices, strict=False))
            left = left[len(matrices) :]

    async def _some(self, texts: Sequence[str]) -> list[Matrix]:
        """The matrices of the first few: of as many as are taken at once."""
        self._failures = 0
        while True:
            portion = texts[: self._portion]  # which may have shrunk
            try:
                matrices = await self._embedder.embed_documents(portion)
            except EmbeddingUnavailable as exc:
                await self._recover(exc)
            else:
                self._pace.sent(len(portion))
                return matrices

    async def _recover(self, exc: EmbeddingUnavailable) -> None:
        """Wait as long as the provider asks for, or ever longer; or raise the error."""
        if exc.permanent or not self._embedder.paid:
            raise exc
        self._failures += 1
        backoff = min(self._patience.first_delay * 2 ** (self._failures - 1), self._patience.longest_delay)
        wait = exc.retry_after or backoff
        if monotonic() + wait > self._gives_up_at:
            raise EmbeddingUnavailable(
                f"{exc} The build has waited long enough. What was embedded so far is kept: "
                "manage.py reindex goes on from there."
            ) from exc
        if exc.retry_after:
            self._pace.refused(wait)
            if self._failures > 1:
                # It was waited for as asked, and still: the portion is more than the quota ever holds.
                self._portion = max(self._portion // 2, 1)
        await self._wait(wait, Reason.QUOTA if exc.retry_after else Reason.FAILURE)

    async def _wait(self, seconds: float, reason: Reason) -> None:
        ends = monotonic() + seconds
        while (left := ends - monotonic()) > 0:
            await self._tracker.wait(Wait(left, reason))
            await asyncio.sleep(min(left, TICK))


class _Pace:
    """How fast texts may be sent: at no limit, until a refusal shows how many the quota holds."""

    def __init__(self) -> None:
        self._seconds_per_text = 0.0
        self._sent = 0  # since the last refusal
        self._since = self._next = monotonic()

    def pause(self) -> float:
        """Seconds until the next texts may be sent."""
        return max(self._next - monotonic(), 0.0)

    def sent(self, texts: int) -> None:
        self._sent += texts
        self._next = monotonic() + min(self._seconds_per_text * texts, LONGEST_PAUSE)

    def refused(self, wait: float) -> None:
        """The quota held what was sent in the time until it can be used again."""
        again = monotonic() + wait
        if self._sent:
            self._seconds_per_text = max(self._seconds_per_text, (again - self._since) / self._sent)
        self._sent, self._since, self._next = 0, again, again
