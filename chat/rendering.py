"""Events and answers as JSON objects, for the one who reads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from chat.events import Done, Event, Failed, Metadata, Sources, Token
from chat.models import Message
from chat.streams import AnswerStream
from knowledge.types import Source


@dataclass(frozen=True, slots=True)
class Reader:
    """Who gets the JSON: `origin` (scheme and host as they called us) completes the book's own links."""

    origin: str
    visitor_token: str | None

    @property
    def headers(self) -> dict[str, str]:
        """Those of an answer over HTTP."""
        return {"X-Visitor-Token": self.visitor_token} if self.visitor_token else {}


def event_json(event: Event, stream: AnswerStream, reader: Reader) -> dict[str, Any]:
    """One of the objects of the event stream and the WebSocket."""
    place = {"message_id": str(stream.metadata.message_id), "seq": event.seq}
    match event:
        case Metadata():
            return {"type": "metadata", **place, **_ids(event, reader), "request_id": event.request_id}
        case Sources():
            return {"type": "sources", **place, "sources": sources_json(event.sources, reader)}
        case Token():
            return {"type": "token", **place, "content": event.content}
        case Done():
            return {"type": "done", **place, **answer_json(event, stream, reader)}
        case Failed():
            return {"type": "error", **place, **event.error.as_json()}


def answer_json(done: Done, stream: AnswerStream, reader: Reader) -> dict[str, Any]:
    """The JSON answer of POST /v1/query."""
    return {
        "answer": done.answer,
        "status": done.status,
        "answered": done.answered,
        "degraded": done.degraded,
        "sources": sources_json(done.sources, reader),
        **_ids(stream.metadata, reader),
        "usage": {
            "prompt_tokens": done.usage.prompt_tokens,
            "completion_tokens": done.usage.completion_tokens,
        },
        "timings_ms": {
            "retrieval": done.timings.retrieval,
            "first_token": done.timings.first_token,
            "total": done.timings.total,
        },
    }


def message_json(message: Message, reader: Reader) -> dict[str, Any]:
    """A message of the history."""
    feedback = getattr(message, "feedback", None)
    return {
        "id": str(message.pk),
        "role": message.role,
        "content": message.content,
        "selected_text": message.selected_text,
        "status": message.status,
        "answered": message.answered,
        "degraded": message.degraded,
        "sources": sources_json(message.sources, reader),
        "feedback": feedback
        and {"rating": feedback.rating, "reason": feedback.reason, "comment": feedback.comment},
        "created_at": message.created_at.isoformat(),
    }


def sources_json(sources: Iterable[Source], reader: Reader) -> list[dict[str, Any]]:
    return [
        {
            "number": source.number,
            "title": source.title,
            "heading": source.heading,
            "path": list(source.path),
            "url": reader.origin + source.url if source.url.startswith("/") else source.url,
            "file": source.file,
            "excerpt": source.excerpt,
            "similarity": source.similarity,
        }
        for source in sources
    ]


def _ids(metadata: Metadata, reader: Reader) -> dict[str, Any]:
    return {
        "conversation_id": str(metadata.conversation_id),
        "message_id": str(metadata.message_id),
        "question_id": str(metadata.question_id),
        "visitor_token": reader.visitor_token,
    }
