"""What the lists show of each row, computed in the list's own query."""

from typing import TYPE_CHECKING, TypedDict

from django.db.models import Count, Exists, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Substr

from chat.models import Conversation, Feedback, Message

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class ConversationFigures(TypedDict):
        first_question: str | None
        turns: int
        thumbs_up: int
        thumbs_down: int
        unanswered: int
        degraded: bool

    ListedConversation = WithAnnotations[Conversation, ConversationFigures]

EXCERPT = 240  # characters of a text that a list fetches


def for_list(conversations: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Adds first_question, turns, thumbs_up, thumbs_down, unanswered and degraded to each row."""
    messages = Message.objects.filter(conversation=OuterRef("pk"))
    ratings = Feedback.objects.filter(message__conversation=OuterRef("pk"))
    questions = messages.filter(role=Message.Role.USER)
    return conversations.annotate(
        first_question=Subquery(questions.order_by("position").values(_=Substr("content", 1, EXCERPT))[:1]),
        turns=_count(questions, of="conversation"),
        thumbs_up=_count(ratings.filter(rating=Feedback.Rating.UP), of="message__conversation"),
        thumbs_down=_count(ratings.filter(rating=Feedback.Rating.DOWN), of="message__conversation"),
        unanswered=_count(messages.filter(answered=False), of="conversation"),
        degraded=Exists(messages.filter(degraded=True)),
    )


def _count(rows: QuerySet, *, of: str) -> Coalesce:  # type: ignore[type-arg]
    counted = rows.order_by().values(group=F(of)).annotate(rows=Count("pk")).values("rows")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
