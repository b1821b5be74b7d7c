"""Turns: question in, events out. Nothing else writes messages."""

import asyncio
import logging
from collections.abc import Collection, Coroutine
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.conf import settings

from chat import records
from chat.access import Caller, answer_for
from chat.database import in_thread
from chat.errors import ServerBusy, ShuttingDown
from chat.events import Failed, Metadata
from chat.models import Message
from chat.records import BUSY_SECONDS
from chat.replays import Mirror, replayed
from chat.running import RunningTurn
from chat.streams import AnswerStream
from chat.turn_requests import TurnRequest
from chatbot_project.errors import error_body
from knowledge.answering import Question, anticipate
from knowledge.per_loop import PerLoop
from knowledge.runtime import runtime
from knowledge.types import Selection

if TYPE_CHECKING:
    from chat.relay import Relay

logger = logging.getLogger(__name__)

RESTART_SECONDS = 5.0
STORE_AT_STOP = 5.0  # seconds
LEAVE_WITHIN = 2.0  # seconds for what is being stored when that is given up
TOKENS_APART = 0.03  # seconds; the eye is no faster
TOKENS_A_SECOND = 500  # of all answers together; sending more would take the processor from everything else


class TurnEngine:
    """The turns of one event loop. Each runs as a task of its own, whoever listens."""

    def __init__(self) -> None:
        self._beginnings: dict[UUID, asyncio.Task[AnswerStream]] = {}
        self._running: dict[UUID, RunningTurn] = {}
        self._mirrors: dict[UUID, Mirror] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._relay = self._line_to_others()
        self._draining = False

    @property
    def running(self) -> list[UUID]:
        """The answers that are being written here."""
        return list(self._running)

    def _line_to_others(self) -> "Relay | None":
        if not settings.REDIS_URL:
            return None
        # Only now: without Redis its client is not worth its memory.
        from chat.relay import Relay

        return Relay(settings.REDIS_URL, running=self._running, mirrors=self._mirrors)

    async def ask(self, request: TurnRequest) -> AnswerStream:
        """Begin a turn, or join the one that the same idempotency key has begun.

        Raises ConversationNotFound, ConversationBusy, IdempotencyMismatch, IdempotencyExpired, ServerBusy,
        ShuttingDown.
        """
        if self._draining:
            raise ShuttingDown(retry_after=RESTART_SECONDS)
        if len(self._running.keys() | self._beginnings.keys()) >= settings.MAX_RUNNING_TURNS:
            return await self._join(request)
        answer_id = uuid4()
        beginning = asyncio.create_task(self._begin(request, answer_id))
        self._beginnings[answer_id] = beginning
        beginning.add_done_callback(lambda task: self._begun(answer_id, task))
        # Once it is being stored, a question is answered, even if whoever asked it is gone by then.
        return await asyncio.shield(beginning)

    async def _begin(self, request: TurnRequest, answer_id: UUID) -> AnswerStream:
        if request.conversation_id is None:
            self._spawn(anticipate(request.query, runtime=runtime()))
        begun = await in_thread(records.begin)(request, answer_id=answer_id)
        return await self._stream_of_begun(begun) if begun.joined else self._start(request, begun)

    async def _join(self, request: TurnRequest) -> AnswerStream:
        """The turn that the same key has begun: there is no room for another one. Raises ServerBusy."""
        begun = await in_thread(records.join)(request)
        if begun is None:
            raise ServerBusy(retry_after=BUSY_SECONDS)
        return await self._stream_of_begun(begun)

    async def _stream_of_begun(self, begun: records.BegunTurn) -> AnswerStream:
        # Its question may be stored already, but its task not yet begun.
        if beginning := self._beginnings.get(begun.answer_id):
            return await asyncio.shield(beginning)
        return await self.stream_of(Caller(visitor=begun.visitor), begun.answer_id)

    def _begun(self, answer_id: UUID, beginning: asyncio.Task[AnswerStream]) -> None:
        del self._beginnings[answer_id]
        if not beginning.cancelled():
            beginning.exception()  # which the asker got, if there is one still

    def _start(self, request: TurnRequest, begun: records.BegunTurn) -> AnswerStream:
        metadata = Metadata(
            visitor=begun.visitor,
            conversation_id=begun.conversation_id,
            message_id=begun.answer_id,
            question_id=begun.question_id,
            request_id=request.request_id,
        )
        stream = AnswerStream(metadata, pause=self._pause)
        turn = RunningTurn(stream, _question(request, begun), runtime=runtime())
        self._running[begun.answer_id] = turn
        self._spawn(self._until_finished(turn))
        if self._relay:
            self._relay.listen()
        return stream

    def _pause(self) -> float:
        """Seconds between two tokens of one answer."""
        return max(TOKENS_APART, len(self._running) / TOKENS_A_SECOND)

    async def stream_of(self, caller: Caller, answer_id: UUID) -> AnswerStream:
        """The answer, whether it runs here, runs elsewhere or has ended. Raises MessageNotFound."""
        turn = self._running.get(answer_id)
        stored = await in_thread(answer_for)(caller, answer_id)
        # It may have begun or ended since.
        if turn := turn or self._running.get(answer_id):
            return turn.stream
        if stored.status != Message.Status.STREAMING:
            return replayed(stored)
        if answer_id not in self._mirrors:
            self._mirrors[answer_id] = Mirror(stored)
            self._spawn(self._until_mirrored(self._mirrors[answer_id]))
        return self._mirrors[answer_id].stream

    async def cancel(self, caller: Caller, answer_id: UUID) -> AnswerStream:
        """Have an answer stopped, of which what has come is kept; `ended()` of the stream tells when.

        No effect on one that has ended. Raises MessageNotFound.
        """
        stream = await self.stream_of(caller, answer_id)
        if turn := self._running.get(answer_id):
            turn.stop(by_reader=True)
        elif stream.end is None:
            await in_thread(records.request_cancel)(answer_id)
            if self._relay:
                await self._relay.cancel(answer_id)
        return stream

    async def drain(self, grace: float) -> None:
        """Begin no more turns; after `grace` seconds interrupt those that still run, and store them.

        Where the database is away, that is given up in time.
        """
        self._draining = True
        if self._beginnings:
            await asyncio.wait(self._beginnings.values())
        turns = list(self._running.values())
        finishing = [asyncio.create_task(turn.finished()) for turn in turns]
        await _wait_for(finishing, grace)
        if interrupted := sum(turn.stop(by_reader=False) for turn in turns):
            logger.warning("Interrupted because the server stops: %d answers", interrupted)
        await _wait_for(finishing, STORE_AT_STOP)
        for turn in turns:
            turn.give_up()
        await _wait_for(finishing, LEAVE_WITHIN)
        if self._relay:
            await self._relay.close()
        for task in self._tasks:
            task.cancel()

    async def _until_finished(self, turn: RunningTurn) -> None:
        try:
            await turn.finished()
        finally:
            del self._running[turn.answer_id]
            turn.give_up()

    async def _until_mirrored(self, mirror: Mirror) -> None:
        stream = mirror.stream
        try:
            await mirror.follow(ask=self._relay.ask_for if self._relay else None)
        finally:
            del self._mirrors[stream.metadata.message_id]
            if stream.end is None:
                # The answer goes on elsewhere, and can be followed from there.
                stream.publish_end(Failed(error_body(ShuttingDown()), length=len(stream.text)))

    def _spawn(self, coroutine: Coroutine[None, None, None]) -> None:
        # The loop itself holds tasks weakly.
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


_engines = PerLoop(TurnEngine)


def turn_engine() -> TurnEngine:
    """The running event loop's engine."""
    return _engines.get()


async def _wait_for(tasks: Collection[asyncio.Task[None]], seconds: float) -> None:
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)


def _question(request: TurnRequest, begun: records.BegunTurn) -> Question:
    return Question(
        text=request.query,
        limit=request.top_k or settings.TOP_K,
        max_output_tokens=settings.MAX_OUTPUT_TOKENS,
        history=begun.history,
        selection=Selection(request.selected_text, request.page_url or None)
        if request.selected_text
        else None,
    )
