"""Conversations, messages and feedback: the owner's, and nobody else's."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from chat.database import in_thread
from chat.models import Conversation, Feedback
from chat.serializers import ConversationSerializer

pytestmark = pytest.mark.usefixtures("book")
QUESTION = "What is the zero-moment point?"


@pytest.fixture
async def answer(alice):
    return (await alice.ask(QUESTION)).json()


@pytest.fixture
async def paths(answer):
    conversation = f"/v1/conversations/{answer['conversation_id']}"
    message = f"/v1/messages/{answer['message_id']}"
    return {
        "conversation": conversation,
        "messages": f"{conversation}/messages",
        "events": f"{message}/events",
        "cancel": f"{message}/cancel",
        "feedback": f"{message}/feedback",
    }


async def test_my_conversations_are_listed_newest_first(alice):
    ids = [(await alice.ask(f"Question {number}?")).json()["conversation_id"] for number in range(3)]
    await alice.ask("More?", conversation_id=ids[0])
    page = (await alice.get("/v1/conversations?page_size=2")).json()
    assert [found["id"] for found in page["results"]] == [ids[0], ids[2]]
    assert page["results"][0] | {"created_at": 0, "updated_at": 0} == {
        "id": ids[0],
        "title": "Question 0?",
        "message_count": 4,
        "created_at": 0,
        "updated_at": 0,
    }
    rest = (await alice.get(page["next"].replace("http://testserver", ""))).json()
    assert [found["id"] for found in rest["results"]] == [ids[1]]
    assert rest["next"] is None


async def test_a_conversations_messages_tell_all_of_it(alice, answer, paths):
    question, reply = (await alice.get(paths["messages"])).json()["results"]
    assert (question["role"], question["content"]) == ("user", QUESTION)
    assert (reply["id"], reply["content"]) == (answer["message_id"], answer["answer"])
    assert reply["sources"] == answer["sources"]
    assert (reply["status"], reply["answered"], reply["feedback"]) == ("complete", True, None)


async def test_a_question_tells_the_text_that_it_was_about(alice):
    page = "http://intranet/book/hands?edition=2"
    answer = (await alice.ask("What is this?", selected_text="a gripper", page_url=page)).json()
    messages = await alice.get(f"/v1/conversations/{answer['conversation_id']}/messages")
    assert [message["selected_text"] for message in messages.json()["results"]] == ["a gripper", ""]


async def test_i_can_rename_and_delete_my_conversation(alice, paths):
    renamed = await alice.patch(paths["conversation"], {"title": "Balance"})
    assert renamed.json()["title"] == "Balance"
    assert (await alice.patch(paths["conversation"], {"title": " "})).status_code == 400
    assert (await alice.delete(paths["conversation"])).status_code == 204
    assert (await alice.get(paths["conversation"])).json()["code"] == "conversation_not_found"


async def test_feedback_is_set_changed_and_withdrawn(alice, paths):
    body = {"rating": "down", "reason": "wrong", "comment": "It is elsewhere."}
    for _ in range(2):
        assert (await alice.put(paths["feedback"], body)).json() == body
    await alice.put(paths["feedback"], {"rating": "up"})
    reply = (await alice.get(paths["messages"])).json()["results"][1]
    assert reply["feedback"]["rating"] == "up"
    assert await Feedback.objects.acount() == 1
    assert (await alice.delete(paths["feedback"])).status_code == 204
    assert await Feedback.objects.acount() == 0


@pytest.mark.parametrize("body", [{}, {"rating": "meh"}, {"rating": "up", "comment": "x" * 2001}])
async def test_bad_feedback_is_refused(alice, paths, body):
    assert (await alice.put(paths["feedback"], body)).json()["code"] == "invalid"


async def test_a_question_cannot_be_rated(alice, answer):
    response = await alice.put(f"/v1/messages/{answer['question_id']}/feedback", {"rating": "up"})
    assert response.json()["code"] == "message_not_found"


async def test_for_a_stranger_my_conversation_does_not_exist(mallory, newcomer, answer, paths):
    for stranger in (mallory, newcomer):
        responses = [
            await stranger.get(paths["conversation"]),
            await stranger.patch(paths["conversation"], {"title": "Mine"}),
            await stranger.delete(paths["conversation"]),
            await stranger.get(paths["messages"]),
            await stranger.get(paths["events"]),
            await stranger.post(paths["cancel"]),
            await stranger.put(paths["feedback"], {"rating": "up"}),
            await stranger.delete(paths["feedback"]),
            await stranger.get(f"/api/conversation/{answer['conversation_id']}"),
            await stranger.ask("More?", conversation_id=answer["conversation_id"]),
            await stranger.post("/api/chat", {"message": "q", "conversation_id": answer["conversation_id"]}),
        ]
        assert [response.status_code for response in responses] == [404] * len(responses)
        assert (await stranger.get("/v1/conversations")).json()["results"] == []
    assert await Conversation.objects.acount() == 1


async def test_staff_may_read_but_not_change(newcomer, paths):
    editor = await User.objects.acreate_user("editor", is_staff=True)
    await editor.user_permissions.aadd(await Permission.objects.aget(codename="view_conversation"))
    await newcomer.client.aforce_login(editor)
    assert (await newcomer.get(paths["messages"])).status_code == 200
    assert len((await newcomer.get("/v1/conversations")).json()["results"]) == 1
    for response in (
        await newcomer.patch(paths["conversation"], {"title": "Ours"}),
        await newcomer.delete(paths["conversation"]),
        await newcomer.put(paths["feedback"], {"rating": "up"}),
        await newcomer.post(paths["cancel"]),
    ):
        assert response.status_code in (403, 404)


async def test_staff_without_the_permission_sees_nothing(newcomer, paths):
    await newcomer.client.aforce_login(await User.objects.acreate_user("clerk", is_staff=True))
    assert (await newcomer.get(paths["messages"])).status_code == 404


async def test_a_replay_gives_staff_no_visitors_token(newcomer, paths):
    await newcomer.client.aforce_login(await User.objects.acreate_superuser("owner"))
    response = await newcomer.get(paths["events"])
    body = b"".join([chunk async for chunk in response.streaming_content]).decode()
    assert '"visitor_token": null' in body
    assert "X-Visitor-Token" not in response.headers


@pytest.mark.parametrize("turns", [1, 6])
async def test_reading_a_conversation_takes_a_fixed_number_of_queries(
    alice, answer, paths, turns, django_assert_max_num_queries
):
    for number in range(turns):
        await alice.ask(f"Question {number}?", conversation_id=answer["conversation_id"])

    def read() -> int:
        with django_assert_max_num_queries(5):
            return Client().get(paths["messages"], headers=alice.headers).status_code

    assert await in_thread(read)() == 200


@pytest.mark.parametrize("cursor", ["cD1hYmM=", "cD0=", "cD0lMDA=", "cD0yMDI2LTEzLTQ1", "!", "%00"])
async def test_a_cursor_made_by_hand_is_not_found(alice, answer, paths, cursor):
    for path in ("/v1/conversations", paths["messages"]):
        response = await alice.get(f"{path}?cursor={cursor}")
        assert response.status_code in (200, 404), path
        assert response.status_code == 200 or response.json()["code"] == "not_found"


async def test_renaming_does_not_bring_back_a_deleted_conversation(alice, paths, monkeypatch):
    original = ConversationSerializer.validate

    def delete_meanwhile(self, attrs):
        Conversation.objects.all().delete()
        return original(self, attrs)

    monkeypatch.setattr(ConversationSerializer, "validate", delete_meanwhile)
    assert (await alice.patch(paths["conversation"], {"title": "Back"})).status_code == 404
    assert await Conversation.objects.acount() == 0


async def test_a_head_of_an_event_stream_sends_no_stream(alice, paths):
    response = await alice.client.head(paths["events"], headers=alice.headers)
    assert response.status_code == 405


async def test_options_beside_those_of_cors_are_refused_in_the_usual_shape(alice, paths):
    for path in [*paths.values(), "/v1/query", "/v1/conversations"]:
        assert (await alice.client.options(path)).json()["code"] == "method_not_allowed", path
