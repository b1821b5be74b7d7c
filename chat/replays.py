"""Answers out of the database: finished ones, and those that another process is still writing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

from django.db import Error

from chat import records
from chat.database import in_thread
from chat.errors import AnswerNotStored, MessageNotFound, TurnInterrupted, TurnTimeout
from chat.events import Done, End, Failed, Metadata, Timings
from chat.models import Message
from chat.streams import AnswerStream
from chatbot_project.errors import ApiError, ErrorBody, error_body
from chatbot_project.request_ids import current_request_id
from knowledge import errors as knowledge_errors
from knowledge.errors import KnowledgeError
from knowledge.types import Source, Usage

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.5


def replayed(stored: Message) -> AnswerStream:
    """A finished answer, to be followed like a running one."""
    stream = AnswerStream(_metadata(stored))
    stream.publish_sources(stored.sources)
    stream.publish_text(stored.content)
    stream.publish_end(end_of(stored))
    return stream


class Mirror:
    """An answer that another process writes: its row, looked at now and then, and what is heard meanwhile."""

    def __init__(self, stored: Message) -> None:
        self.stream = AnswerStream(_metadata(stored))
        self.stream.publish_text(stored.content)
        self._heard = False  # since the last look
        self._ended = asyncio.Event()

    def hear_sources(self, sources: tuple[Source, ...]) -> None:
        self._heard = True
        if self.stream.sources is None:
            self.stream.publish_sources(sources)

    def hear_text(self, text: str, *, place: int) -> None:
        """What was written from that place in the answer on; of no use where text before it is missing."""
        self._heard = True
        known = len(self.stream.text)
        if place <= known < place + len(text):
            self.stream.publish_text(text[known - place :])

    def hear_end(self) -> None:
        """It has ended, and its row tells how."""
        self._ended.set()

    async def follow(self, *, ask: Callable[[UUID], Awaitable[None]] | None) -> None:
        """Look at the row until the answer has ended; `ask` to be told in between where nothing is heard."""
        while self.stream.end is None:
            self._heard = False
            await self._look()
            if self.stream.end is None:
                await self._wait(ask)

    async def _wait(self, ask: Callable[[UUID], Awaitable[None]] | None) -> None:
        if ask and not self._heard:
            await ask(self.stream.metadata.message_id)
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._ended.wait()
        except TimeoutError:
            return
        self._ended.clear()

    async def _look(self) -> None:
        stream = self.stream
        try:
            stored = await in_thread(records.stored_answer)(stream.metadata.message_id)
        except Error:
            logger.warning("A running answer could not be read; trying again", exc_info=True)
            return
        if stored is None:
            stream.publish_end(Failed(error_body(MessageNotFound()), length=len(stream.text)))
            return
        stream.publish_text(stored.content[len(stream.text) :])
        if stored.status != Message.Status.STREAMING:
            stream.publish_end(end_of(stored))


def _metadata(stored: Message) -> Metadata:
    return Metadata(
        visitor=stored.conversation.visitor,
        conversation_id=stored.conversation_id,
        message_id=stored.pk,
        question_id=_question_id(stored),
        request_id=current_request_id.get(),
    )


def _question_id(stored: Message) -> UUID:
    if stored.question_id is None:
        raise ValueError(f"Message {stored.pk} is no answer.")
    return stored.question_id


def end_of(stored: Message | records.Outcome, *, error: ErrorBody | None = None) -> End:
    """What readers are told of it; if that is the code of `error`, in its words."""
    if stored.status in (Message.Status.FAILED, Message.Status.INTERRUPTED):
        if error is None or error.code != stored.error_code:
            error = error_body(_error_of(stored.error_code))
        return Failed(error, length=len(stored.content))
    return Done(
        answer=stored.content,
        status=stored.status,
        answered=stored.answered,
        degraded=stored.degraded,
        sources=stored.sources,
        usage=Usage(stored.prompt_tokens, stored.completion_tokens),
        timings=Timings(stored.retrieval_ms, stored.first_token_ms, stored.total_ms),
    )


def _error_of(code: str) -> ApiError | KnowledgeError:
    """The error that ended a stored turn."""
    kinds: list[type[ApiError | KnowledgeError]] = [AnswerNotStored, TurnInterrupted, TurnTimeout]
    kinds += [
        kind
        for kind in vars(knowledge_errors).values()
        if isinstance(kind, type) and issubclass(kind, KnowledgeError)
    ]
    return next((kind() for kind in kinds if kind.code == code), KnowledgeError())
