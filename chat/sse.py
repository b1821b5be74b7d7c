"""Events as server-sent events."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

from django.http import StreamingHttpResponse

from chat.events import Idle
from chat.rendering import Reader, event_json
from chat.streams import AnswerStream

EVENT_STREAM = "text/event-stream"
KEEP_ALIVE_SECONDS = 15.0
KEEP_ALIVE = b": keep-alive\n\n"


def event_stream_response(stream: AnswerStream, reader: Reader, *, after: int = -1) -> StreamingHttpResponse:
    return streaming_response(_events(stream, reader, after), **reader.headers)


def streaming_response(body: AsyncIterator[bytes], **more_headers: str) -> StreamingHttpResponse:
    headers = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no", **more_headers}
    return StreamingHttpResponse(body, content_type=EVENT_STREAM, headers=headers)


def as_line(fields: Mapping[str, Any], *, seq: int | None = None) -> bytes:
    """One server-sent event. JSON keeps line breaks out of it."""
    line = f"data: {json.dumps(fields, ensure_ascii=False)}\n\n"
    return (line if seq is None else f"id: {seq}\n{line}").encode()


async def _events(stream: AnswerStream, reader: Reader, after: int) -> AsyncIterator[bytes]:
    async with aclosing(stream.follow(after=after, idle=KEEP_ALIVE_SECONDS)) as events:
        async for event in events:
            if isinstance(event, Idle):
                yield KEEP_ALIVE
            else:
                yield as_line(event_json(event, stream, reader), seq=event.seq)
