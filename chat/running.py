"""One turn at work: the answer is written, checkpointed, stored."""

import asyncio
import logging
import time
from contextlib import aclosing
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError

from chat import records
from chat.database import in_thread
from chat.errors import TurnInterrupted, TurnTimeout
from chat.events import Done, End, Failed, Timings
from chat.models import Message
from chat.streams import AnswerStream
from chatbot_project.errors import error_body
from knowledge.answering import Answered, AnswerEvent, Question, Retrieved, Written, answer
from knowledge.errors import ModelInterrupted
from knowledge.runtime import Runtime
from knowledge.types import Source, Usage

logger = logging.getLogger(__name__)

LONGEST_ANSWER = 65_536  # code points
SAVE_ATTEMPTS = 6


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
        self._by_reader = False
        self._stopping = False
        self._writing = asyncio.create_task(self._write())
        self._task = asyncio.create_task(self._run())

    @property
    def answer_id(self) -> UUID:
        return self.stream.metadata.message_id

    def stop(self, *, by_reader: bool) -> bool:
        """End it now, as cancelled by the reader or as interrupted because the server stops.

        Whether there was something to stop.
        """
        if self._stopping or self.stream.end is not None:
            return False
        self._stopping, self._by_reader = True, by_reader
        return self._writing.cancel()

    async def finished(self) -> None:
        """Until it is stored."""
        await asyncio.wait([self._task])

    async def _run(self) -> None:
        checkpoints = asyncio.create_task(self._checkpoint_regularly())
        try:
            failure = await self._writing
        except asyncio.CancelledError as exc:
            failure = exc if self._by_reader else TurnInterrupted()
        finally:
            checkpoints.cancel()
        self._stopping = True  # from here on there is nothing left to stop
        self._total_ms = self._milliseconds()
        end = self._ended(failure)
        try:
            await self._save(end)
        finally:
            self.stream.publish_end(end)

    async def _write(self) -> BaseException | None:
        """Write the answer; the reason if that did not come to its end."""
        try:
            async with asyncio.timeout(settings.TURN_TIMEOUT):
                async with aclosing(answer(self._question, runtime=self._runtime)) as events:
                    async for event in events:
                        self._take(event)
        except TimeoutError:
            return TurnTimeout()
        # Whatever went wrong, the turn must be stored and its followers told.
        except Exception as exc:
            return exc
        return None

    def _take(self, event: AnswerEvent) -> None:
        if isinstance(event, Retrieved):
            self._retrieval_ms, self._trace = self._milliseconds(), event.trace or None
            self.stream.publish_sources(event.sources)
        elif isinstance(event, Written):
            self._first_token_ms = self._first_token_ms or self._milliseconds()
            room = LONGEST_ANSWER - len(self.stream.text)
            self._cited += event.cited
            self.stream.publish_text(event.text[:room])
            if len(event.text) > room:
                raise ModelInterrupted(f"The answer is longer than {LONGEST_ANSWER} characters.")
        else:
            self._answered = event

    def _milliseconds(self) -> int:
        return round((time.perf_counter() - self._started) * 1000)

    def _ended(self, failure: BaseException | None) -> End:
        if failure is not None and not isinstance(failure, asyncio.CancelledError):
            return Failed(error_body(failure), length=len(self.stream.text))
        written = self._answered
        return Done(
            answer=self.stream.text,
            status=Message.Status.COMPLETE if written else Message.Status.CANCELLED,
            answered=written.answered if written else None,
            degraded=written.degraded if written else False,
            sources=tuple(self._cited),
            usage=written.usage if written else Usage(),
            timings=Timings(self._retrieval_ms, self._first_token_ms, self._total_ms),
        )

    async def _save(self, end: End) -> None:
        """Store the outcome, waiting out a database that is away for some seconds."""
        outcome = self._outcome(end)
        for attempt in range(SAVE_ATTEMPTS):
            try:
                await in_thread(records.finish)(self.answer_id, outcome)
            except (OperationalError, InterfaceError):
                logger.warning("An answer could not be stored yet", exc_info=True)
                await asyncio.sleep(0.2 * 2**attempt)
            else:
                return
        logger.error("Answer %s could not be stored", self.answer_id)

    def _outcome(self, end: End) -> records.Outcome:
        written = self._answered
        return records.Outcome(
            status=_status(end),
            text=self.stream.text,
            answered=end.answered if isinstance(end, Done) else None,
            degraded=end.degraded if isinstance(end, Done) else False,
            error_code=end.error.code if isinstance(end, Failed) else "",
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

    async def _checkpoint_regularly(self) -> None:
        """Keep what has come and show that the turn is alive; another process may want it cancelled."""
        while True:
            await asyncio.sleep(settings.TURN_CHECKPOINT_EVERY)
            try:
                if not await in_thread(records.checkpoint)(self.answer_id, self.stream.text):
                    self.stop(by_reader=True)
            except (OperationalError, InterfaceError):
                logger.warning("A checkpoint could not be stored", exc_info=True)


def _status(end: End) -> str:
    if isinstance(end, Done):
        return end.status
    return Message.Status.INTERRUPTED if end.length else Message.Status.FAILED
