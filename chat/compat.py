"""The dialect of existing front ends: POST /api/chat and GET /api/conversation/{id}."""

from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from chat.access import Caller, caller_of, conversation_for
from chat.api import AsyncView, idempotency_key_of
from chat.database import in_thread
from chat.events import Done, Event, Failed, Idle, Metadata, Token
from chat.models import Channel, Message
from chat.serializers import CompatChatSerializer
from chat.sse import EVENT_STREAM, KEEP_ALIVE, KEEP_ALIVE_SECONDS, as_line, streaming_response
from chat.streams import AnswerStream
from chat.throttling import QuestionThrottle, ReadThrottle
from chat.turn_requests import TurnRequest
from chat.turns import turn_engine
from chatbot_project.request_ids import current_request_id
from knowledge.types import Source

TAGS = ["Existing front ends"]


class CompatChatView(AsyncView):
    throttle_classes = [QuestionThrottle]

    @extend_schema(
        summary="Ask, in the dialect of existing front ends",
        tags=TAGS,
        request=CompatChatSerializer,
        responses={(200, EVENT_STREAM): OpenApiTypes.STR},
    )
    async def post(self, request: Request) -> HttpResponseBase:
        sent = CompatChatSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        fields = sent.validated_data
        caller = caller_of(request)
        asked = TurnRequest(
            query=fields["message"],
            channel=Channel.COMPAT,
            visitor=caller.visitor,
            conversation_id=fields.get("conversation_id"),
            selected_text=(fields.get("context") or "") if fields["mode"] == "selection" else "",
            request_id=current_request_id.get(),
            # Without a token there is no owner whose key it could be.
            idempotency_key=idempotency_key_of(request) if caller.visitor else "",
        )
        return streaming_response(_lines(await turn_engine().ask(asked)))


class CompatConversationView(AsyncView):
    throttle_classes = [ReadThrottle]

    @extend_schema(
        summary="A conversation, for existing front ends", tags=TAGS, responses=OpenApiTypes.OBJECT
    )
    async def get(self, request: Request, conversation_id: UUID) -> Response:
        messages = await in_thread(_messages)(caller_of(request), conversation_id)
        return Response({"conversation_id": str(conversation_id), "messages": messages})


async def _lines(stream: AnswerStream) -> AsyncIterator[bytes]:
    conversation_id = str(stream.metadata.conversation_id)
    async with aclosing(stream.follow(idle=KEEP_ALIVE_SECONDS)) as events:
        async for event in events:
            if isinstance(event, Idle):
                yield KEEP_ALIVE
                continue
            for kind, content, sources in _said(event):
                yield as_line(
                    {"type": kind, "content": content, "sources": sources, "conversation_id": conversation_id}
                )


def _said(event: Event) -> list[tuple[str, str | None, list[dict[str, Any]] | None]]:
    """(type, content, sources) of what this dialect says of an event."""
    match event:
        case Metadata():
            return [("metadata", None, None)]
        case Token():
            return [("token", event.content, None)]
        case Done():
            return [("done", None, _sources(event.sources))]
        case Failed():
            # These clients show nothing for an error, so that it is said as text, too.
            detail = event.error.detail
            return [("token", f"\n\n{detail}" if event.length else detail, None), ("error", detail, None)]
        case _:
            return []


def _messages(caller: Caller, conversation_id: UUID) -> list[dict[str, Any]]:
    conversation = conversation_for(caller, conversation_id)
    return [_message(message) for message in conversation.messages.prefetch_related("citations")]


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": str(message.pk),
        "role": message.role,
        "content": message.content,
        "sources": _sources(message.sources),
        "created_at": message.created_at.isoformat(),
    }


def _sources(sources: Iterable[Source]) -> list[dict[str, Any]]:
    return [
        {"file": source.file, "heading": source.heading, "similarity": source.similarity}
        for source in sources
    ]
