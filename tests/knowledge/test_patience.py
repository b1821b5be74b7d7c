"""Embedding many texts with a provider that refuses, fails or has a quota."""

import time
from collections.abc import Sequence

import pytest

from knowledge.errors import EmbeddingUnavailable
from knowledge.patience import Patience, PatientEmbedder
from knowledge.progress import BuildObserver, Phase, Progress, Reason, Tracker
from knowledge.types import Matrix
from tests.scripted import HashEmbedder

QUICK = Patience(first_delay=0.01, longest_delay=0.02, stall=5)
BUSY = EmbeddingUnavailable("It is busy.")


def refusal(seconds: float) -> EmbeddingUnavailable:
    return EmbeddingUnavailable("The quota is used up.", retry_after=seconds)


class Provider(HashEmbedder):
    """Raises what it is told to, one error for each call; remembers how many texts it was asked for."""

    paid = True
    batch_size = 8

    def __init__(self, *errors: EmbeddingUnavailable, largest: int = 8) -> None:
        self.errors = list(errors)
        self._largest = largest  # request within the quota
        self.asked: list[int] = []

    async def embed_documents(self, texts: Sequence[str]) -> list[Matrix]:
        self.asked.append(len(texts))
        if self.errors:
            raise self.errors.pop(0)
        if len(texts) > self._largest:
            raise refusal(0.01)
        return await super().embed_documents(texts)


class Free(Provider):
    paid = False


class Watcher(BuildObserver):
    def __init__(self) -> None:
        self.progress: list[Progress] = []

    async def progressed(self, progress: Progress) -> None:
        self.progress.append(progress)

    @property
    def reasons(self) -> set[Reason]:
        return {each.wait.reason for each in self.progress if each.wait}


@pytest.fixture(autouse=True)
def fresh(hash_embedder: type[HashEmbedder]) -> None:
    """Nothing embedded yet."""


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


async def embed(provider: Provider, watcher: Watcher, *, texts: int = 20, patience: Patience = QUICK) -> None:
    """All of them, checked."""
    tracker = Tracker([watcher], total=texts)
    await tracker.enter(Phase.EMBEDDING)
    asked = {str(number): f"text {number}" for number in range(texts)}
    vectors: dict[str, Matrix] = {}
    async for some in PatientEmbedder(provider, tracker=tracker, patience=patience).embed(asked):
        assert not vectors.keys() & some.keys()
        vectors |= some
        await tracker.advance(len(some))
    assert list(vectors) == list(asked)
    assert sorted(HashEmbedder.documents) == sorted(asked.values())


async def test_texts_are_sent_in_the_largest_requests(watcher: Watcher) -> None:
    provider = Provider()
    await embed(provider, watcher)

    assert provider.asked == [8, 8, 4]
    assert watcher.reasons == set()


async def test_a_passing_failure_is_tried_again(watcher: Watcher) -> None:
    provider = Provider(BUSY, BUSY)
    await embed(provider, watcher)

    assert provider.asked == [8, 8, 8, 8, 4]
    assert watcher.reasons == {Reason.FAILURE}


async def test_the_wait_is_as_long_as_the_provider_asks_for(watcher: Watcher) -> None:
    began = time.monotonic()
    await embed(Provider(refusal(0.3)), watcher, texts=4)

    assert 0.3 <= time.monotonic() - began < 2
    assert watcher.reasons == {Reason.QUOTA}


async def test_after_a_refusal_it_keeps_to_the_pace_that_the_quota_allows(watcher: Watcher) -> None:
    provider = Provider()
    tracker = Tracker([watcher], total=24)
    await tracker.enter(Phase.EMBEDDING)
    patient = PatientEmbedder(provider, tracker=tracker, patience=QUICK)
    moments = []
    async for _ in patient.embed({str(number): f"text {number}" for number in range(24)}):
        moments.append(time.monotonic())
        if len(moments) == 1:
            provider.errors.append(refusal(0.4))  # eight texts in 0.4 seconds

    assert moments[2] - moments[1] == pytest.approx(0.4, abs=0.15)
    assert provider.asked == [8, 8, 8, 8]


async def test_requests_shrink_until_the_quota_can_hold_one(watcher: Watcher) -> None:
    provider = Provider(largest=3)
    await embed(provider, watcher)

    assert provider.asked[:4] == [8, 8, 4, 2]
    assert set(provider.asked[4:]) == {2}


async def test_a_permanent_error_is_raised_at_once(watcher: Watcher) -> None:
    provider = Provider(EmbeddingUnavailable("The key is wrong.", permanent=True))

    with pytest.raises(EmbeddingUnavailable, match=r"^The key is wrong\.$"):
        await embed(provider, watcher)
    assert provider.asked == [8]


async def test_what_runs_here_is_not_waited_for(watcher: Watcher) -> None:
    provider = Free(BUSY)

    with pytest.raises(EmbeddingUnavailable, match=r"^It is busy\.$"):
        await embed(provider, watcher)
    assert provider.asked == [8]


async def test_it_gives_up_after_a_time_without_an_embedding(watcher: Watcher) -> None:
    provider = Provider(*[BUSY] * 1000)
    began = time.monotonic()

    with pytest.raises(EmbeddingUnavailable, match=r"It is busy\. .* kept: manage\.py reindex goes on"):
        await embed(provider, watcher, patience=Patience(first_delay=0.01, longest_delay=0.05, stall=0.3))
    assert time.monotonic() - began < 2
    assert len(provider.asked) > 3


async def test_it_does_not_wait_at_all_for_what_would_take_too_long(watcher: Watcher) -> None:
    provider = Provider(refusal(6 * 3600))

    with pytest.raises(EmbeddingUnavailable, match="waited long enough"):
        await embed(provider, watcher)
    assert provider.asked == [8]


async def test_each_embedding_renews_the_patience(watcher: Watcher) -> None:
    class Moody(Provider):
        async def embed_documents(self, texts: Sequence[str]) -> list[Matrix]:
            self.errors = self.errors or ([] if len(self.asked) % 2 else [refusal(0.2)])
            return await super().embed_documents(texts)

    provider = Moody()
    await embed(provider, watcher, texts=24, patience=Patience(stall=0.35))

    assert provider.asked == [8] * 6


async def test_the_line_tells_of_the_wait_and_the_new_time_to_go(watcher: Watcher) -> None:
    tracker = Tracker([watcher], total=900)
    await tracker.enter(Phase.EMBEDDING)
    await tracker.advance(100)
    [_, before] = watcher.progress

    provider = Provider(refusal(1.2))
    async for _ in PatientEmbedder(provider, tracker=tracker, patience=QUICK).embed({"one": "text"}):
        pass

    first, second = watcher.progress[2:4]
    assert str(first).startswith("Embedding: 100 of 900 chunks, about ")
    assert str(first).endswith("s to go, waiting 1 s for the quota")
    assert first.wait is not None
    assert second.wait is not None
    assert first.wait.seconds > second.wait.seconds
    assert before.seconds_left is not None
    assert first.seconds_left == pytest.approx(1.2 + 8 * 1.2, rel=0.2)
