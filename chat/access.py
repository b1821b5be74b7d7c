"""Who may see which conversation: lookup and ownership in one call.

A conversation belongs to its visitor; for anyone else it does not exist. One without an owner is known to
whoever knows its id. Staff may read everything.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from rest_framework.request import Request

from chat.errors import ConversationNotFound, MessageNotFound
from chat.models import Conversation, Message


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever makes a request: a visitor, a staff member who only reads, or nobody known."""

    visitor: UUID | None = None
    staff: bool = False

    # What REST framework asks of a request's user.
    is_authenticated = True


def caller_of(request: Request) -> Caller:
    caller: Any = request.user
    return caller if isinstance(caller, Caller) else Caller()


def own_conversations(caller: Caller) -> QuerySet[Conversation]:
    """The caller's history; everyone's for staff."""
    if caller.staff:
        return Conversation.objects.all()
    if caller.visitor is None:
        return Conversation.objects.none()
    return Conversation.objects.filter(visitor=caller.visitor)


def conversation_for(caller: Caller, conversation_id: UUID, *, lock: bool = False) -> Conversation:
    """Raises ConversationNotFound. `lock`: hold the row until the transaction ends."""
    conversations = Conversation.objects.select_for_update() if lock else Conversation.objects.all()
    found = conversations.filter(_visible_to(caller), pk=conversation_id).first()
    if found is None:
        raise ConversationNotFound
    return found


def answer_for(caller: Caller, message_id: UUID) -> Message:
    """An answer, with its conversation, citations and feedback. Raises MessageNotFound."""
    found = (
        Message.objects.filter(
            _visible_to(caller, "conversation__"), pk=message_id, role=Message.Role.ASSISTANT
        )
        .select_related("conversation", "feedback")
        .prefetch_related("citations")
        .first()
    )
    if found is None:
        raise MessageNotFound
    return found


def _visible_to(caller: Caller, prefix: str = "") -> Q:
    if caller.staff:
        return Q()
    ownerless = Q(**{f"{prefix}visitor__isnull": True})
    return ownerless if caller.visitor is None else ownerless | Q(**{f"{prefix}visitor": caller.visitor})
