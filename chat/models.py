"""Conversations, their messages and what readers thought of them."""

import uuid

from django.db import models
from django.db.models import Q

from knowledge.types import Source


class Channel(models.TextChoices):
    REST = "rest", "REST"
    SSE = "sse", "Event stream"
    WEBSOCKET = "websocket", "WebSocket"
    WIDGET = "widget", "Widget"
    COMPAT = "compat", "/api/chat"


class Conversation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visitor = models.UUIDField(null=True, blank=True, help_text="Empty: whoever knows the id may read it.")
    title = models.CharField(max_length=200)
    channel = models.CharField(max_length=12, choices=Channel.choices)
    page_url = models.CharField(max_length=2000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField()  # of the newest message

    class Meta:
        ordering = ["-updated_at", "-id"]
        indexes = [
            models.Index(fields=["visitor", "-updated_at", "-id"], name="conversation_of_visitor"),
            models.Index(fields=["-updated_at", "-id"], name="conversation_by_time"),
        ]

    def __str__(self) -> str:
        return self.title


class Message(models.Model):
    class Role(models.TextChoices):
        USER = "user", "Reader"
        ASSISTANT = "assistant", "Book"

    class Status(models.TextChoices):
        STREAMING = "streaming"
        COMPLETE = "complete"
        CANCELLED = "cancelled"
        INTERRUPTED = "interrupted"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    position = models.PositiveIntegerField()
    role = models.CharField(max_length=9, choices=Role.choices)
    content = models.TextField(blank=True)
    status = models.CharField(max_length=11, choices=Status.choices, default=Status.COMPLETE)
    created_at = models.DateTimeField(auto_now_add=True)

    # Of a question
    selected_text = models.TextField(blank=True)
    page_url = models.CharField(max_length=2000, blank=True)
    # SHA-256 over owner and key, so that the database itself holds one turn per owner and key.
    idempotency_digest = models.CharField(max_length=64, null=True, blank=True, unique=True)
    request_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what was asked.")

    # Of an answer
    question = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="answers"
    )
    answered = models.BooleanField(null=True, help_text="No: the book does not say.")
    degraded = models.BooleanField(default=False)
    error_code = models.CharField(max_length=40, blank=True)
    cancel_requested = models.BooleanField(default=False)
    heartbeat = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    provider = models.CharField(max_length=40, blank=True)
    model = models.CharField(max_length=100, blank=True)
    prompt_tokens = models.PositiveIntegerField(null=True, blank=True)
    completion_tokens = models.PositiveIntegerField(null=True, blank=True)
    retrieval_ms = models.PositiveIntegerField(null=True, blank=True)
    first_token_ms = models.PositiveIntegerField(null=True, blank=True)
    total_ms = models.PositiveIntegerField(null=True, blank=True)
    valid_citations = models.FloatField(
        null=True, blank=True, help_text="Of the passages that the model cited, the share that it was given."
    )
    uncited_sentences = models.FloatField(
        null=True, blank=True, help_text="Of the answer's sentences, the share without a citation."
    )
    trace = models.JSONField(null=True, blank=True, help_text="Standalone question and scored candidates.")

    class Meta:
        ordering = ["conversation", "position"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "position"], name="one_message_per_position"),
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(status="streaming"), name="one_streaming_turn"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.position}"

    @property
    def sources(self) -> tuple[Source, ...]:
        """What the answer cites, by number."""
        return tuple(citation.as_source() for citation in self.citations.all())


class UnansweredQuestion(Message):
    """An answer that says that the book does not say: where its owner may find gaps."""

    class Meta:
        proxy = True
        ordering = ["-created_at"]


class Citation(models.Model):
    """A snapshot of a cited passage, so that history stays true after the book changes."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="citations")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=500)
    path = models.JSONField(help_text="Headings from the page's title down.")
    url = models.CharField(max_length=2000)
    file = models.CharField(max_length=500)
    excerpt = models.TextField()
    similarity = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="one_citation_per_number")]

    def __str__(self) -> str:
        return f"[{self.number}] {self.title}"

    @classmethod
    def of(cls, source: Source, *, message_id: uuid.UUID) -> "Citation":
        return cls(
            message_id=message_id,
            number=source.number,
            title=source.title[:500],
            path=list(source.path),
            url=source.url[:2000],
            file=source.file[:500],
            excerpt=source.excerpt,
            similarity=source.similarity,
        )

    def as_source(self) -> Source:
        return Source(
            number=self.number,
            title=self.title,
            path=tuple(self.path),
            url=self.url,
            file=self.file,
            excerpt=self.excerpt,
            similarity=self.similarity,
        )


class Feedback(models.Model):
    class Rating(models.TextChoices):
        UP = "up", "👍 Helpful"
        DOWN = "down", "👎 Not helpful"

    class Triage(models.TextChoices):
        NEW = "new", "New"
        ACCEPTED = "accepted", "Accepted"
        DONE = "done", "Done"
        DISMISSED = "dismissed", "Dismissed"

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="feedback")
    rating = models.CharField(max_length=4, choices=Rating.choices)
    reason = models.CharField(max_length=100, blank=True)
    comment = models.TextField(max_length=2000, blank=True)
    triage = models.CharField(max_length=9, choices=Triage.choices, default=Triage.NEW)
    note = models.TextField(blank=True, help_text="For the owner's eyes.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-updated_at"]
        verbose_name_plural = "feedback"

    def __str__(self) -> str:
        return f"{self.rating} for {self.message_id}"
