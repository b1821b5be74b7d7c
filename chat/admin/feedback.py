"""What readers thought of answers, to work through."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesRadioFilter
from unfold.decorators import display

from chat.admin.filters import DayRangeFilter
from chat.admin.transcripts import one_line, transcript_url
from chat.models import Feedback


@admin.register(Feedback)
class FeedbackAdmin(ModelAdmin):
    """A reader's words stay theirs; its triage and note are the owner's."""

    list_display = [
        "rating_label",
        "about",
        "reason",
        "comment_excerpt",
        "triage",
        "created_at",
        "conversation",
    ]
    list_display_links = ["about"]
    list_editable = ["triage"]
    list_filter = [
        ("rating", ChoicesRadioFilter),
        ("triage", ChoicesRadioFilter),
        ("created_at", DayRangeFilter),
    ]
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    ordering = ["-created_at"]
    search_fields = ["comment", "reason", "note", "message__question__content"]
    actions = ["mark_as_new", "mark_as_accepted", "mark_as_done", "mark_as_dismissed"]
    readonly_fields = [
        "rating",
        "reason",
        "comment_text",
        "question_text",
        "answer_text",
        "conversation",
    ]
    fieldsets = [
        ("Triage", {"fields": ["triage", "note"]}),
        ("The reader's feedback", {"fields": ["rating", "reason", "comment_text"]}),
        ("What it is about", {"fields": ["question_text", "answer_text", "conversation"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Feedback]:
        feedback: QuerySet[Feedback] = super().get_queryset(request)
        return feedback.select_related("message__question").defer("message__trace")

    def save_model(
        self, request: HttpRequest, obj: Feedback, form: "ModelForm[Feedback]", change: bool
    ) -> None:
        # Only what the owner may edit: the reader may be changing the rest, and its time, just now.
        obj.save(update_fields=["triage", "note"])

    @admin.action(description="Mark as new", permissions=["change"])
    def mark_as_new(self, request: HttpRequest, queryset: QuerySet[Feedback]) -> None:
        self._mark(request, queryset, Feedback.Triage.NEW)

    @admin.action(description="Mark as accepted", permissions=["change"])
    def mark_as_accepted(self, request: HttpRequest, queryset: QuerySet[Feedback]) -> None:
        self._mark(request, queryset, Feedback.Triage.ACCEPTED)

    @admin.action(description="Mark as done", permissions=["change"])
    def mark_as_done(self, request: HttpRequest, queryset: QuerySet[Feedback]) -> None:
        self._mark(request, queryset, Feedback.Triage.DONE)

    @admin.action(description="Mark as dismissed", permissions=["change"])
    def mark_as_dismissed(self, request: HttpRequest, queryset: QuerySet[Feedback]) -> None:
        self._mark(request, queryset, Feedback.Triage.DISMISSED)

    def _mark(self, request: HttpRequest, feedback: QuerySet[Feedback], triage: Feedback.Triage) -> None:
        marked = feedback.update(triage=triage)
        self.message_user(request, f"Marked as {triage.label.lower()}: {marked}.", messages.SUCCESS)

    @display(description="Rating", ordering="rating", label={"up": "success", "down": "danger"})
    def rating_label(self, feedback: Feedback) -> tuple[str, str]:
        return feedback.rating, feedback.get_rating_display()

    @display(description="Question")
    def about(self, feedback: Feedback) -> str:
        return one_line(_question(feedback), length=90)

    @display(description="Comment")
    def comment_excerpt(self, feedback: Feedback) -> str:
        return one_line(feedback.comment, length=90)

    @display(description="Comment")
    def comment_text(self, feedback: Feedback) -> str:
        return _as_written(feedback.comment)

    @display(description="Question")
    def question_text(self, feedback: Feedback) -> str:
        return _as_written(_question(feedback))

    @display(description="Answer")
    def answer_text(self, feedback: Feedback) -> str:
        return _as_written(feedback.message.content)

    @display(description="Conversation")
    def conversation(self, feedback: Feedback) -> str:
        address = transcript_url(feedback.message.conversation_id, message=feedback.message_id)
        return format_html('<a class="text-link" href="{}">Read it</a>', address)


def _question(feedback: Feedback) -> str:
    question = feedback.message.question
    return question.content if question else ""


def _as_written(text: str) -> str:
    return format_html('<div class="as-written">{}</div>', text)
