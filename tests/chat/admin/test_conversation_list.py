"""The list of conversations: what a row says, what narrows the list, what it costs."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests.chat.admin.conftest import MakeConversation, rate

LIST = "/admin/chat/conversation/"


def listed(client: Client, **parameters: str) -> set[str]:
    """The first questions of the conversations that the list shows."""
    response = client.get(LIST, parameters)
    assert response.status_code == 200
    return {conversation.first_question for conversation in response.context["cl"].result_list}


def test_a_row_shows_question_visitor_channel_turns_and_feedback(
    owner: Client, make_conversation: MakeConversation
) -> None:
    conversation = make_conversation("What is ZMP?", "And how is it measured?", channel="websocket")
    rate(conversation, "up", turn=0)
    rate(conversation, "down", turn=1)
    page = owner.get(LIST).content.decode()
    assert "What is ZMP?" in page
    assert conversation.visitor.hex[:8] in page
    assert "WebSocket" in page
    assert "👍\N{NO-BREAK SPACE}1 👎\N{NO-BREAK SPACE}1" in page
    (row,) = owner.get(LIST).context["cl"].result_list
    assert row.turns == 2


def test_a_row_is_marked_where_something_went_unanswered_or_degraded(
    owner: Client, make_conversation: MakeConversation
) -> None:
    make_conversation("Who won the 1954 world cup?", "And 1958?", answered=False, degraded=True)
    page = owner.get(LIST).content.decode()
    assert "2 unanswered" in page
    assert "degraded" in page


def test_a_question_in_the_list_is_text_and_never_markup(
    owner: Client, make_conversation: MakeConversation
) -> None:
    make_conversation("<script>alert(1)</script><img src=x onerror=alert(2)>")
    page = owner.get(LIST).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("rows", [2, 30])
@pytest.mark.parametrize("search", ["", "torque", 'torque "support polygon"'])
def test_the_list_takes_four_queries_however_long_it_is(
    owner: Client,
    make_conversation: MakeConversation,
    django_assert_num_queries,
    rows: int,
    search: str,
) -> None:
    for number in range(rows):
        conversation = make_conversation(f"What is torque {number}?", "And then?", answered=bool(number % 2))
        rate(conversation, "up" if number % 3 else "down")
    with django_assert_num_queries(4):
        assert len(listed(owner, q=search)) == rows


def test_search_finds_words_in_questions_and_in_answers(
    owner: Client, make_conversation: MakeConversation
) -> None:
    make_conversation("What is torque?", "And inertia?")
    make_conversation("What is a gripper?", answer="It holds things [1].")
    assert listed(owner, q="inertia") == {"What is torque?"}
    assert listed(owner, q="holds") == {"What is a gripper?"}
    assert listed(owner, q='"holds things"') == {"What is a gripper?"}
    assert listed(owner, q='"things holds"') == set()


def test_the_words_of_a_search_may_stand_in_different_messages(
    owner: Client, make_conversation: MakeConversation
) -> None:
    make_conversation("What is torque?", "And inertia?")
    assert listed(owner, q="torque inertia") == {"What is torque?"}
    assert listed(owner, q="torque gripper") == set()


@pytest.mark.parametrize("search", ["%", "'", '"', "\\", "a'b\"c", "'\"", "\U0001d54f"])
def test_a_search_for_odd_characters_finds_nothing_and_breaks_nothing(
    owner: Client, make_conversation: MakeConversation, search: str
) -> None:
    make_conversation("What is torque?")
    assert listed(owner, q=search) == set()


def test_search_finds_a_visitor_and_a_conversation_by_id(
    owner: Client, make_conversation: MakeConversation
) -> None:
    visitor = uuid4()
    mine = make_conversation("What is torque?", visitor=visitor)
    make_conversation("What is a gripper?")
    assert listed(owner, q=str(visitor)) == {"What is torque?"}
    assert listed(owner, q=str(mine.pk)) == {"What is torque?"}


def test_filters_by_channel_answered_and_degraded(owner: Client, make_conversation: MakeConversation) -> None:
    make_conversation("plain")
    make_conversation("gap", answered=False, channel="sse")
    make_conversation("limping", degraded=True, channel="widget")
    assert listed(owner, channel__exact="sse") == {"gap"}
    assert listed(owner, answered="no") == {"gap"}
    assert listed(owner, answered="yes") == {"plain", "limping"}
    assert listed(owner, degraded="yes") == {"limping"}
    assert listed(owner, degraded="no") == {"plain", "gap"}


def test_filters_by_rating(owner: Client, make_conversation: MakeConversation) -> None:
    rate(make_conversation("liked"), "up")
    rate(make_conversation("disliked"), "down")
    make_conversation("unrated")
    assert listed(owner, rating="up") == {"liked"}
    assert listed(owner, rating="down") == {"disliked"}
    assert listed(owner, rating="none") == {"unrated"}


def test_a_range_of_days_includes_both_of_its_ends(
    owner: Client, make_conversation: MakeConversation
) -> None:
    for day in (1, 2, 3, 4):
        make_conversation(f"day {day}", updated_at=datetime(2026, 11, day, 23, 59, tzinfo=UTC))
    assert listed(owner, updated_at_from="2026-11-02", updated_at_to="2026-11-03") == {"day 2", "day 3"}
    assert listed(owner, updated_at_from="2026-11-04") == {"day 4"}
    assert listed(owner, updated_at_to="not a day") == {"day 1", "day 2", "day 3", "day 4"}


def test_staff_may_look_but_neither_add_nor_change_nor_delete(
    viewer: Client, make_conversation: MakeConversation
) -> None:
    conversation = make_conversation("What is torque?")
    assert listed(viewer) == {"What is torque?"}
    change = reverse("admin:chat_conversation_change", args=[conversation.pk])
    assert viewer.get(change).status_code == 200
    assert viewer.post(change, {"title": "Rewritten"}).status_code == 403
    assert viewer.get(f"{LIST}add/").status_code == 403
    delete = reverse("admin:chat_conversation_delete", args=[conversation.pk])
    assert viewer.post(delete, {"post": "yes"}).status_code == 403


def test_nobody_rewrites_a_conversation_and_its_owner_may_delete_it(
    owner: Client, make_conversation: MakeConversation
) -> None:
    conversation = make_conversation("What is torque?")
    rate(conversation, "down")
    change = reverse("admin:chat_conversation_change", args=[conversation.pk])
    assert owner.post(change, {"title": "Rewritten"}).status_code == 403
    assert owner.get(f"{LIST}add/").status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [str(conversation.pk)], "post": "yes"}
    assert owner.post(LIST, chosen).status_code == 302
    assert listed(owner) == set()


def test_an_outsider_is_sent_to_sign_in(outsider: Client, client: Client) -> None:
    for stranger in (outsider, client):
        response = stranger.get(LIST)
        assert response.status_code == 302
        assert response.url.startswith("/admin/login/")


def test_filters_can_show_how_much_each_would_leave(
    owner: Client, make_conversation: MakeConversation
) -> None:
    rate(make_conversation("gap", answered=False), "down")
    make_conversation("plain")
    page = owner.get(LIST, {"_facets": "True"}).content.decode()
    for choice in ("Something was not in the book (1)", "Never (2)", "👎 Not helpful (1)", "Not rated (1)"):
        assert choice in page
