"""Turns: question in, events out. Nothing else writes messages."""

import asyncio
from collections.abc import Coroutine
from uuid import UUID

from django.conf import settings

from chat import records
from chat.access import Caller, answer_for
from chat.database import in_thread
from chat.errors import ShuttingDown, TurnInterrupted
from chat.events import Failed, Metadata
from chat.models import Message
from chat.replays import follow_rows, mirror_of, replayed
from chat.running import RunningTurn
from chat.streams import AnswerStream
from chat.turn_requests import TurnRequest
from chatbot_project.errors import error_body
from knowledge.answering import Question
from knowledge.per_loop import PerLoop
from knowledge.runtime import runtime
from knowledge.types import Selection

RESTART_SECONDS = 5.0


class TurnEngine:
    """The turns of one event loop. Each runs as a task of its own, whoever listens."""

    def __init__(self) -> None:
        self._running: dict[UUID, RunningTurn] = {}
        self._mirrors: dict[UUID, AnswerStream] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._beginnings: set[asyncio.Task[AnswerStream]] = set()
        self._draining = False

    async def ask(self, request: TurnRequest) -> AnswerStream:
        """Begin a turn, or join the one that the same idempotency key has begun.

        Raises ConversationNotFound, ConversationBusy, IdempotencyMismatch, IdempotencyExpired, ShuttingDown.
        """
        if self._draining:
            raise ShuttingDown(retry_after=RESTART_SECONDS)
        beginning = asyncio.create_task(self._begin(request))
        self._beginnings.add(beginning)
        beginning.add_done_callback(self._begun)
        # Once it is being stored, a question is answered, even if whoever asked it is gone by then.
        return await asyncio.shield(beginning)

    async def _begin(self, request: TurnRequest) -> AnswerStream:
        begun = await in_thread(records.begin)(request)
        if begun.joined:
            return await self.stream_of(Caller(visitor=begun.visitor), begun.answer_id)
        return self._start(request, begun)

    def _begun(self, beginning: asyncio.Task[AnswerStream]) -> None:
        self._beginnings.discard(beginning)
        if not beginning.cancelled():
            beginning.exception()  # which the asker got, if there is one still

    def _start(self, request: TurnRequest, begun: records.BegunTurn) -> AnswerStream:
        stream = AnswerStream(
            Metadata(
                visitor=begun.visitor,
                conversation_id=begun.conversation_id,
                message_id=begun.answer_id,
                question_id=begun.question_id,
                request_id=request.request_id,
            )
        )
        turn = RunningTurn(stream, _question(request, begun), runtime=runtime())
        self._running[begun.answer_id] = turn
        self._spawn(self._until_finished(turn))
        return stream

    async def stream_of(self, caller: Caller, answer_id: UUID) -> AnswerStream:
        """The answer, whether it runs here, runs elsewhere or has ended. Raises MessageNotFound."""
        stored = await in_thread(answer_for)(caller, answer_id)
        if turn := self._running.get(answer_id):
            return turn.stream
        if stored.status != Message.Status.STREAMING:
            return replayed(stored)
        if answer_id not in self._mirrors:
            self._mirrors[answer_id] = mirror_of(stored)
            self._spawn(self._until_mirrored(self._mirrors[answer_id]))
        return self._mirrors[answer_id]

    async def cancel(self, caller: Caller, answer_id: UUID) -> AnswerStream:
        """Have an answer stopped, of which what has come is kept; `ended()` of the stream tells when.

        No effect on one that has ended. Raises MessageNotFound.
        """
        stream = await self.stream_of(caller, answer_id)
        if turn := self._running.get(answer_id):
            turn.stop(by_reader=True)
        elif stream.end is None:
            await in_thread(records.request_cancel)(answer_id)
        return stream

    async def drain(self, grace: float) -> None:
        """Begin no more turns; after `grace` seconds interrupt those that still run, and store them."""
        self._draining = True
        if self._beginnings:
            await asyncio.wait(self._beginnings)
        turns = list(self._running.values())
        if turns:
            await asyncio.wait([asyncio.create_task(turn.finished()) for turn in turns], timeout=grace)
        for turn in turns:
            turn.stop(by_reader=False)
            await turn.finished()
        for task in self._tasks:
            task.cancel()

    async def _until_finished(self, turn: RunningTurn) -> None:
        try:
            await turn.finished()
        finally:
            del self._running[turn.answer_id]

    async def _until_mirrored(self, stream: AnswerStream) -> None:
        try:
            await follow_rows(stream)
        finally:
            del self._mirrors[stream.metadata.message_id]
            if stream.end is None:
                stream.publish_end(Failed(error_body(TurnInterrupted()), length=len(stream.text)))

    def _spawn(self, coroutine: Coroutine[None, None, None]) -> None:
        # The loop itself holds tasks weakly.
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


_engines = PerLoop(TurnEngine)


def turn_engine() -> TurnEngine:
    """The running event loop's engine."""
    return _engines.get()


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
