"""The chat over a WebSocket: several answers may stream over one socket at once."""

import asyncio
import json
from contextlib import aclosing
from typing import Any
from uuid import UUID

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from chat import frames
from chat.access import Caller, answer_for
from chat.database import in_thread
from chat.events import Event, Idle
from chat.feedback import record_feedback
from chat.models import Channel
from chat.rendering import Reader, event_json
from chat.streams import AnswerStream
from chat.throttling import count_question, count_read
from chat.turn_requests import turn_request
from chat.turns import turn_engine
from chat.visitors import new_visitor, token_of, visitor_of
from chatbot_project.clients import address_of_scope
from chatbot_project.errors import error_body
from chatbot_project.request_ids import current_request_id, request_id_from
from chatbot_project.windows import FixedWindow

FLOOD_FRAMES = 60
FLOOD_SECONDS = 10.0
FLOODED = 4029  # the close code; frames that are too large are closed with 1009


class ChatConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Frames are dispatched one after another; what takes its time runs as a task."""

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Without what Channels does before: to tidy up, all sockets would queue for one thread."""
        await getattr(self, get_handler_name(message))(message)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        await self.disconnect(message["code"])
        raise StopConsumer

    async def connect(self) -> None:
        self._visitor: UUID | None = None
        self._followers: dict[UUID, asyncio.Task[None]] = {}
        self._frame_window = FixedWindow(most=FLOOD_FRAMES, seconds=FLOOD_SECONDS)
        self._address = address_of_scope(self.scope)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        for follower in self._followers.values():
            follower.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        current_request_id.set(request_id_from(None))
        if self._frame_window.is_exceeded():
            await self.close(code=FLOODED)
            return
        try:
            kind, fields = frames.parsed(text_data)
            await getattr(self, f"on_{kind}")(fields)
        # A bad frame costs its sender an error, never the socket.
        except Exception as exc:
            await self._send({"type": "error", **error_body(exc).as_json()})

    async def on_hello(self, fields: dict[str, Any]) -> None:
        token = fields.get("visitor_token")
        await self._greet(visitor_of(token) if token else self._visitor or new_visitor())

    async def on_ask(self, fields: dict[str, Any]) -> None:
        asked = turn_request(
            fields,
            caller=Caller(visitor=self._visitor),
            channel=Channel.WEBSOCKET,
            request_id=current_request_id.get(),
        )
        await count_question(visitor=asked.visitor, address=self._address)
        stream = await turn_engine().ask(asked)
        if self._visitor is None and stream.metadata.visitor is not None:
            await self._greet(stream.metadata.visitor)
        self._follow(stream)

    async def on_resume(self, fields: dict[str, Any]) -> None:
        await count_read(address=self._address)
        stream = await turn_engine().stream_of(await self._caller(), fields["message_id"])
        self._follow(stream, after=fields["after"])

    async def on_cancel(self, fields: dict[str, Any]) -> None:
        await count_read(address=self._address)
        await turn_engine().cancel(await self._caller(), fields["message_id"])

    async def on_feedback(self, fields: dict[str, Any]) -> None:
        message_id = fields.pop("message_id")
        await count_read(address=self._address)
        answer = await in_thread(answer_for)(await self._caller(), message_id)
        feedback = await in_thread(record_feedback)(answer, **fields)
        await self._send({"type": "feedback", "message_id": str(message_id), "rating": feedback.rating})

    async def on_ping(self, fields: dict[str, Any]) -> None:
        await self._send({"type": "pong"})

    async def _caller(self) -> Caller:
        """The socket's visitor; a new one is told who they are."""
        if self._visitor is None:
            await self._greet(new_visitor())
        return Caller(visitor=self._visitor)

    async def _greet(self, visitor: UUID) -> None:
        self._visitor = visitor
        await self._send({"type": "connection", "visitor_token": token_of(visitor)})

    def _follow(self, stream: AnswerStream, *, after: int = -1) -> None:
        """Follow an answer from there on; a follower of it that this socket already has gives way."""
        message_id = stream.metadata.message_id
        if earlier := self._followers.pop(message_id, None):
            earlier.cancel()
        follower = asyncio.create_task(self._send_events(stream, after))
        self._followers[message_id] = follower
        follower.add_done_callback(lambda task: self._forget(message_id, task))

    def _forget(self, message_id: UUID, follower: "asyncio.Task[None]") -> None:
        if self._followers.get(message_id) is follower:
            del self._followers[message_id]

    async def _send_events(self, stream: AnswerStream, after: int) -> None:
        reader = Reader(
            origin=_origin(self.scope), visitor_token=token_of(self._visitor) if self._visitor else None
        )
        told = False
        async with aclosing(stream.follow(after=after)) as events:
            async for event in events:
                if not isinstance(event, Idle):
                    await self._send_event(event, stream, reader)
                    told = event is stream.end
        if stream.end is not None and not told:
            # Whoever resumes beyond the end waits for it all the same.
            await self._send_event(stream.end, stream, reader)

    async def _send_event(self, event: Event, stream: AnswerStream, reader: Reader) -> None:
        await self._send(event_json(event, stream, reader))

    async def _send(self, frame: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(frame, ensure_ascii=False))


def _origin(scope: dict[str, Any]) -> str:
    """Scheme and host as the browser sees them."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    secure = scope.get("scheme") == "wss"
    if settings.SECURE_PROXY_SSL_HEADER:
        # The first of several proxies is the browser's; some name the WebSocket's own scheme.
        forwarded = headers.get("x-forwarded-proto", "").partition(",")[0].strip()
        secure = secure or forwarded in ("https", "wss")
    return f"{'https' if secure else 'http'}://{headers.get('host', 'localhost')}"
