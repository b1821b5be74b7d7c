"""The caller's conversations, messages and feedback."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveUpdateDestroyAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from chat.access import answer_for, caller_of, conversation_for, own_conversations
from chat.api import AnyAccept, reader_of
from chat.authentication import StaffSessionAuthentication, VisitorAuthentication
from chat.errors import ConversationNotFound
from chat.feedback import record_feedback, withdraw_feedback
from chat.models import Conversation, Message
from chat.permissions import StaffOnlyReadsPermission
from chat.rendering import message_json
from chat.serializers import ConversationSerializer, FeedbackSerializer, MessageSerializer
from chat.throttling import ReadThrottle


class Cursor(CursorPagination):
    def decode_cursor(self, request: Request) -> Any:
        try:
            return super().decode_cursor(request)
        except ValueError as exc:
            raise NotFound(self.invalid_cursor_message) from exc

    def paginate_queryset(self, *args: Any, **kwargs: Any) -> list[Any] | None:
        try:
            return super().paginate_queryset(*args, **kwargs)
        # A cursor made by hand may name a place that is no time or number.
        except (ValueError, ValidationError) as exc:
            raise NotFound(self.invalid_cursor_message) from exc


class NewestFirst(Cursor):
    ordering = ("-updated_at", "-id")
    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100


class OldestFirst(Cursor):
    ordering = "position"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


TAGS = ["Conversations"]


class HistoryView(GenericAPIView[Any]):
    authentication_classes = [StaffSessionAuthentication, VisitorAuthentication]
    permission_classes = [StaffOnlyReadsPermission]
    throttle_classes = [ReadThrottle]
    content_negotiation_class = AnyAccept


@extend_schema_view(get=extend_schema(summary="The caller's conversations, newest first", tags=TAGS))
class ConversationListView(HistoryView, ListAPIView[Conversation]):
    serializer_class = ConversationSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Conversation]:
        return own_conversations(caller_of(self.request)).annotate(message_count=Count("messages"))


@extend_schema_view(
    get=extend_schema(summary="A conversation", tags=TAGS),
    patch=extend_schema(summary="Rename a conversation", tags=TAGS),
    delete=extend_schema(summary="Delete a conversation with all of its messages", tags=TAGS),
)
class ConversationView(HistoryView, RetrieveUpdateDestroyAPIView[Conversation]):
    serializer_class = ConversationSerializer
    http_method_names = ["get", "head", "patch", "delete", "options"]

    def get_object(self) -> Conversation:
        caller = caller_of(self.request)
        conversation = conversation_for(caller, self.kwargs["conversation_id"])
        conversation.message_count = conversation.messages.count()  # type: ignore[attr-defined]
        return conversation

    def perform_destroy(self, instance: Conversation) -> None:
        """Delete all of it, also what is being written: with its rows locked, nothing is added meanwhile."""
        with transaction.atomic():
            Conversation.objects.select_for_update().filter(pk=instance.pk).first()
            list(instance.messages.select_for_update())
            instance.delete()

    def perform_update(self, serializer: BaseSerializer[Conversation]) -> None:
        """Change the title alone: a turn may have begun, or the conversation be gone, since it was read."""
        renamed = Conversation.objects.filter(pk=self.kwargs["conversation_id"])
        if not renamed.update(**serializer.validated_data):
            raise ConversationNotFound
        for name, value in serializer.validated_data.items():
            setattr(serializer.instance, name, value)


@extend_schema_view(get=extend_schema(summary="A conversation's messages, oldest first", tags=TAGS))
class MessageListView(HistoryView, ListAPIView[Message]):
    serializer_class = MessageSerializer
    pagination_class = OldestFirst

    def get_queryset(self) -> QuerySet[Message]:
        conversation = conversation_for(caller_of(self.request), self.kwargs["conversation_id"])
        return conversation.messages.select_related("feedback").prefetch_related("citations")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        reader = reader_of(request, visitor=None)
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([message_json(message, reader) for message in page])


class FeedbackView(HistoryView):
    serializer_class = FeedbackSerializer

    @extend_schema(summary="Rate an answer", tags=TAGS, responses=FeedbackSerializer)
    def put(self, request: Request, message_id: UUID) -> Response:
        caller = caller_of(request)
        answer = answer_for(caller, message_id)
        sent = FeedbackSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return Response(FeedbackSerializer(record_feedback(answer, **sent.validated_data)).data)

    @extend_schema(summary="Withdraw the rating", tags=TAGS, responses={204: None})
    def delete(self, request: Request, message_id: UUID) -> Response:
        caller = caller_of(request)
        withdraw_feedback(answer_for(caller, message_id))
        return Response(status=204)
