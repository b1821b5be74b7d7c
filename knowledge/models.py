"""Rows that mirror the index for people; the truth about it lies in the store's manifest."""

from django.db import models
from django.utils import timezone


class IndexBuild(models.Model):
    class Status(models.TextChoices):
        RUNNING = "running"
        ACTIVE = "active"
        SUPERSEDED = "superseded"
        FAILED = "failed"

    class Trigger(models.TextChoices):
        COMMAND = "command"
        STARTUP = "startup"
        MENDED = "mended", "found in the store"

    build_id = models.CharField(max_length=40, unique=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.RUNNING)
    trigger = models.CharField(max_length=12, choices=Trigger.choices, default=Trigger.COMMAND)
    embedder_provider = models.CharField(max_length=40, blank=True)
    embedder_model = models.CharField(max_length=100, blank=True)
    embedder_dimensions = models.PositiveIntegerField(null=True, blank=True)
    documents_added = models.PositiveIntegerField(default=0)
    documents_changed = models.PositiveIntegerField(default=0)
    documents_removed = models.PositiveIntegerField(default=0)
    documents_unchanged = models.PositiveIntegerField(default=0)
    chunks = models.PositiveIntegerField(default=0)
    chunks_embedded = models.PositiveIntegerField(default=0)
    phase = models.CharField(max_length=20, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    seconds_left = models.PositiveIntegerField(null=True, blank=True)
    heartbeat = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(default=timezone.now)
    duration = models.DurationField(null=True, blank=True)
    error = models.TextField(blank=True)
    golden_questions = models.PositiveIntegerField(null=True, blank=True)
    golden_passed = models.PositiveIntegerField(null=True, blank=True)
    golden_passed_before = models.PositiveIntegerField(
        null=True, blank=True, help_text="By the index that was active then."
    )

    class Meta:
        ordering = ["-started_at", "-id"]

    def __str__(self) -> str:
        return f"{self.build_id} ({self.status})"


class Document(models.Model):
    build = models.ForeignKey(IndexBuild, on_delete=models.CASCADE, related_name="documents")
    path = models.CharField(max_length=500)
    title = models.CharField(max_length=500)
    url = models.CharField(max_length=2000)
    content_hash = models.CharField(max_length=64)
    chunks = models.PositiveIntegerField()

    class Meta:
        ordering = ["path"]
        constraints = [models.UniqueConstraint(fields=["build", "path"], name="one_row_per_document")]

    def __str__(self) -> str:
        return self.path


class CachedEmbedding(models.Model):
    """An embedding that was paid for; see `knowledge.embedding_cache`."""

    provider = models.CharField(max_length=40)
    model = models.CharField(max_length=100)
    dimensions = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    vectors = models.BinaryField()  # (windows, dimensions), 32-bit floats, little-endian

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["content_hash", "provider", "model", "dimensions"], name="one_embedding_per_text"
            )
        ]

    def __str__(self) -> str:
        return f"{self.content_hash[:12]} by {self.model}"
