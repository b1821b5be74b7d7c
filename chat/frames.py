"""What clients may say over the WebSocket."""

import json
from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from chat.errors import InvalidFrame
from chat.serializers import BoundedCharField, FeedbackSerializer, QuerySerializer


class HelloSerializer(serializers.Serializer[Any]):
    visitor_token = BoundedCharField(max_length=200, required=False, allow_blank=True, allow_null=True)


class ResumeSerializer(serializers.Serializer[Any]):
    message_id = serializers.UUIDField()
    after = serializers.IntegerField(min_value=-1, default=-1)


class CancelSerializer(serializers.Serializer[Any]):
    message_id = serializers.UUIDField()


class FeedbackFrameSerializer(FeedbackSerializer):
    message_id = serializers.UUIDField(write_only=True)

    class Meta(FeedbackSerializer.Meta):
        fields = [*FeedbackSerializer.Meta.fields, "message_id"]


FRAMES: Mapping[str, type[serializers.BaseSerializer[Any]]] = {
    "hello": HelloSerializer,
    "ask": QuerySerializer,
    "resume": ResumeSerializer,
    "cancel": CancelSerializer,
    "feedback": FeedbackFrameSerializer,
    "ping": serializers.Serializer,
}


def parsed(text: str | None) -> tuple[str, dict[str, Any]]:
    """The frame's type and its validated fields. Raises InvalidFrame and REST framework's ValidationError."""
    try:
        frame = json.loads(text or "")
    except (ValueError, RecursionError) as exc:
        raise InvalidFrame from exc
    kind = frame.get("type") if isinstance(frame, dict) else None
    if not isinstance(kind, str) or kind not in FRAMES:
        raise InvalidFrame
    fields = FRAMES[kind](data=frame)
    fields.is_valid(raise_exception=True)
    return kind, dict(fields.validated_data)
