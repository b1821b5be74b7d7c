"""A question's embedding: asked for once, remembered, done without."""

import asyncio
import gc
import logging
import weakref

from knowledge.query_vectors import REMEMBERED, query_vector
from knowledge.runtime import close_runtime


async def test_a_question_is_embedded_once_however_many_ask_it(hash_embedder):
    embedder = hash_embedder()

    first, *others = await asyncio.gather(*(query_vector("What is a gait?", embedder) for _ in range(5)))
    again = await query_vector("What is a gait?", embedder)

    assert hash_embedder.queries == ["What is a gait?"]
    assert all((vector == first).all() for vector in (*others, again))


async def test_another_embedder_is_asked_anew(hash_embedder):
    await query_vector("What is a gait?", hash_embedder())
    await query_vector("What is a gait?", hash_embedder())

    assert len(hash_embedder.queries) == 2


async def test_the_questions_of_long_ago_are_forgotten(hash_embedder):
    embedder = hash_embedder()
    questions = [f"What is gait {number}?" for number in range(REMEMBERED + 1)]
    for question in questions:
        await query_vector(question, embedder)
    hash_embedder.queries.clear()

    await query_vector(questions[-1], embedder)
    await query_vector(questions[0], embedder)

    assert hash_embedder.queries == [questions[0]]


async def test_an_outage_is_told_once_and_not_remembered(hash_embedder, caplog):
    caplog.set_level(logging.INFO)
    embedder = hash_embedder()
    await query_vector("What is a gait?", embedder)
    hash_embedder.available = False

    assert await query_vector("What is a foot?", embedder) is None
    assert await query_vector("What is a gait?", embedder) is not None
    assert await query_vector("What is a foot?", embedder) is None
    hash_embedder.available = True
    assert await query_vector("What is a foot?", embedder) is not None

    told = [record.getMessage() for record in caplog.records]
    assert [message.partition(":")[0] for message in told] == [
        "Until questions can be embedded again, words alone are searched",
        "Questions are embedded again.",
    ]


async def test_one_who_gives_up_takes_nothing_from_the_others(hash_embedder):
    embedder = hash_embedder()
    waiting = [asyncio.create_task(query_vector("What is a gait?", embedder)) for _ in range(2)]
    await asyncio.sleep(0)
    waiting[0].cancel()

    assert await waiting[1] is not None


def test_a_loop_whose_runtime_was_closed_is_not_kept(hash_embedder):
    async def ask():
        await query_vector("What is a gait?", hash_embedder())
        await close_runtime()
        return weakref.ref(asyncio.get_running_loop())

    loop = asyncio.run(ask())
    gc.collect()

    assert loop() is None
