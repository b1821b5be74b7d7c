"""The rows of a turn, written in short transactions. Called from `turns` alone, in a database thread."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from chat.access import Caller, conversation_for
from chat.errors import AnswerNotStored, ConversationBusy, IdempotencyExpired, IdempotencyMismatch
from chat.models import Citation, Conversation, Message
from chat.turn_requests import TurnRequest
from knowledge.types import PastTurn, Source

HISTORY_TURNS = 6
KEY_ALONE_IS_ENOUGH = timedelta(minutes=10)
TITLE_LENGTH = 100
BUSY_SECONDS = 3.0  # most answers have ended by then


@dataclass(frozen=True, slots=True)
class BegunTurn:
    visitor: UUID | None
    conversation_id: UUID
    question_id: UUID
    answer_id: UUID
    history: tuple[PastTurn, ...] = ()
    joined: bool = False  # the same question was asked before, under the same key


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a turn ended, as it is stored: the columns of its row, and its citations."""

    status: str
    content: str
    answered: bool | None = None
    degraded: bool = False
    error_code: str = ""
    sources: tuple[Source, ...] = ()
    provider: str = ""
    model: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    retrieval_ms: int | None = None
    first_token_ms: int | None = None
    total_ms: int | None = None
    valid_citations: float | None = None
    uncited_sentences: float | None = None
    trace: dict[str, object] | None = None

    @classmethod
    def of(cls, answer: Message) -> "Outcome":
        return cls(**{field.name: getattr(answer, field.name) for field in fields(cls)})

    @property
    def columns(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "sources"}

    def not_stored(self) -> "Outcome":
        """The same, of which readers have been told that it could not be stored."""
        return replace(
            self, status=Message.Status.INTERRUPTED, error_code=AnswerNotStored.code, answered=None
        )


def begin(request: TurnRequest, *, answer_id: UUID) -> BegunTurn:
    """Store the question and an empty answer of that id, or join the turn that the same key has begun.

    Raises ConversationNotFound, ConversationBusy, IdempotencyMismatch and IdempotencyExpired.
    """
    begun = None
    try:
        with transaction.atomic():
            begun = join(request) or _begun(request, answer_id)
    except (IntegrityError, ConversationBusy):
        # Another request was faster: its turn is there now, to be joined or waited for.
        with transaction.atomic():
            if joined := join(request):
                return joined
        raise ConversationBusy(retry_after=BUSY_SECONDS) from None
    except (OperationalError, InterfaceError):
        # A commit whose acknowledgement was lost has stored it all the same.
        if begun is None or not Message.objects.filter(pk=begun.answer_id).exists():
            raise
    return begun


def join(request: TurnRequest) -> BegunTurn | None:
    """The turn that the same key has begun, if there is one.

    Raises IdempotencyMismatch and IdempotencyExpired.
    """
    if not request.idempotency_digests:
        return None
    question = (
        Message.objects.filter(idempotency_digest__in=request.idempotency_digests)
        .select_related("conversation")
        .first()
    )
    if question is None or not (request.visitor_is_new or question.conversation.visitor == request.visitor):
        return None
    if question.request_digest != request.digest:
        raise IdempotencyMismatch
    if request.visitor_is_new and question.created_at < timezone.now() - KEY_ALONE_IS_ENOUGH:
        raise IdempotencyExpired
    answer = Message.objects.get(question=question)
    visitor = question.conversation.visitor
    return BegunTurn(visitor, question.conversation_id, question.pk, answer.pk, joined=True)


def _begun(request: TurnRequest, answer_id: UUID) -> BegunTurn:
    now = timezone.now()
    conversation = _conversation(request)
    past = _past_messages(conversation) if request.conversation_id else []
    if past and past[-1].status == Message.Status.STREAMING and not interrupt_if_lost(past[-1]):
        raise ConversationBusy(retry_after=BUSY_SECONDS)
    position = past[-1].position + 1 if past else 0
    question = Message(
        conversation=conversation,
        position=position,
        role=Message.Role.USER,
        content=request.query,
        selected_text=request.selected_text,
        page_url=request.page_url,
        idempotency_digest=next(iter(request.idempotency_digests), None),
        request_digest=request.digest,
    )
    answer = Message(
        pk=answer_id,
        conversation=conversation,
        position=position + 1,
        role=Message.Role.ASSISTANT,
        question=question,
        status=Message.Status.STREAMING,
        heartbeat=now,
    )
    Message.objects.bulk_create([question, answer])
    if request.conversation_id:
        Conversation.objects.filter(pk=conversation.pk).update(updated_at=now)
    return BegunTurn(request.visitor, conversation.pk, question.pk, answer.pk, history=_history(past))


