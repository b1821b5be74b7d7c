"""What readers asked and the book does not say."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from chat.admin.conversations import CHANNEL_COLOURS
from chat.admin.filters import DayRangeFilter
from chat.admin.transcripts import one_line, transcript_url
from chat.models import UnansweredQuestion


@admin.register(UnansweredQuestion)
class UnansweredQuestionAdmin(ModelAdmin):
    """Each leads to its place in the conversation."""

    list_display = ["asked", "understood_as", "evidence", "channel", "created_at"]
    list_filter = [("conversation__channel", ChoicesDropdownFilter), ("created_at", DayRangeFilter)]
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    ordering = ["-created_at"]
    search_fields = ["question__content"]
    search_help_text = "Words in the question."
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[UnansweredQuestion]:
        answers: QuerySet[UnansweredQuestion] = super().get_queryset(request)
        return answers.filter(answered=False).select_related("conversation", "question").defer("content")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        answer = self.get_object(request, object_id)
        if answer is None or not self.has_view_permission(request, answer):
            refusal: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
            return refusal
        return HttpResponseRedirect(transcript_url(answer.conversation_id, message=answer.pk))

    @display(description="Question")
    def asked(self, answer: UnansweredQuestion) -> str:
        return one_line(_asked(answer), length=110)

    @display(description="Understood as")
    def understood_as(self, answer: UnansweredQuestion) -> str:
        understood = str((answer.trace or {}).get("question", ""))
        return "" if understood == _asked(answer) else one_line(understood, length=110)

    @display(description="Evidence")
    def evidence(self, answer: UnansweredQuestion) -> str:
        evidence = (answer.trace or {}).get("evidence")
        return "" if evidence is None else f"{evidence:.2f}"

    @display(description="Channel", ordering="conversation__channel", label=CHANNEL_COLOURS)
    def channel(self, answer: UnansweredQuestion) -> tuple[str, str]:
        conversation = answer.conversation
        return conversation.channel, conversation.get_channel_display()


def _asked(answer: UnansweredQuestion) -> str:
    return answer.question.content if answer.question else ""
