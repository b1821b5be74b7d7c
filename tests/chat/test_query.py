"""POST /v1/query and /v1/search."""

import json

import pytest

from chat.models import Citation, Conversation, Message
from chat.visitors import visitor_of
from knowledge.errors import ModelInterrupted, ModelUnavailable
from knowledge.runtime import close_runtime
from tests.chat.conftest import Visitor, read_events
from tests.scripted import Script

pytestmark = pytest.mark.usefixtures("book")


async def test_an_answer_comes_with_the_sources_that_it_cites(alice):
    response = await alice.ask("What is the zero-moment point?")
    assert response.status_code == 200
    answer = response.json()
    assert answer["answer"] == "The book says so [1]."
    assert (answer["status"], answer["answered"], answer["degraded"]) == ("complete", True, False)
    (source,) = answer["sources"]
    assert source["number"] == 1
    assert source["url"].startswith("http://testserver/book/balance#")
    assert source["path"][0] == "Balance"
    assert answer["usage"] == {"prompt_tokens": 12, "completion_tokens": 5}
    assert response.headers["X-Visitor-Token"] == answer["visitor_token"]
    assert answer["timings_ms"]["total"] >= answer["timings_ms"]["retrieval"]


async def test_a_turn_is_stored_with_its_citations_and_trace(alice):
    answer = (await alice.ask("What is the zero-moment point?")).json()
    stored = await Message.objects.select_related("question", "conversation").aget(pk=answer["message_id"])
    assert stored.content == "The book says so [1]."
    assert stored.status == Message.Status.COMPLETE
    assert stored.question.content == "What is the zero-moment point?"
    assert stored.conversation.visitor == alice.id
    assert stored.trace["candidates"]
    assert await Citation.objects.filter(message=stored).acount() == 1


async def test_a_newcomer_gets_a_token_that_finds_the_conversation_again(newcomer):
    answer = (await newcomer.ask("Zero-moment point?")).json()
    known = Visitor(visitor_of(answer["visitor_token"]))
    history = (await known.get("/v1/conversations")).json()
    assert [conversation["id"] for conversation in history["results"]] == [answer["conversation_id"]]


async def test_the_event_stream_tells_what_the_json_answer_holds(alice):
    response = await alice.ask("What is the zero-moment point?", stream=True)
    assert response.headers["Content-Type"] == "text/event-stream"
    metadata, sources, *tokens, done = await read_events(response)
    assert metadata["type"] == "metadata"
    assert metadata["visitor_token"] == response.headers["X-Visitor-Token"]
    assert sources["type"] == "sources"
    assert sources["sources"][0]["excerpt"]
    assert "".join(token["content"] for token in tokens) == done["answer"] == "The book says so [1]."
    assert done["type"] == "done"
    assert [event["seq"] for event in (metadata, sources, done)] == [0, 1, 2 + len(done["answer"])]


async def test_accepting_an_event_stream_is_asking_for_one(alice):
    response = await alice.ask("Zero-moment point?", {"Accept": "text/event-stream"})
    assert response.headers["Content-Type"] == "text/event-stream"
    assert (await read_events(response))[-1]["type"] == "done"


async def test_earlier_turns_go_to_the_model(alice, scripted_model):
    first = (await alice.ask("What is the zero-moment point?")).json()
    await alice.ask("and how is it measured?", conversation_id=first["conversation_id"])
    contents = [message.content for message in scripted_model.prompts[-1].messages]
    assert contents[:2] == ["What is the zero-moment point?", "The book says so [1]."]
    assert contents[-1].endswith("Question: and how is it measured?")


async def test_a_selection_is_the_first_passage(alice, scripted_model):
    marked = "A gripper has two fingers"
    await alice.ask("Explain this", selected_text=marked, page_url="https://site.example/book/hands")
    prompt = scripted_model.prompts[-1]
    assert prompt.passages[0].chunk.document == "hands.md"
    assert marked in prompt.messages[-1].content


async def test_a_selection_from_outside_of_the_book_can_be_cited_itself(alice):
    page = "https://site.example/blog"
    answer = (await alice.ask("Explain", selected_text="A blog entry.", page_url=page)).json()
    assert answer["sources"][0]["url"] == page


async def test_what_the_book_does_not_say_is_declined_with_the_nearest_sections(alice, settings):
    settings.SIMILARITY_THRESHOLD = 2
    answer = (await alice.ask("What is the capital of France?")).json()
    assert answer["answered"] is False
    assert answer["answer"].startswith("I could not find an answer to this in the book.")
    assert 1 <= len(answer["sources"]) <= 3


async def test_a_greeting_is_answered_without_a_search_or_a_model(alice, scripted_model, hash_embedder):
    hash_embedder.reset()
    answer = (await alice.ask("Hello!")).json()
    assert answer["answer"].startswith("Hello!")
    assert answer["sources"] == []
    assert not scripted_model.prompts
    assert not hash_embedder.queries


