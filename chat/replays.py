"""Answers out of the database: finished ones, and those that another process is still writing."""

import asyncio
import logging
from uuid import UUID

from django.db import DatabaseError

from chat import records
from chat.database import in_thread
from chat.errors import MessageNotFound, TurnInterrupted, TurnTimeout
from chat.events import Done, End, Failed, Metadata, Timings
from chat.models import Message
from chat.streams import AnswerStream
from chatbot_project.errors import ApiError, error_body
from chatbot_project.request_ids import current_request_id
from knowledge import errors as knowledge_errors
from knowledge.errors import KnowledgeError
from knowledge.types import Usage

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.5


def replayed(stored: Message) -> AnswerStream:
    """A finished answer, to be followed like a running one."""
    stream = AnswerStream(_metadata(stored))
    stream.publish_sources(stored.sources)
    stream.publish_text(stored.content)
    stream.publish_end(_end(stored))
    return stream


def mirror_of(stored: Message) -> AnswerStream:
    """An answer that another process is writing; `follow_rows` makes it grow."""
    stream = AnswerStream(_metadata(stored))
    stream.publish_text(stored.content)
    return stream


async def follow_rows(stream: AnswerStream) -> None:
    """Read the stored answer until it has ended."""
    answer_id = stream.metadata.message_id
    while stream.end is None:
        try:
            stored = await in_thread(records.stored_answer)(answer_id)
        except DatabaseError:
            logger.warning("A running answer could not be read; trying again", exc_info=True)
            await asyncio.sleep(POLL_SECONDS)
            continue
        if stored is None:
            stream.publish_end(Failed(error_body(MessageNotFound()), length=len(stream.text)))
        elif stored.status == Message.Status.STREAMING:
            stream.publish_text(stored.content[len(stream.text) :])
            await asyncio.sleep(POLL_SECONDS)
        else:
            stream.publish_text(stored.content[len(stream.text) :])
            stream.publish_end(_end(stored))


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


def _end(stored: Message) -> End:
    if stored.status in (Message.Status.FAILED, Message.Status.INTERRUPTED):
        return Failed(error_body(_error_of(stored.error_code)), length=len(stored.content))
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
    kinds: list[type[ApiError | KnowledgeError]] = [TurnInterrupted, TurnTimeout]
    kinds += [
        kind
        for kind in vars(knowledge_errors).values()
        if isinstance(kind, type) and issubclass(kind, KnowledgeError)
    ]
    return next((kind() for kind in kinds if kind.code == code), KnowledgeError())
