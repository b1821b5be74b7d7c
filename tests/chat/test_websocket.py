"""The chat over a WebSocket."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from chat.consumers import FLOOD_FRAMES
from chat.models import Feedback, Message
from chat.visitors import token_of
from chatbot_project.origins import as_patterns
from tests.chat.conftest import Socket
from tests.scripted import Script

pytestmark = pytest.mark.usefixtures("book")
QUESTION = "What is the zero-moment point?"


async def test_a_question_is_answered_event_by_event(socket):
    await socket.say("ask", query=QUESTION)
    connection, metadata, sources, *tokens, done = await socket.hear_until("done")
    assert connection["type"] == "connection"
    assert metadata["visitor_token"] == connection["visitor_token"]
    assert sources["type"] == "sources"
    assert "".join(token["content"] for token in tokens) == done["answer"] == "The book says so [1]."
    message_id = metadata["message_id"]
    assert all(event["message_id"] == message_id for event in [sources, *tokens, done])
    seqs = [event["seq"] for event in [metadata, sources, *tokens, done]]
    assert seqs == sorted(set(seqs))
    assert done["sources"][0]["url"].startswith("http://localhost/book/balance#")


async def test_hello_with_a_token_continues_as_that_visitor(socket, alice):
    await socket.say("hello", visitor_token=token_of(alice.id))
    assert (await socket.hear())["visitor_token"] == token_of(alice.id)
    await socket.say("ask", query=QUESTION)
    conversation_id = (await socket.hear_until("done"))[-1]["conversation_id"]
    assert (await alice.get(f"/v1/conversations/{conversation_id}")).status_code == 200


async def test_hello_without_a_token_gets_one(socket):
    await socket.say("hello")
    first = await socket.hear()
    await socket.say("ask", query=QUESTION)
    assert (await socket.hear_until("done"))[-1]["visitor_token"] == first["visitor_token"]


async def test_several_answers_share_a_socket(socket, scripted_model):
    gate = asyncio.Event()
    scripted_model.answer("slow", Script(gate=gate))
    await socket.say("ask", query="The slow one?")
    slow = (await socket.hear_until("sources"))[-1]["message_id"]
    await socket.say("ask", query="The quick one?")
    events = await socket.hear_until("done")
    assert events[-1]["message_id"] != slow
    gate.set()
    assert (await socket.hear_until("done"))[-1]["message_id"] == slow


async def test_an_answer_goes_on_from_any_place_over_a_new_socket(socket, alice, scripted_model):
    await socket.say("hello", visitor_token=token_of(alice.id))
    await socket.say("ask", query=QUESTION)
    done = (await socket.hear_until("done"))[-1]
    for after in range(-1, done["seq"]):
        await socket.say("resume", message_id=done["message_id"], after=after)
        events = await socket.hear_until("done")
        text = "".join(event["content"] for event in events if event["type"] == "token")
        assert text == done["answer"][max(after - 1, 0) :]
        assert all(event["seq"] > after for event in events if "seq" in event)


async def test_a_running_answer_is_cancelled(socket, scripted_model):
    scripted_model.default = Script(gate=asyncio.Event())
    await socket.say("ask", query=QUESTION)
    token = (await socket.hear_until("token"))[-1]
    await socket.say("cancel", message_id=token["message_id"])
    done = (await socket.hear_until("done"))[-1]
    assert (done["status"], done["answer"]) == ("cancelled", "The book says so")


async def test_an_answer_whose_socket_closed_is_written_to_its_end(socket, scripted_model):
    gate = asyncio.Event()
    scripted_model.default = Script(gate=gate)
    await socket.say("ask", query=QUESTION)
    await socket.hear_until("token")
    await socket.close()
    gate.set()
    async with asyncio.timeout(5):
        while (await Message.objects.aget(role="assistant")).status != "complete":
            await asyncio.sleep(0.02)


async def test_feedback_and_ping(socket):
    await socket.say("ask", query=QUESTION)
    done = (await socket.hear_until("done"))[-1]
    await socket.say("feedback", message_id=done["message_id"], rating="up", comment="Good.")
    assert (await socket.hear())["type"] == "feedback"
    assert (await Feedback.objects.aget()).comment == "Good."
    await socket.say("ping")
    assert await socket.hear() == {"type": "pong"}


async def test_another_visitors_answer_does_not_exist(socket, mallory):
    await socket.say("ask", query=QUESTION)
    message_id = (await socket.hear_until("done"))[-1]["message_id"]
    stranger = Socket(Origin="http://localhost", Host="localhost")
    assert await stranger.open()
    await stranger.say("hello", visitor_token=token_of(mallory.id))
    await stranger.hear()
    for frame in ({"type": "resume"}, {"type": "cancel"}, {"type": "feedback", "rating": "up"}):
        await stranger.communicator.send_json_to({**frame, "message_id": message_id})
        assert (await stranger.hear())["code"] == "message_not_found"
    await stranger.close()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "invalid_frame"),
        ("[]", "invalid_frame"),
        ("{}", "invalid_frame"),
        ('{"type": "shout"}', "invalid_frame"),
        ('{"type": ["ask"]}', "invalid_frame"),
        ("[" * 10_000, "invalid_frame"),
        ('{"type": "ask"}', "invalid"),
        ('{"type": "ask", "query": "\\ud800"}', "invalid"),
        (f'{{"type": "feedback", "message_id": "{UUID(int=1)}", "rating": "\\ud800"}}', "invalid"),
        ('{"type": "ask", "query": ""}', "invalid"),
        ('{"type": "resume", "message_id": "1"}', "invalid"),
        ('{"type": "hello", "visitor_token": "00:forged"}', "invalid_visitor_token"),
    ],
)
async def test_a_bad_frame_gets_an_error_and_the_socket_stays_open(socket, text, code):
    await socket.communicator.send_to(text_data=text)
    error = await socket.hear()
    assert (error["type"], error["code"]) == ("error", code)
    assert error["request_id"]
    await socket.say("ping")
    assert (await socket.hear())["type"] == "pong"


async def test_a_binary_frame_is_refused(socket):
    await socket.communicator.send_to(bytes_data=b"\x00")
    assert (await socket.hear())["code"] == "invalid_frame"


async def test_a_flooding_client_is_closed(socket):
    for _ in range(FLOOD_FRAMES + 1):
        await socket.say("ping")
    for _ in range(FLOOD_FRAMES):
        await socket.hear()
    closed = await socket.communicator.receive_output(timeout=3)
    assert (closed["type"], closed["code"]) == ("websocket.close", 4029)


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://localhost", True),
        ("https://book.example", True),
        ("https://evil.example", False),
        ("null", False),
        (None, True),
    ],
)
async def test_only_allowed_sites_may_open_a_socket(book, settings, origin, allowed):
    settings.CORS_ALLOWED_ORIGIN_REGEXES = as_patterns(["https://book.example"])
    client = Socket(Host="localhost", **({"Origin": origin} if origin else {}))
    assert await client.open() is allowed


async def test_resuming_beyond_the_end_still_tells_the_end(socket):
    await socket.say("ask", query=QUESTION)
    done = (await socket.hear_until("done"))[-1]
    await socket.say("resume", message_id=done["message_id"], after=10**9)
    assert await socket.hear() == done


async def test_an_expired_key_gives_nobody_the_token(socket, newcomer):
    secret = str(uuid4())
    await newcomer.ask(QUESTION, {"Idempotency-Key": secret})
    await Message.objects.aupdate(created_at=timezone.now() - timedelta(minutes=11))
    await socket.say("ask", query=QUESTION, idempotency_key=secret)
    assert (await socket.hear())["code"] == "idempotency_expired"