async def test_a_model_that_is_away_is_replaced_by_quotes(alice, scripted_model):
    scripted_model.default = Script(pieces=(), failure=ModelUnavailable("the key is wrong: sk-secret"))
    answer = (await alice.ask("What is the zero-moment point?")).json()
    assert answer["degraded"] is True
    assert "zero-moment point" in answer["answer"]
    assert "secret" not in str(answer)


async def test_an_answer_that_breaks_off_keeps_what_came(alice, scripted_model):
    scripted_model.default = Script(pieces=("It is",), failure=ModelInterrupted("reset by peer"))
    *_, token, error = await read_events(await alice.ask("Zero-moment point?", stream=True))
    assert token["content"] == "It is"
    assert (error["type"], error["code"], error["retryable"]) == ("error", "llm_interrupted", True)
    assert "peer" not in str(error)
    stored = await Message.objects.aget(role=Message.Role.ASSISTANT)
    assert (stored.content, stored.status) == ("It is", Message.Status.INTERRUPTED)


async def test_a_stream_without_a_finish_is_an_interruption(alice, scripted_model):
    scripted_model.default = Script(pieces=("It is [1]",), finish=None)
    response = await alice.ask("Zero-moment point?")
    assert (response.status_code, response.json()["code"]) == (502, "llm_interrupted")
    stored = await Message.objects.aget(role=Message.Role.ASSISTANT)
    assert stored.content == "It is [1]"
    assert await Citation.objects.filter(message=stored).acount() == 1


async def test_before_there_is_an_index_a_stream_is_refused_with_a_status(alice, settings, tmp_path):
    settings.INDEX_DIR = tmp_path / "nothing-here"
    await close_runtime()
    response = await alice.ask("Zero-moment point?", stream=True)
    assert response.status_code == 503
    assert response.json()["code"] == "index_empty"
    stored = await Message.objects.aget(role=Message.Role.ASSISTANT)
    assert (stored.status, stored.error_code) == (Message.Status.FAILED, "index_empty")


async def test_a_new_conversation_is_named_after_its_first_question(alice):
    await alice.ask("What  is\nthe zero-moment point?" + " Really" * 50)
    conversation = await Conversation.objects.aget()
    assert conversation.title.startswith("What is the zero-moment point?")
    assert len(conversation.title) <= 100


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "query"),
        ({"query": ""}, "query"),
        ({"query": "   "}, "query"),
        ({"query": "x" * 4001}, "query"),
        ({"query": "q", "page_url": "https://site.example/" + "x" * 2000}, "page_url"),
        ({"query": "\x00"}, "query"),
        ({"query": "q", "top_k": 0}, "top_k"),
        ({"query": "q", "top_k": 21}, "top_k"),
        ({"query": "q", "top_k": "many"}, "top_k"),
        ({"query": "q", "conversation_id": "1"}, "conversation_id"),
        ({"query": "q", "selected_text": "x" * 8001}, "selected_text"),
        ({"query": "q", "page_url": "javascript:alert(1)"}, "page_url"),
        ({"query": "q", "page_url": "https://a.example/\njavascript:alert(1)"}, "page_url"),
    ],
)
async def test_a_bad_question_is_refused_naming_the_field(alice, body, field):
    response = await alice.post("/v1/query", body)
    error = response.json()
    assert response.status_code == 400
    assert (error["code"], list(error["errors"])) == ("invalid", [field])
    assert error["request_id"] == response.headers["X-Request-ID"]
    assert await Message.objects.acount() == 0


@pytest.mark.parametrize("field", ["query", "selected_text", "page_url", "idempotency_key"])
async def test_of_a_text_that_is_too_long_no_character_is_looked_at(alice, field):
    body = {"query": "q", field: "\x00" + "x" * 9000}
    (problem,) = (await alice.post("/v1/query", body)).json()["errors"][field]
    assert problem.startswith("Ensure this field has no more than")


async def test_the_longest_question_fits_into_a_body_however_it_is_written(alice):
    longest = {"query": "\N{GRINNING FACE}" * 4000, "selected_text": "\N{GRINNING FACE}" * 8000}
    assert len(json.dumps(longest)) > 140_000  # each character as two escapes
    assert (await alice.post("/v1/query", longest)).status_code == 200


async def test_malformed_json_and_other_media_types_are_refused(alice):
    response = await alice.client.post("/v1/query", data="{", content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (400, "malformed_json")
    response = await alice.client.post("/v1/query", data="query=q", content_type="text/plain")
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")
    assert (await alice.get("/v1/query")).json()["code"] == "method_not_allowed"


async def test_a_forged_token_is_refused(newcomer):
    response = await newcomer.ask("Zero-moment point?", {"X-Visitor-Token": "00:forged"})
    error = response.json()
    assert (response.status_code, error["code"]) == (401, "invalid_visitor_token")
    assert error["detail"] == "The visitor token is not valid here. Drop it and call again to get a new one."


async def test_a_search_finds_passages_without_an_answer(alice, scripted_model):
    response = await alice.post("/v1/search", {"query": "zero-moment point", "top_k": 2})
    results = response.json()["results"]
    assert [found["number"] for found in results] == [1, 2]
    assert "zero-moment" in results[0]["excerpt"]
    assert not scripted_model.prompts
    assert await Message.objects.acount() == 0
