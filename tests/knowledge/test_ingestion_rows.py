"""Builds as rows, and the state of the index that the API shows."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from knowledge.builds import PROCESS_ENDED, BuildMirror, mend, running_build
from knowledge.errors import EmbeddingUnavailable
from knowledge.ingestion import ingest
from knowledge.models import Document, IndexBuild
from knowledge.progress import IngestionReport, Phase, Progress
from knowledge.runtime import close_runtime
from knowledge.status import Building, IndexState, index_status
from knowledge.stores.base import VectorStore
from tests.knowledge.books import write_book
from tests.scripted import HashEmbedder

pytestmark = pytest.mark.django_db(transaction=True)

Status = IndexBuild.Status
Trigger = IndexBuild.Trigger


@pytest.fixture(autouse=True)
async def fresh_parts(hash_embedder: type[HashEmbedder], index_dir: Path) -> AsyncIterator[None]:
    yield
    await close_runtime()


async def build(book: Path, store: VectorStore, **options: Any) -> IngestionReport:
    return await ingest(
        [book],
        store=store,
        embedder=HashEmbedder(),
        base_url="https://book.example",
        observers=[BuildMirror(Trigger.STARTUP)],
        **options,
    )


async def rows() -> list[tuple[str, str]]:
    """(status, error) of all builds, oldest first."""
    found = IndexBuild.objects.order_by("id").values_list("status", "error")
    return [row async for row in found]


async def test_a_build_leaves_a_row(book: Path, store: VectorStore) -> None:
    report = await build(book, store)

    row = await IndexBuild.objects.aget()
    assert (row.build_id, row.status, row.trigger) == (
        report.manifest.build_id,
        Status.ACTIVE,
        Trigger.STARTUP,
    )
    assert (row.embedder_provider, row.embedder_model, row.embedder_dimensions) == ("scripted", "hash-16", 16)
    assert (row.documents_added, row.documents_unchanged, row.chunks, row.chunks_embedded) == (3, 0, 6, 6)
    assert (row.done, row.total) == (6, 6)
    assert row.duration is not None
    assert [path async for path in Document.objects.values_list("path", flat=True)] == [
        "arms.md",
        "intro.md",
        "walking.md",
    ]


async def test_the_next_build_supersedes_it(book: Path, store: VectorStore) -> None:
    await build(book, store)
    write_book(book, {"arms.md": "# Arms\n\nShort.\n"})
    await build(book, store)

    assert await rows() == [(Status.SUPERSEDED, ""), (Status.ACTIVE, "")]
    newest = await IndexBuild.objects.aget(status=Status.ACTIVE)
    assert (newest.documents_changed, newest.documents_unchanged) == (1, 2)
    assert (newest.chunks, newest.chunks_embedded) == (5, 1)
    assert {row.build_id async for row in Document.objects.all()} == {newest.pk}


async def test_a_failed_build_says_why(book: Path, store: VectorStore) -> None:
    HashEmbedder.available = False
    with pytest.raises(EmbeddingUnavailable):
        await build(book, store)

    assert await rows() == [(Status.FAILED, "The scripted embedder was told to fail.")]


async def test_a_killed_build_is_marked_by_the_next(book: Path, store: VectorStore) -> None:
    await IndexBuild.objects.acreate(build_id="killed")

    await build(book, store)

    assert await rows() == [(Status.FAILED, PROCESS_ENDED), (Status.ACTIVE, "")]


async def test_a_fresh_database_learns_of_an_old_index(book: Path, store: VectorStore) -> None:
    report = await ingest([book], store=store, embedder=HashEmbedder(), base_url="https://book.example")

    await mend(report.manifest)

    row = await IndexBuild.objects.aget()
    assert (row.build_id, row.status, row.trigger) == (
        report.manifest.build_id,
        Status.ACTIVE,
        Trigger.MENDED,
    )
    assert (row.chunks, row.documents_unchanged, row.embedder_model) == (6, 3, "hash-16")
    assert row.started_at == report.manifest.built_at
    assert await Document.objects.acount() == 3


async def test_a_lost_index_has_no_active_row(book: Path, store: VectorStore) -> None:
    await build(book, store)

    await mend(None)

    assert await rows() == [(Status.SUPERSEDED, "")]
    assert await Document.objects.acount() == 0


async def test_a_row_that_missed_its_activation_is_mended(book: Path, store: VectorStore) -> None:
    report = await build(book, store)
    await IndexBuild.objects.aupdate(status=Status.FAILED, error="It was stopped.")

    await mend(report.manifest)

    assert await rows() == [(Status.ACTIVE, "")]
    assert (await IndexBuild.objects.aget()).trigger == Trigger.STARTUP


async def test_mending_what_is_right_changes_nothing(book: Path, store: VectorStore) -> None:
    report = await build(book, store)
    before = [row async for row in Document.objects.values_list("pk", flat=True)]

    await mend(report.manifest)

    assert [row async for row in Document.objects.values_list("pk", flat=True)] == before


async def test_mending_buries_only_the_long_silent() -> None:
    await IndexBuild.objects.acreate(build_id="silent", heartbeat=timezone.now() - timedelta(minutes=5))
    await IndexBuild.objects.acreate(build_id="alive")

    await mend(None)

    assert await rows() == [(Status.FAILED, PROCESS_ENDED), (Status.RUNNING, "")]


async def test_progress_is_written_at_most_once_a_second_and_at_every_new_phase() -> None:
    mirror = BuildMirror(Trigger.COMMAND)
    await mirror.progressed(Progress(Phase.LOADING, 0, 0))
    await mirror.began("one", None)
    await mirror.progressed(Progress(Phase.EMBEDDING, 100, 400, 12.4))
    await mirror.progressed(Progress(Phase.EMBEDDING, 200, 400, 8.0))

    running = await running_build()
    assert running is not None
    assert (running.phase, running.done, running.total, running.seconds_left) == ("embedding", 100, 400, 12)

    await mirror.progressed(Progress(Phase.OPTIMIZING, 400, 400))
    running = await running_build()
    assert running is not None
    assert (running.phase, running.done, running.seconds_left) == ("optimizing", 400, None)


async def test_an_index_that_is_not_there_is_empty() -> None:
    status = await index_status()

    assert (status.status, status.documents, status.chunks, status.building) == (IndexState.EMPTY, 0, 0, None)


async def test_the_first_build_shows_how_far_it_is() -> None:
    await IndexBuild.objects.acreate(build_id="first", phase="embedding", done=120, total=480)

    status = await index_status()

    assert status.status == "building"
    assert status.building == Building("embedding", 120, 480)


async def test_a_dead_build_is_not_shown() -> None:
    await IndexBuild.objects.acreate(build_id="dead", heartbeat=timezone.now() - timedelta(minutes=5))

    assert (await index_status()).status == "empty"


async def test_an_index_is_ready_also_while_its_successor_is_built(book: Path, store: VectorStore) -> None:
    report = await build(book, store)
    await IndexBuild.objects.acreate(build_id="next", phase="writing", done=1, total=7)

    status = await index_status()

    assert (status.status, status.documents, status.chunks) == ("ready", 3, 6)
    assert (status.embedder, status.built_at) == (HashEmbedder.identity, report.manifest.built_at)
    assert status.building == Building("writing", 1, 7)