def _conversation(request: TurnRequest) -> Conversation:
    if request.conversation_id:
        # The row's lock makes two questions to one conversation queue up here.
        return conversation_for(Caller(visitor=request.visitor), request.conversation_id, lock=True)
    return Conversation.objects.create(
        visitor=request.visitor,
        title=_title(request.query),
        channel=request.channel,
        page_url=request.page_url,
        updated_at=timezone.now(),
    )


def _title(query: str) -> str:
    line = " ".join(query.split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1] + "…"


def _past_messages(conversation: Conversation) -> list[Message]:
    newest = conversation.messages.order_by("-position").prefetch_related(
        Prefetch("citations", queryset=Citation.objects.only("message", "number", "excerpt"))
    )[: 2 * HISTORY_TURNS]
    return list(newest)[::-1]


def _history(messages: Sequence[Message]) -> tuple[PastTurn, ...]:
    """Questions with the answers that followed them; those without any text say nothing."""
    questions = {message.pk: message for message in messages if message.role == Message.Role.USER}
    turns = []
    for answer in messages:
        question = questions.get(answer.question_id) if answer.question_id else None
        if question and answer.content:
            excerpts = tuple(citation.excerpt for citation in answer.citations.all())
            turns.append(PastTurn(question.content, answer.content, excerpts if answer.answered else ()))
    return tuple(turns)


def checkpoint(answer_id: UUID, text: str) -> bool:
    """Store what has come so far and that the turn is alive. Whether it should go on.

    It should not when the reader wants it cancelled, or has deleted the conversation.
    """
    wanted = _running(answer_id).filter(cancel_requested=False)
    return bool(wanted.update(content=text, heartbeat=timezone.now()))


def finish(answer_id: UUID, outcome: Callable[[], Outcome]) -> Outcome | None:
    """Store how a turn ended, once, and return what is stored then. None: its conversation is deleted.

    `outcome` is asked once the database can be reached: it may have been given up by then. That an answer
    could not be stored has been told to readers, by its own process or by the one that took it for lost;
    nothing is stored over that but more of its text, and that over anything.
    """
    with transaction.atomic():
        wanted = outcome()
        if _write(_running(answer_id), answer_id, wanted):
            return wanted
        stored = Message.objects.filter(pk=answer_id).first()
        if stored is None:
            return None
        if AnswerNotStored.code not in (stored.error_code, wanted.error_code):
            return Outcome.of(stored)  # by an attempt whose acknowledgement was lost
        _write(Message.objects.filter(pk=answer_id), answer_id, wanted.not_stored())
        return wanted.not_stored()


def _write(rows: QuerySet[Message], answer_id: UUID, outcome: Outcome) -> bool:
    """Whether there was a row to be written."""
    now = timezone.now()
    if not rows.update(**outcome.columns, heartbeat=now, finished_at=now):
        return False
    citations = [Citation.of(source, message_id=answer_id) for source in outcome.sources]
    Citation.objects.bulk_create(citations, ignore_conflicts=True)
    return True


def _running(answer_id: UUID) -> QuerySet[Message]:
    return Message.objects.filter(pk=answer_id, status=Message.Status.STREAMING)


def stored_answer(answer_id: UUID) -> Message | None:
    """The answer as it is stored now, with its citations; interrupted if the process that ran it is gone."""
    answer = Message.objects.filter(pk=answer_id).prefetch_related("citations").first()
    if answer:
        interrupt_if_lost(answer)
    return answer


def request_cancel(answer_id: UUID) -> None:
    """Ask whichever process runs the turn to stop it."""
    _running(answer_id).update(cancel_requested=True)


def interrupt_lost(*, but: Collection[UUID]) -> int:
    """Store as interrupted all turns whose process is gone; how many there were.

    Those of `but` are alive for certain: while the database was away, nobody could give a sign of life.
    """
    lost = Message.objects.filter(status=Message.Status.STREAMING, heartbeat__lt=_last_sign_of_the_lost())
    return lost.exclude(pk__in=but).update(**_interrupted())


def _last_sign_of_the_lost() -> datetime:
    """Before it, whoever has given no sign of life since is gone."""
    return timezone.now() - timedelta(seconds=settings.TURN_LOST_AFTER)


def _interrupted() -> dict[str, Any]:
    """Also of a process that lives, but has not reached the database for long: it may have told just this."""
    return {
        "status": Message.Status.INTERRUPTED,
        "error_code": AnswerNotStored.code,
        "finished_at": timezone.now(),
    }


def interrupt_if_lost(answer: Message) -> bool:
    """Whether the process that ran this turn is gone; then the turn is stored as interrupted."""
    beat = answer.heartbeat or answer.created_at
    if answer.status != Message.Status.STREAMING or beat > _last_sign_of_the_lost():
        return False
    changes = _interrupted()
    if not _running(answer.pk).filter(heartbeat=answer.heartbeat).update(**changes):
        return False
    for name, value in changes.items():
        setattr(answer, name, value)
    return True
