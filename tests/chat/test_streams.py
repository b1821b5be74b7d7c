"""Following an answer: nothing twice, nothing skipped, wherever a follower joins."""

import asyncio
from contextlib import aclosing
from uuid import uuid4

import pytest

from chat.events import Done, Idle, Metadata, Sources, Timings, Token
from chat.streams import AnswerStream
from knowledge.types import Usage

TEXT = "Robots wälk 🤖 on."


def new_stream() -> AnswerStream:
    return AnswerStream(Metadata(uuid4(), uuid4(), uuid4(), uuid4(), "request"))


def done(text: str) -> Done:
    return Done(text, "complete", True, False, (), Usage(), Timings())


async def followed(stream: AnswerStream, after: int = -1):
    async with aclosing(stream.follow(after=after)) as events:
        return [event async for event in events]


async def finished_stream() -> AnswerStream:
    stream = new_stream()
    stream.publish_sources(())
    stream.publish_text(TEXT)
    stream.publish_end(done(TEXT))
    return stream


async def test_a_follower_from_the_start_gets_every_event_in_order():
    events = await followed(await finished_stream())
    assert [type(event) for event in events] == [Metadata, Sources, Token, Done]
    assert [event.seq for event in events] == [0, 1, 1 + len(TEXT), 2 + len(TEXT)]


@pytest.mark.parametrize("after", range(-1, 3 + len(TEXT)))
async def test_a_finished_answer_goes_on_from_any_place(after):
    events = await followed(await finished_stream(), after)
    text = "".join(event.content for event in events if isinstance(event, Token))
    assert text == TEXT[max(after - 1, 0) :]
    assert all(event.seq > after for event in events)


async def test_followers_of_a_running_answer_get_the_same_text_whenever_they_join():
    stream = new_stream()
    first = asyncio.create_task(followed(stream))
    stream.publish_sources(())
    late = []
    for character in TEXT:
        stream.publish_text(character)
        late.append(asyncio.create_task(followed(stream, after=len(stream.text))))
        await asyncio.sleep(0)
    stream.publish_end(done(TEXT))

    def text_of(events):
        return "".join(event.content for event in events if isinstance(event, Token))

    assert text_of(await first) == TEXT
    for joined, follower in enumerate(late, start=1):
        assert text_of(await follower) == TEXT[joined - 1 :]


async def test_a_slow_follower_gets_what_piled_up_as_one_token():
    stream = new_stream()
    async with aclosing(stream.follow()) as events:
        assert isinstance(await anext(events), Metadata)
        for character in TEXT:
            stream.publish_text(character)
        assert await anext(events) == Token(TEXT, length=len(TEXT))


async def test_an_idle_stream_says_so():
    async with aclosing(new_stream().follow(idle=0.01)) as events:
        await anext(events)
        assert await anext(events) == Idle()


async def test_the_end_comes_even_to_one_who_has_seen_more_than_was_kept():
    events = await followed(await finished_stream(), after=100)
    assert [type(event) for event in events] == [Done]


async def test_whoever_has_seen_the_end_gets_nothing_more():
    assert await followed(await finished_stream(), after=2 + len(TEXT)) == []


async def test_followers_of_a_fast_model_are_not_sent_every_syllable():
    stream = AnswerStream(new_stream().metadata, pause=lambda: 0.05)
    follower = asyncio.create_task(followed(stream))
    stream.publish_sources(())
    for character in TEXT:
        stream.publish_text(character)
        await asyncio.sleep(0.01)
    stream.publish_end(done(TEXT))
    tokens = [event for event in await follower if isinstance(event, Token)]
    assert tokens[0].content == TEXT[0]  # at once
    assert 2 <= len(tokens) <= len(TEXT) // 2
    assert "".join(token.content for token in tokens) == TEXT


async def test_what_comes_in_a_pause_is_told_after_it_though_nothing_else_comes():
    stream = AnswerStream(new_stream().metadata, pause=lambda: 0.02)
    async with aclosing(stream.follow(after=1)) as events:
        stream.publish_text("One")
        assert (await anext(events)).content == "One"
        stream.publish_text(", two")
        async with asyncio.timeout(1):
            assert await anext(events) == Token(", two", length=len("One, two"))
