"""Conversations: a list to search and filter, and each as a transcript to read."""

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import smart_split, unescape_string_literal
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from chat.admin.exports import export_as_csv, export_as_json
from chat.admin.filters import AnsweredFilter, DayRangeFilter, DegradedFilter, RatingFilter, has_message
from chat.admin.querysets import for_list
from chat.admin.transcripts import one_line, short_id, transcript_of
from chat.models import Channel, Conversation

if TYPE_CHECKING:
    from chat.admin.querysets import ListedConversation

MOST_SEARCHED_WORDS = 20
CHANNEL_COLOURS = {
    Channel.REST: "info",
    Channel.SSE: "info",
    Channel.WEBSOCKET: "primary",
    Channel.WIDGET: "success",
    Channel.COMPAT: "warning",
}


@admin.register(Conversation)
class ConversationAdmin(ModelAdmin):
    """What readers wrote and were told stays as it was: it can be read, exported and deleted."""

    list_display = [
        "question",
        "visitor_link",
        "channel_label",
        "turn_count",
        "ratings",
        "marks",
        "updated_at",
    ]
    list_filter = [
        ("channel", ChoicesDropdownFilter),
        AnsweredFilter,
        DegradedFilter,
        RatingFilter,
        ("updated_at", DayRangeFilter),
    ]
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["messages__content"]
    search_help_text = "Words in any message, or a conversation's or visitor's id."
    actions = [export_as_csv, export_as_json]
    fieldsets: Sequence[tuple[None, dict[str, Any]]] = [(None, {"fields": []})]  # the transcript instead
    change_form_template = "chat/admin/conversation.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        conversations: QuerySet[Conversation] = super().get_queryset(request)
        return for_list(conversations)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Conversation], search_term: str
    ) -> tuple[QuerySet[Conversation], bool]:
        """Each word, or "quoted phrase", in some message: not all of them need to be in the same one."""
        for word in islice(smart_split(search_term), MOST_SEARCHED_WORDS):
            if word[0] in "\"'" and word[0] == word[-1] and len(word) > 1:
                word = unescape_string_literal(word)
            condition = Q(has_message(content__icontains=word))
            if (uuid := _as_uuid(word)) is not None:
                condition |= Q(pk=uuid) | Q(visitor=uuid)
            queryset = queryset.filter(condition)
        return queryset, False

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Conversation, **kwargs: Any
    ) -> HttpResponse:
        context = {**context, "transcript": transcript_of(obj)}
        response: HttpResponse = super().render_change_form(request, context, *args, obj=obj, **kwargs)
        return response

    @display(description="First question")
    def question(self, conversation: "ListedConversation") -> str:
        return one_line(conversation.first_question or conversation.title, length=90)

    @display(description="Visitor", ordering="visitor")
    def visitor_link(self, conversation: Conversation) -> str:
        if conversation.visitor is None:
            return ""
        address = f"{reverse('admin:chat_conversation_changelist')}?q={conversation.visitor}"
        return format_html(
            '<a href="{}" title="All of this visitor&rsquo;s conversations">{}</a>',
            address,
            short_id(conversation.visitor),
        )

    @display(description="Channel", ordering="channel", label=CHANNEL_COLOURS)
    def channel_label(self, conversation: Conversation) -> tuple[str, str]:
        return conversation.channel, conversation.get_channel_display()

    @display(description="Turns", ordering="turns")
    def turn_count(self, conversation: "ListedConversation") -> int:
        return conversation.turns

    @display(description="Feedback", ordering="thumbs_down")
    def ratings(self, conversation: "ListedConversation") -> str:
        counts = {"👍": conversation.thumbs_up, "👎": conversation.thumbs_down}
        return (
            " ".join(f"{thumb}\N{NO-BREAK SPACE}{count}" for thumb, count in counts.items() if count) or "-"
        )

    @display(description="Marks", label=True)
    def marks(self, conversation: "ListedConversation") -> list[str]:
        marks = {
            f"{conversation.unanswered} unanswered": conversation.unanswered,
            "degraded": conversation.degraded,
        }
        return [mark for mark, applies in marks.items() if applies]


def _as_uuid(word: str) -> UUID | None:
    try:
        return UUID(word)
    except ValueError:
        return None
