"""Asking, searching, following and cancelling over HTTP."""

import asyncio
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from chat.access import answer_for, caller_of
from chat.api import AsyncView, idempotency_key_of, reader_of
from chat.authentication import StaffSessionAuthentication, VisitorQueryAuthentication
from chat.database import in_thread
from chat.events import Failed
from chat.models import Channel
from chat.rendering import answer_json, message_json, sources_json
from chat.serializers import (
    AnswerSerializer,
    ErrorSerializer,
    IndexSerializer,
    MessageSerializer,
    QuerySerializer,
    SearchResultsSerializer,
    SearchSerializer,
    SuggestionsSerializer,
)
from chat.sse import EVENT_STREAM, event_stream_response
from chat.throttling import QuestionThrottle, ReadThrottle
from chat.turn_requests import turn_request
from chat.turns import turn_engine
from chatbot_project.request_ids import current_request_id
from knowledge.answering import search
from knowledge.runtime import runtime
from knowledge.status import index_status
from knowledge.topics import topics
from knowledge.types import Manifest

MOST_TOPICS = 4


class QueryView(AsyncView):
    throttle_classes = [QuestionThrottle]

    @extend_schema(
        summary="Ask a question",
        tags=["Ask"],
        description="JSON, or server-sent events when `stream` is true or `text/event-stream` accepted.",
        request=QuerySerializer,
        responses={
            (200, "application/json"): AnswerSerializer,
            (200, EVENT_STREAM): OpenApiTypes.STR,
            (400, "application/json"): ErrorSerializer,
            (429, "application/json"): ErrorSerializer,
            (503, "application/json"): ErrorSerializer,
        },
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                location=OpenApiParameter.HEADER,
                description="The same key joins the same answer.",
            )
        ],
    )
    async def post(self, request: Request) -> HttpResponseBase:
        question = QuerySerializer(data=request.data)
        question.is_valid(raise_exception=True)
        fields = question.validated_data
        streams = fields["stream"] or EVENT_STREAM in request.headers.get("Accept", "")
        asked = turn_request(
            fields,
            caller=caller_of(request),
            channel=Channel.SSE if streams else Channel.REST,
            request_id=current_request_id.get(),
            key=idempotency_key_of(request),
        )
        stream = await turn_engine().ask(asked)
        reader = reader_of(request, visitor=stream.metadata.visitor)
        # What fails before there is anything to show is a status of its own, for streams too.
        await stream.begun()
        if isinstance(stream.end, Failed) and not stream.text:
            return _failure(stream.end)
        if streams:
            return event_stream_response(stream, reader)
        end = await stream.ended()
        if isinstance(end, Failed):
            return _failure(end)
        return Response(answer_json(end, stream, reader), headers=reader.headers)


class SearchView(AsyncView):
    throttle_classes = [QuestionThrottle]

    @extend_schema(
        summary="Search the book",
        description="The passages alone, best first, without an answer.",
        tags=["Ask"],
        request=SearchSerializer,
        responses=SearchResultsSerializer,
    )
    async def post(self, request: Request) -> Response:
        query = SearchSerializer(data=request.data)
        query.is_valid(raise_exception=True)
        limit = query.validated_data.get("top_k") or settings.TOP_K
        found = await search(query.validated_data["query"], limit=limit, runtime=runtime())
        return Response({"results": sources_json(found, reader_of(request, visitor=None))})


class MessageEventsView(AsyncView):
    """A running answer from any place in it on, or a finished one again."""

    http_method_names = ["get"]  # a HEAD would be sent the stream, too
    authentication_classes = [StaffSessionAuthentication, VisitorQueryAuthentication]
    throttle_classes = [ReadThrottle]

    @extend_schema(
        summary="Rejoin or replay an answer",
        tags=["Ask"],
        responses={(200, EVENT_STREAM): OpenApiTypes.STR, 204: None, 404: ErrorSerializer},
        parameters=[
            OpenApiParameter("Last-Event-ID", int, OpenApiParameter.HEADER, description="What came last."),
            OpenApiParameter("visitor_token", str, description="In place of the X-Visitor-Token header."),
        ],
    )
    async def get(self, request: Request, message_id: UUID) -> HttpResponseBase:
        caller = caller_of(request)
        after = _last_event_id(request)
        stream = await turn_engine().stream_of(caller, message_id)
        if stream.end is not None and after == stream.end.seq:
            return HttpResponse(status=204)
        return event_stream_response(stream, reader_of(request, visitor=caller.visitor), after=after)


class CancelView(AsyncView):
    throttle_classes = [ReadThrottle]

    @extend_schema(
        summary="Stop an answer",
        tags=["Ask"],
        description="What came so far is kept.",
        request=None,
        responses={200: MessageSerializer, 404: ErrorSerializer},
    )
    async def post(self, request: Request, message_id: UUID) -> Response:
        caller = caller_of(request)
        stream = await turn_engine().cancel(caller, message_id)
        await stream.ended()
        message = await in_thread(answer_for)(caller, message_id)
        return Response(message_json(message, reader_of(request, visitor=caller.visitor)))


class IndexView(AsyncView):
    throttle_classes = [ReadThrottle]

    @extend_schema(summary="The state of the index", tags=["Index"], responses=IndexSerializer)
    async def get(self, request: Request) -> Response:
        return Response(IndexSerializer(await index_status()).data)


class SuggestionsView(AsyncView):
    throttle_classes = [ReadThrottle]

    @extend_schema(
        summary="What to ask first",
        tags=["Index"],
        description="Both are empty while there is no index.",
        responses=SuggestionsSerializer,
    )
    async def get(self, request: Request) -> Response:
        manifest = await runtime().store.manifest()
        questions = settings.SUGGESTED_QUESTIONS if manifest else ()
        offered = await _topics(manifest) if manifest and not questions else []
        return Response({"questions": list(questions), "topics": offered})


async def _topics(manifest: Manifest) -> list[str]:
    # A book of some thousand pages takes milliseconds.
    return await asyncio.to_thread(topics, manifest, limit=MOST_TOPICS)


def _failure(failed: Failed) -> Response:
    error = failed.error
    return Response(error.as_json(), status=error.status_code, headers=error.headers)


def _last_event_id(request: Request) -> int:
    """Before everything where the header is missing or no number."""
    value = request.headers.get("Last-Event-ID", "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else -1
