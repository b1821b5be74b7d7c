"""Builds as rows, for people to look at. The store's manifest is the truth; rows that differ are mended."""

from datetime import timedelta
from time import monotonic
from typing import Final

from channels.db import database_sync_to_async
from django.db import transaction
from django.utils import timezone

from knowledge.models import Document, IndexBuild
from knowledge.progress import BuildObserver, IngestionReport, Phase, Progress
from knowledge.types import EmbedderIdentity, GoldenFigures, Manifest

HEARTBEAT: Final = 1.0  # seconds between two writes of a build's progress
# An embedded store's last step holds the whole process for up to a minute, and no heart beats meanwhile.
PRESUMED_DEAD: Final = timedelta(minutes=2)
PROCESS_ENDED: Final = "The process ended before the build did."


class BuildMirror(BuildObserver):
    """Keeps one row about the build that it observes."""

    def __init__(self, trigger: IndexBuild.Trigger) -> None:
        self._trigger = trigger
        self._build_id = ""
        self._last_phase: Phase | None = None
        self._next_write = 0.0

    async def began(self, build_id: str, embedder: EmbedderIdentity | None) -> None:
        await database_sync_to_async(_begin, thread_sensitive=False)(build_id, embedder, self._trigger)
        self._build_id = build_id

    async def progressed(self, progress: Progress) -> None:
        if not self._build_id or not self._is_due(progress):
            return
        self._last_phase = progress.phase
        self._next_write = monotonic() + HEARTBEAT
        await database_sync_to_async(_record, thread_sensitive=False)(self._build_id, progress)

    async def judged(self, golden: GoldenFigures) -> None:
        await database_sync_to_async(_judge, thread_sensitive=False)(self._build_id, golden)

    async def activated(self, report: IngestionReport) -> None:
        await database_sync_to_async(_activate, thread_sensitive=False)(report)

    async def failed(self, reason: str) -> None:
        await database_sync_to_async(_fail, thread_sensitive=False)(self._build_id, reason)

    def _is_due(self, progress: Progress) -> bool:
        return progress.phase != self._last_phase or monotonic() >= self._next_write


async def mend(manifest: Manifest | None) -> None:
    """Make the rows agree with the store: after a lost database, a lost index, a killed build."""
    await database_sync_to_async(_mend, thread_sensitive=False)(manifest)


async def running_build() -> IndexBuild | None:
    """The build that goes on now, if any: its row, with a heart that still beats."""
    build: IndexBuild | None = await database_sync_to_async(_running, thread_sensitive=False)()
    return build


def _running() -> IndexBuild | None:
    alive = timezone.now() - PRESUMED_DEAD
    return IndexBuild.objects.filter(status=IndexBuild.Status.RUNNING, heartbeat__gte=alive).first()


def _begin(build_id: str, embedder: EmbedderIdentity | None, trigger: IndexBuild.Trigger) -> None:
    with transaction.atomic():
        # Whoever begins has the store's lock; so nobody else can be building.
        _bury(timedelta())
        IndexBuild.objects.create(build_id=build_id, trigger=trigger, **_embedder_fields(embedder))


def _record(build_id: str, progress: Progress) -> None:
    left = progress.seconds_left
    IndexBuild.objects.filter(build_id=build_id).update(
        phase=progress.phase,
        done=progress.done,
        total=progress.total,
        seconds_left=None if left is None else round(left),
        heartbeat=timezone.now(),
    )


def _judge(build_id: str, golden: GoldenFigures) -> None:
    IndexBuild.objects.filter(build_id=build_id).update(
        golden_questions=golden.questions,
        golden_passed=golden.passed,
        golden_passed_before=golden.passed_before,
        heartbeat=timezone.now(),
    )


def _activate(report: IngestionReport) -> None:
    changes, manifest = report.changes, report.manifest
    with transaction.atomic():
        IndexBuild.objects.filter(build_id=manifest.build_id).update(
            documents_added=changes.added,
            documents_changed=changes.changed,
            documents_removed=changes.removed,
            documents_unchanged=changes.unchanged,
            chunks_embedded=report.embedded,
            duration=timedelta(seconds=report.seconds),
            heartbeat=timezone.now(),
        )
        _mirror(manifest)


def _fail(build_id: str, reason: str) -> None:
    IndexBuild.objects.filter(build_id=build_id).update(
        status=IndexBuild.Status.FAILED, error=reason, heartbeat=timezone.now()
    )


def _mend(manifest: Manifest | None) -> None:
    with transaction.atomic():
        _bury(PRESUMED_DEAD)
        active = IndexBuild.objects.filter(status=IndexBuild.Status.ACTIVE)
        if manifest is None:
            active.update(status=IndexBuild.Status.SUPERSEDED)
            Document.objects.all().delete()
        elif [row.build_id for row in active] != [manifest.build_id]:
            _mirror(manifest)


def _mirror(manifest: Manifest) -> None:
    """Make this build's row the active one, and its documents the only ones."""
    rows = IndexBuild.objects.exclude(build_id=manifest.build_id)
    rows.filter(status=IndexBuild.Status.ACTIVE).update(status=IndexBuild.Status.SUPERSEDED)
    facts = {
        "status": IndexBuild.Status.ACTIVE,
        "chunks": manifest.chunks,
        "phase": "",
        "done": manifest.chunks,
        "total": manifest.chunks,
        "seconds_left": None,
        "error": "",
    }
    found = {
        "trigger": IndexBuild.Trigger.MENDED,
        "documents_unchanged": len(manifest.documents),
        "started_at": manifest.built_at,
        **_embedder_fields(manifest.embedder),
    }
    build, _ = IndexBuild.objects.update_or_create(
        build_id=manifest.build_id, defaults=facts, create_defaults=facts | found
    )
    Document.objects.all().delete()
    Document.objects.bulk_create(
        Document(
            build=build,
            path=document.path,
            title=document.title[:500],
            url=document.url[:2000],
            content_hash=document.content_hash,
            chunks=document.chunks,
        )
        for document in manifest.documents
    )


def _bury(after: timedelta) -> None:
    """Mark the builds whose hearts have stopped for so long."""
    silent = IndexBuild.objects.filter(
        status=IndexBuild.Status.RUNNING, heartbeat__lte=timezone.now() - after
    )
    silent.update(status=IndexBuild.Status.FAILED, error=PROCESS_ENDED)


def _embedder_fields(embedder: EmbedderIdentity | None) -> dict[str, str | int | None]:
    return {
        "embedder_provider": embedder.provider if embedder else "",
        "embedder_model": embedder.model if embedder else "",
        "embedder_dimensions": embedder.dimensions if embedder else None,
    }
