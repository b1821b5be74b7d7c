"""While a question is answered the event loop's thread does next to nothing, however long it all is."""

import asyncio
import sys
from collections import Counter
from types import FrameType
from typing import Any

import pytest

from knowledge.answering import Answered, Question, answer, search
from knowledge.bounds import PASSAGES, QUESTION_CHARACTERS, SELECTION_CHARACTERS
from knowledge.runtime import close_runtime, runtime
from knowledge.types import PastTurn, Selection

MOST_CALLS = 5000  # of Python functions in one callback: a millisecond or two
UNITS = ("word ", "- a\n", "1. ", "[", "漢字。")


class Calls:
    """Counts the functions that a callback of the event loop calls in the loop's own thread."""

    def __init__(self) -> None:
        self.most: Counter[str] = Counter()  # those of the callback that called most, by name
        self._calls: Counter[str] = Counter()

    def __enter__(self) -> "Calls":
        sys.setprofile(self._note)  # of this thread alone
        return self

    def __exit__(self, *exc: object) -> None:
        sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, argument: Any) -> None:
        if event != "call":
            return
        if frame.f_code is asyncio.Handle._run.__code__:
            self.most = max(self.most, self._calls, key=Counter.total)
            self._calls = Counter()
        self._calls[frame.f_code.co_qualname] += 1


@pytest.fixture
async def book(sample_index, settings):
    settings.INDEX_DIR = sample_index
    await runtime().prepare()
    yield
    await close_runtime()


def filled(beginning: str, unit: str, length: int) -> str:
    return (beginning + unit * length)[:length].strip()


async def calls_of(question: Question) -> Calls:
    await asyncio.sleep(0)
    with Calls() as calls:
        events = [event async for event in answer(question, runtime=runtime())]
    assert isinstance(events[-1], Answered)
    return calls


def long_question(unit: str, **more: Any) -> Question:
    return Question(
        filled("What is the robot's ", unit, QUESTION_CHARACTERS),
        limit=PASSAGES,
        max_output_tokens=500,
        **more,
    )


@pytest.mark.parametrize("unit", UNITS)
async def test_a_quoted_answer_keeps_the_event_loop_free(book, unit):
    selection = Selection(
        filled("The robot walks. ", unit, SELECTION_CHARACTERS), "http://site/book/docs/intro"
    )
    calls = await calls_of(long_question(unit, selection=selection))
    assert 0 < calls.most.total() < MOST_CALLS, calls.most.most_common(12)


@pytest.mark.parametrize("unit", UNITS)
async def test_a_language_models_answer_keeps_the_event_loop_free(book, scripted_model, unit):
    history = [PastTurn(filled("And it? ", unit, 4000), filled("So. ", unit, 60_000)) for _ in range(6)]
    selection = Selection(filled("The robot walks. ", unit, SELECTION_CHARACTERS))
    calls = await calls_of(long_question(unit, selection=selection, history=tuple(history)))
    assert 0 < calls.most.total() < MOST_CALLS, calls.most.most_common(12)


@pytest.mark.parametrize("unit", UNITS)
async def test_a_follow_up_keeps_the_event_loop_free(book, unit):
    history = [PastTurn(filled("And it? ", unit, 4000), filled("So. ", unit, 60_000)) for _ in range(6)]
    calls = await calls_of(long_question(unit, history=tuple(history)))
    assert 0 < calls.most.total() < MOST_CALLS, calls.most.most_common(12)


@pytest.mark.parametrize("unit", UNITS)
async def test_a_search_keeps_the_event_loop_free(book, unit):
    await asyncio.sleep(0)
    with Calls() as calls:
        assert await search(filled("What is the robot's ", unit, 4000), limit=PASSAGES, runtime=runtime())
    assert 0 < calls.most.total() < MOST_CALLS, calls.most.most_common(12)
