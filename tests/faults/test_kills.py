"""A server is killed again and again while it writes long answers: what was stored is what was written."""

import asyncio
import random

from tests.faults.conftest import Site, StoredAnswer, eventually, warm_up
from tests.faults.readers import Events, SocketReader, SseReader, text_of

KILLS = 5
PIECES = tuple(f"{number} of many wälks 🤖, " for number in range(200))
READERS = 4


async def test_a_server_that_is_killed_again_and_again_loses_only_the_last_words(site: Site, token):
    for _ in range(KILLS):
        ended = {answer for answer in site.answers() if answer.status != "streaming"}
        seen = await kill_while_it_writes(site, token)
        await eventually(lambda asked=set(seen): asked <= {each.question for each in ended_of(site)})
        assert ended <= set(site.answers())
        for question, events in seen.items():
            await assert_kept(site, question, events, token)
        await asyncio.to_thread(start_again, site)
        for events in seen.values():
            everything = await SocketReader(site.two.port, token).resume(events[0]["message_id"], -1)
            assert everything[-1]["code"] == "answer_not_stored"


def start_again(site: Site) -> None:
    site.two.process = site.two.start()
    site.two.wait_for("/health/live")
    warm_up(site.two, site.model)


def ended_of(site: Site) -> list[StoredAnswer]:
    return [answer for answer in site.answers() if answer.status != "streaming"]


async def kill_while_it_writes(site: Site, token: str) -> dict[str, Events]:
    """What the readers of long answers have seen by then."""
    reader = SseReader(site.two.port, token)
    questions = [site.model.question(pieces=PIECES, between=0.04) for _ in range(READERS)]
    reading = [asyncio.create_task(reader.ask_until_cut(question)) for question in questions]
    await eventually(lambda: {each.question for each in site.answers() if each.text} >= set(questions))
    await asyncio.sleep(random.uniform(0, 1))
    site.two.kill_processes()
    return dict(zip(questions, await asyncio.gather(*reading), strict=True))


async def assert_kept(site: Site, question: str, events: Events, token: str) -> None:
    stored, written = site.answer_to(question), site.model.text_for(question)
    assert (stored.status, stored.error_code) == ("interrupted", "answer_not_stored")
    assert stored.text != ""
    assert written.startswith(stored.text)
    assert written.startswith(text_of(events))
    replay = await SseReader(site.one.port, token).resume(events[0]["message_id"], -1)
    assert (text_of(replay), replay[-1]["code"]) == (stored.text, "answer_not_stored")
