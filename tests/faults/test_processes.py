"""Servers that are stopped, killed and started again, and a Redis that goes away."""

import asyncio
import os
import signal
from collections.abc import Iterator

import httpx
import pytest

from tests.faults.conftest import Site, at_rest, eventually
from tests.faults.model import PIECES, TEXT
from tests.faults.readers import SocketReader, SseReader, text_of


@pytest.fixture(autouse=True)
def _two_runs_again(site: Site) -> Iterator[None]:
    yield
    if site.two.process.poll() is not None:
        restart(site)


def restart(site: Site) -> None:
    site.two.process = site.two.start()
    site.two.wait_for("/health/live")
    at_rest(site.two, site)


async def test_a_server_that_is_told_to_stop_finishes_or_stores_what_it_writes(site: Site, token):
    port = site.two.port
    short, long, longer = (site.model.question(between=between) for between in (0.05, 0.6, 0.7))
    asked = {
        short: asyncio.create_task(SseReader(port, token).ask(short)),
        long: asyncio.create_task(SseReader(port, token).ask(long)),
        longer: asyncio.create_task(SocketReader(port, token).ask(longer)),
    }
    late = SocketReader(port, token)
    async with late.opened() as socket, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as idle:
        await idle.get("/health/live")
        await eventually(lambda: set(asked) <= {each.question for each in site.answers() if each.text})
        site.two.process.send_signal(signal.SIGTERM)
        await eventually(lambda: "Stopping" in site.two.log.read_text())
        refused = await idle.post("/v1/query", json={"query": site.model.question()})
        assert (refused.status_code, refused.json()["code"]) == (503, "shutting_down")
        assert refused.headers["Retry-After"] == "5"
        await asyncio.wait_for(socket.wait_closed(), 20)
        assert socket.close_code == 1001
    ends = {question: (await task)[-1] for question, task in asked.items()}
    assert await asyncio.to_thread(site.two.process.wait, 20) == 0
    assert (ends[short]["type"], site.answer_to(short).status) == ("done", "complete")
    for question in (long, longer):
        stored = site.answer_to(question)
        assert (stored.status, stored.error_code) == ("interrupted", ends[question]["code"])
        assert text_of(asked[question].result()) == stored.text != ""


async def test_a_killed_server_loses_no_question_and_its_answer_ends(site: Site, token):
    question = site.model.question(between=0.5)
    seen = await SocketReader(site.two.port, token).ask(question, leave_after=6)
    await eventually(lambda: site.answer_to(question).text)
    site.two.kill_processes()
    kept = site.answer_to(question)
    assert kept.status == "streaming"
    rest = await SseReader(site.one.port, token).resume(seen[0]["message_id"], seen[-1]["seq"])
    assert rest[-1]["code"] == "answer_not_stored"
    stored = site.answer_to(question)
    assert (stored.status, stored.text) == ("interrupted", kept.text)
    await asyncio.to_thread(restart, site)
    everything = await SocketReader(site.two.port, token).resume(seen[0]["message_id"], -1)
    assert text_of(everything) == kept.text
    assert everything[-1]["code"] == "answer_not_stored"


async def test_a_server_that_crashes_is_replaced_and_the_answer_that_it_wrote_ends(site: Site, token):
    question = site.model.question(between=0.2)
    seen = await SseReader(site.two.port, token).ask(question, leave_after=4)
    await eventually(lambda: site.answer_to(question).text)
    os.kill(site.two.pid, signal.SIGKILL)
    rest = await SseReader(site.two.port, token).resume(seen[0]["message_id"], seen[-1]["seq"])
    assert rest[-1]["code"] == "answer_not_stored"
    stored = site.answer_to(question)
    assert stored.status == "interrupted"
    assert text_of(seen + rest).startswith(stored.text)


async def test_while_redis_is_away_servers_follow_and_stop_each_other_by_the_database(site: Site, token):
    async def follow(question: str) -> None:
        seen = await SseReader(site.one.port, token).ask(question, leave_after=4)
        seen += await SocketReader(site.two.port, token).resume(seen[0]["message_id"], seen[-1]["seq"])
        assert text_of(seen) == TEXT

    running = [asyncio.create_task(follow(site.model.question(between=0.3))) for _ in range(2)]
    await eventually(lambda: sum(answer.status == "streaming" for answer in site.answers()) == 2)
    site.redis.close()
    try:
        await asyncio.gather(*running, follow(site.model.question(between=0.2)))
        question = site.model.question(between=0.5)
        seen = await SseReader(site.one.port, token).ask(question, leave_after=3)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{site.two.port}", timeout=30) as client:
            path = f"/v1/messages/{seen[0]['message_id']}/cancel"
            stopped = (await client.post(path, headers={"X-Visitor-Token": token})).json()
        assert stopped["status"] == "cancelled"
    finally:
        site.redis.start()


async def test_with_redis_an_answer_is_followed_live_from_another_server(site: Site, token):
    """By its row, which is looked at twice a second, it would come in fewer pieces."""
    question = site.model.question(between=0.3)
    seen = await SseReader(site.one.port, token).ask(question, leave_after=2)
    rest = await SocketReader(site.two.port, token).resume(seen[0]["message_id"], 1)
    assert text_of(rest) == TEXT
    tokens = [event for event in rest if event["type"] == "token"]
    assert len(tokens) >= len(PIECES) - 2
