"""The product as a newcomer gets it: the sample book, the local model, quoted answers."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from django.test import AsyncClient

from chat.turns import turn_engine
from knowledge.runtime import close_runtime

pytestmark = pytest.mark.django_db(transaction=True)


@pytest_asyncio.fixture(autouse=True)
async def _sample_book(sample_index: Any, settings: Any) -> AsyncIterator[None]:
    settings.INDEX_DIR = sample_index
    yield
    await turn_engine().drain(0)
    await close_runtime()


async def ask(query: str, **fields: Any) -> Any:
    token = fields.pop("visitor_token", "")
    response = await AsyncClient().post(
        "/v1/query",
        data={"query": query, **fields},
        content_type="application/json",
        headers={"X-Visitor-Token": token} if token else {},
    )
    assert response.status_code == 200
    return response.json()


def pages(answer: Any) -> list[str]:
    return [source["url"].partition("/book/docs/")[2] for source in answer["sources"]]


@pytest.mark.parametrize(
    ("question", "page", "words"),
    [
        ("What is the zero-moment point?", "locomotion/balance#zero-moment-point", "no moment"),
        ("What is Physical AI?", "introduction#what-is-physical-ai", "Physical AI"),
        ("What is the capture point?", "locomotion/balance#capture-point", "come to a complete stop"),
    ],
)
async def test_a_question_is_answered_from_the_section_that_treats_it(question, page, words):
    answer = await ask(question)
    assert answer["answered"] is True
    assert words in answer["answer"]
    assert page in pages(answer)


async def test_every_sentence_is_quoted_and_every_source_cited():
    answer = await ask("How does a humanoid robot keep its balance?")
    numbers = {int(number) for number in re.findall(r"\[(\d+)\]", answer["answer"])}
    assert numbers == {source["number"] for source in answer["sources"]} == set(range(1, len(numbers) + 1))


async def test_a_cited_link_leads_to_its_heading():
    (url, *_) = [source["url"] for source in (await ask("What is the zero-moment point?"))["sources"]]
    path, _, anchor = url.removeprefix("http://testserver").partition("#")
    response = await AsyncClient().get(path)
    assert response.status_code == 200
    assert f'id="{anchor}"' in response.content.decode()


async def test_a_follow_up_finds_what_it_refers_to():
    first = await ask("What is the zero-moment point?")
    second = await ask(
        "and how is it measured?",
        conversation_id=first["conversation_id"],
        visitor_token=first["visitor_token"],
    )
    assert "locomotion/balance#measuring-the-zmp" in pages(second)


@pytest.mark.parametrize(
    "question",
    ["What is the capital of France?", "Who won the World Cup in 1998?", "Write me a poem about autumn."],
)
async def test_what_is_not_in_the_book_is_declined(question):
    answer = await ask(question)
    assert answer["answered"] is False
    assert answer["answer"].startswith("I could not find an answer to this in the book.")
