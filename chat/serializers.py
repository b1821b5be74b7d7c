"""What clients send, validated; and the shapes that the API's documentation shows."""

from typing import Any, ClassVar

from rest_framework import serializers

from chat.models import Conversation, Feedback
from knowledge.bounds import PASSAGES, QUESTION_CHARACTERS, SELECTION_CHARACTERS


class BoundedCharField(serializers.CharField):
    """Refuses what is too long before REST framework looks at each of its characters."""

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if self.max_length is not None and len(text) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return text


class BoundedRegexField(BoundedCharField, serializers.RegexField):
    pass


class IdempotencyKeySerializer(serializers.Serializer[Any]):
    """What the same question may be sent again under, in the body or as a header."""

    idempotency_key = BoundedCharField(max_length=200, required=False, allow_blank=True, allow_null=True)


class QuerySerializer(IdempotencyKeySerializer):
    """A question: the body of POST /v1/query and of the WebSocket's `ask`."""

    query = BoundedCharField(max_length=QUESTION_CHARACTERS)
    top_k = serializers.IntegerField(min_value=1, max_value=PASSAGES, required=False, allow_null=True)
    conversation_id = serializers.UUIDField(required=False, allow_null=True)
    selected_text = BoundedCharField(
        max_length=SELECTION_CHARACTERS, required=False, allow_blank=True, allow_null=True
    )
    # No URLField: that refuses hosts of a single label, as intranets have them.
    page_url = BoundedRegexField(
        r"^https?://\S+$", max_length=2000, required=False, allow_blank=True, allow_null=True
    )
    stream = serializers.BooleanField(required=False, default=False)


class SearchSerializer(serializers.Serializer[Any]):
    query = BoundedCharField(max_length=QUESTION_CHARACTERS)
    top_k = serializers.IntegerField(min_value=1, max_value=PASSAGES, required=False, allow_null=True)


class CompatChatSerializer(serializers.Serializer[Any]):
    """The body of POST /api/chat."""

    message = BoundedCharField(max_length=QUESTION_CHARACTERS)
    mode = serializers.ChoiceField(choices=["general", "selection"], default="general")
    context = BoundedCharField(  # type: ignore[assignment]
        max_length=SELECTION_CHARACTERS, required=False, allow_blank=True, allow_null=True
    )
    conversation_id = serializers.UUIDField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["mode"] == "selection" and not attrs.get("context"):
            raise serializers.ValidationError({"context": "Send the selected text in the selection mode."})
        return attrs


class FeedbackSerializer(serializers.ModelSerializer[Feedback]):
    comment = BoundedCharField(max_length=2000, required=False, allow_blank=True)

    class Meta:
        model = Feedback
        fields: ClassVar = ["rating", "reason", "comment"]


class ConversationSerializer(serializers.ModelSerializer[Conversation]):
    message_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Conversation
        fields: ClassVar = ["id", "title", "message_count", "created_at", "updated_at"]
        read_only_fields: ClassVar = ["created_at", "updated_at"]
        extra_kwargs: ClassVar = {"title": {"max_length": 200, "allow_blank": False}}


class SourceSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    title = serializers.CharField()
    heading = serializers.CharField()
    path = serializers.ListField(child=serializers.CharField())
    url = serializers.URLField()
    file = serializers.CharField()
    excerpt = serializers.CharField()
    similarity = serializers.FloatField(allow_null=True)


class SearchResultsSerializer(serializers.Serializer[Any]):
    results = SourceSerializer(many=True)


class UsageSerializer(serializers.Serializer[Any]):
    prompt_tokens = serializers.IntegerField(allow_null=True)
    completion_tokens = serializers.IntegerField(allow_null=True)


class TimingsSerializer(serializers.Serializer[Any]):
    retrieval = serializers.IntegerField(allow_null=True)
    first_token = serializers.IntegerField(allow_null=True)
    total = serializers.IntegerField(allow_null=True)


class AnswerSerializer(serializers.Serializer[Any]):
    answer = serializers.CharField(help_text="Markdown with [n] markers.")
    status = serializers.ChoiceField(choices=["complete", "cancelled"])
    answered = serializers.BooleanField(allow_null=True, help_text="false: the book does not say.")
    degraded = serializers.BooleanField(help_text="true: quoted, because the language model failed.")
    sources = SourceSerializer(many=True)
    conversation_id = serializers.UUIDField()
    message_id = serializers.UUIDField()
    question_id = serializers.UUIDField()
    visitor_token = serializers.CharField(allow_null=True)
    usage = UsageSerializer()
    timings_ms = TimingsSerializer()


class MessageSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    role = serializers.ChoiceField(choices=["user", "assistant"])
    content = serializers.CharField()
    selected_text = serializers.CharField(help_text="Of a question about a text that was marked; else empty.")
    status = serializers.CharField()
    answered = serializers.BooleanField(allow_null=True)
    degraded = serializers.BooleanField()
    sources = SourceSerializer(many=True)
    feedback = FeedbackSerializer(allow_null=True)
    created_at = serializers.DateTimeField()


class EmbedderSerializer(serializers.Serializer[Any]):
    provider = serializers.CharField()
    model = serializers.CharField()
    dimensions = serializers.IntegerField()


class BuildProgressSerializer(serializers.Serializer[Any]):
    phase = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()


class IndexSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["ready", "building", "empty"])
    documents = serializers.IntegerField()
    chunks = serializers.IntegerField()
    embedder = EmbedderSerializer(allow_null=True)
    built_at = serializers.DateTimeField(allow_null=True)
    building = BuildProgressSerializer(allow_null=True)


class SuggestionsSerializer(serializers.Serializer[Any]):
    questions = serializers.ListField(child=serializers.CharField(), help_text="As the owner wrote them.")
    topics = serializers.ListField(
        child=serializers.CharField(), help_text="Without such questions: titles of the book's pages."
    )


class ErrorSerializer(serializers.Serializer[Any]):
    detail = serializers.CharField()
    code = serializers.CharField()
    request_id = serializers.CharField()
    retryable = serializers.BooleanField()
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(), required=False
    )
    retry_after = serializers.IntegerField(required=False)
