"""One turn at work: the answer is written, checkpointed, stored."""

import asyncio
import logging
import time
from contextlib import aclosing
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError

from chat import records
from chat.database import in_thread
from chat.errors import MessageNotFound, TurnInterrupted, TurnTimeout
from chat.events import Failed
from chat.models import Message
from chat.records import Outcome
from chat.replays import end_of
from chat.streams import AnswerStream
from chatbot_project.errors import ErrorBody, error_body
from knowledge.answering import Answered, AnswerEvent, Question, Retrieved, Written, answer
from knowledge.runtime import Runtime
from knowledge.types import Source

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 2.0  # seconds between two attempts to store an answer
MAY_PASS = (OperationalError, InterfaceError, InternalError)  # a database that is away, full or read-only


class RunningTurn:
    """Runs to its end whoever listens; `stop` ends it early and keeps what has come."""

    def __init__(self, stream: AnswerStream, question: Question, *, runtime: Runtime) -> None:
        self.stream = stream
        self._question = question
        self._runtime = runtime
        self._started = time.perf_counter()
        self._retrieval_ms: int | None = None
        self._first_token_ms: int | None = None
        self._total_ms: int | None = None
        self._trace: dict[str, Any] | None = None
        self._cited: list[Source] = []
        self._answered: Answered | None = None
        self._by_reader: bool | None = None  # who stopped it; None: nobody
        self._error: ErrorBody | None = None  # that kept it from its end
        self._given_up = False
        self._writing = asyncio.create_task(self._write())
        self._task = asyncio.create_task(self._run())

    @property
    def answer_id(self) -> UUID:
        return self.stream.metadata.message_id

    def stop(self, *, by_reader: bool) -> bool:
        """End it now, as cancelled by the reader or as interrupted because the server stops.

        Whether there was something to stop.
        """
        if self._by_reader is not None or not self._writing.cancel():
            return False
        self._by_reader = by_reader
        return True

    def give_up(self) -> None:
        """Tell that the answer could not be stored, unless its end is told; nothing else is stored then."""
        if self.stream.end is None:
            self._given_up = True
            self.stream.publish_end(end_of(self._outcome()))

    async def finished(self) -> None:
        """Until its end is told and stored."""
        await asyncio.wait([self._task])

    async def _run(self) -> None:
        while not self._writing.done():
            await asyncio.wait([self._writing], timeout=settings.TURN_CHECKPOINT_EVERY)
            if not self._writing.done():
                await self._checkpoint()
        if failure := self._failure():
            self._error = error_body(failure)
        await self._store(within=settings.TURN_STORE_WITHIN)
        self.give_up()
        if self._given_up:
            # The database is to say the same once it is back. What it refuses even then, the sweep ends.
            await self._store(within=None)

    async def _write(self) -> None:
        """Raises what kept the answer from its end."""
        try:
            async with asyncio.timeout(settings.TURN_TIMEOUT):
                async with aclosing(answer(self._question, runtime=self._runtime)) as events:
                    async for event in events:
                        self._take(event)
        except TimeoutError as exc:
            raise TurnTimeout from exc
        finally:
            self._total_ms = self._milliseconds()

    def _take(self, event: AnswerEvent) -> None:
        if isinstance(event, Retrieved):
            self._retrieval_ms, self._trace = self._milliseconds(), event.trace or None
            self.stream.publish_sources(event.sources)
        elif isinstance(event, Written):
            self._first_token_ms = self._first_token_ms or self._milliseconds()
            self._cited += event.cited
            self.stream.publish_text(event.text)
        else:
            self._answered = event

    def _milliseconds(self) -> int:
        return round((time.perf_counter() - self._started) * 1000)

    def _failure(self) -> BaseException | None:
        """What kept the answer from its end, but for its reader."""
        if not self._writing.cancelled():
            return self._writing.exception()
        return None if self._by_reader else TurnInterrupted()

    def _outcome(self) -> Outcome:
        written, error = self._answered, self._error
        if error:
            status = Message.Status.INTERRUPTED if self.stream.text else Message.Status.FAILED
        else:
            status = Message.Status.COMPLETE if written else Message.Status.CANCELLED
        outcome = Outcome(
            status=status,
            content=self.stream.text,
            answered=written.answered if written and not error else None,
            degraded=written.degraded if written and not error else False,
            error_code=error.code if error else "",
            sources=tuple(self._cited),
            provider=written.provider if written else "",
            model=written.model if written else "",
            prompt_tokens=written.usage.prompt_tokens if written else None,
            completion_tokens=written.usage.completion_tokens if written else None,
            retrieval_ms=self._retrieval_ms,
            first_token_ms=self._first_token_ms,
            total_ms=self._total_ms,
            valid_citations=written.valid_citations if written else None,
            uncited_sentences=written.uncited_sentences if written else None,
            trace=self._trace,
        )
        return outcome.not_stored() if self._given_up else outcome

    async def _store(self, *, within: float | None) -> None:
        """Store the outcome, and tell what is stored then, if that comes off within so many seconds."""
        try:
            async with asyncio.timeout(within):
                stored = await self._wait_until_stored()
        # Whatever the database has against it, followers must be told.
        except Exception:
            logger.exception("Answer %s could not be stored", self.answer_id)
            return
        if self.stream.end is None:
            gone = Failed(error_body(MessageNotFound()), length=len(self.stream.text))
            self.stream.publish_end(end_of(stored, error=self._error) if stored else gone)

    async def _wait_until_stored(self) -> Outcome | None:
        """Raises what does not pass by itself."""
        pause = 0.25
        while True:
            try:
                return await in_thread(records.finish)(self.answer_id, self._outcome)
            except MAY_PASS:
                logger.warning("An answer could not be stored yet", exc_info=True)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _checkpoint(self) -> None:
        """Keep what has come and show that the turn is alive; another process may want it cancelled."""
        try:
            async with asyncio.timeout(settings.TURN_LOST_AFTER):
                goes_on = await in_thread(records.checkpoint)(self.answer_id, self.stream.text)
        # Whatever the database has against it, the answer goes on: it has an end of its own.
        except Exception:
            logger.warning("A checkpoint could not be stored", exc_info=True)
            return
        if not goes_on:
            self.stop(by_reader=True)
