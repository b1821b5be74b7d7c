"""The index's builds and documents, to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from knowledge.links import as_link
from knowledge.models import Document, IndexBuild

STATUS_COLOURS = {
    IndexBuild.Status.RUNNING: "info",
    IndexBuild.Status.ACTIVE: "success",
    IndexBuild.Status.FAILED: "danger",
}


class MirrorAdmin(ModelAdmin):
    """Rows that mirror the index: changing one would change nothing but the picture."""

    actions = None
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(IndexBuild)
class IndexBuildAdmin(MirrorAdmin):
    list_display = [
        "build_id",
        "state",
        "progress",
        "embedder",
        "changes",
        "chunks",
        "started_at",
        "took",
    ]
    list_filter = [("status", ChoicesDropdownFilter), ("trigger", ChoicesDropdownFilter)]
    fieldsets = [
        (None, {"fields": ["build_id", "status", "trigger", "progress", "error"]}),
        ("Embedder", {"fields": ["embedder"]}),
        ("Counts", {"fields": ["documents_in_build", "changes", "chunks", "chunks_embedded"]}),
        ("Golden questions", {"fields": ["golden"]}),
        ("Time", {"fields": ["started_at", "heartbeat", "took"]}),
    ]

    @display(description="Status", ordering="status", label=STATUS_COLOURS)
    def state(self, build: IndexBuild) -> tuple[str, str]:
        return build.status, build.get_status_display()

    @display(description="Progress")
    def progress(self, build: IndexBuild) -> str:
        if build.status != IndexBuild.Status.RUNNING:
            return build.error[:80] or "-"
        share = f" · {build.done / build.total:.0%}" if build.total else ""
        return f"{build.phase or 'starting'} {build.done:,} of {build.total:,}{share}"

    @display(description="Embedder", ordering="embedder_model")
    def embedder(self, build: IndexBuild) -> str:
        if not build.embedder_model:
            return "none: BM25 alone"
        return f"{build.embedder_model} ({build.embedder_provider}, {build.embedder_dimensions}-d)"

    @display(description="Documents")
    def changes(self, build: IndexBuild) -> str:
        counts = {
            "new": build.documents_added,
            "changed": build.documents_changed,
            "removed": build.documents_removed,
            "unchanged": build.documents_unchanged,
        }
        return ", ".join(f"{count:,} {change}" for change, count in counts.items() if count) or "-"

    @display(description="As expected")
    def golden(self, build: IndexBuild) -> str:
        if build.golden_questions is None:
            return "not asked"
        before = build.golden_passed_before
        compared = "" if before is None else f", {before} with the index before"
        return f"{build.golden_passed} of {build.golden_questions}{compared}"

    @display(description="Took", ordering="duration")
    def took(self, build: IndexBuild) -> str:
        return "-" if build.duration is None else f"{build.duration.total_seconds():.1f}\N{NO-BREAK SPACE}s"

    @display(description="In the index")
    def documents_in_build(self, build: IndexBuild) -> str:
        address = f"{reverse('admin:knowledge_document_changelist')}?build__id__exact={build.pk}"
        return format_html('<a class="text-link" href="{}">Show its documents</a>', address)


@admin.register(Document)
class DocumentAdmin(MirrorAdmin):
    list_display = ["path", "title", "page", "chunks", "build_state"]
    list_filter = [("build__status", ChoicesDropdownFilter)]
    search_fields = ["path", "title"]
    fieldsets = [(None, {"fields": ["path", "title", "page", "chunks", "content_hash", "build"]})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        documents: QuerySet[Document] = super().get_queryset(request).select_related("build")
        return documents

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "build__id__exact" or super().lookup_allowed(lookup, value, request)

    @display(description="Page", ordering="url")
    def page(self, document: Document) -> str:
        if (link := as_link(document.url)) is None:
            return document.url
        return format_html('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>', link, link)

    @display(description="Build", ordering="build__started_at", label=STATUS_COLOURS)
    def build_state(self, document: Document) -> tuple[str, str]:
        return document.build.status, document.build.get_status_display()
