"""The questions that the book does not answer."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.chat.admin.conftest import MakeConversation

LIST = "/admin/chat/unansweredquestion/"


def test_it_lists_what_was_asked_in_vain_and_nothing_else(
    owner: Client, make_conversation: MakeConversation
) -> None:
    make_conversation(
        "Who won in 1954?",
        answered=False,
        trace={"question": "who won the 1954 world cup?", "evidence": 0.034},
    )
    make_conversation("What is ZMP?")
    page = owner.get(LIST).content.decode()
    assert "Who won in 1954?" in page
    assert "who won the 1954 world cup?" in page
    assert "0.03" in page
    assert "What is ZMP?" not in page


def test_a_row_leads_to_its_place_in_the_conversation(
    owner: Client, make_conversation: MakeConversation
) -> None:
    conversation = make_conversation("Who won in 1954?", answered=False)
    answer = conversation.messages.get(role="assistant")
    response = owner.get(reverse("admin:chat_unansweredquestion_change", args=[answer.pk]))
    transcript = reverse("admin:chat_conversation_change", args=[conversation.pk])
    assert response.url == f"{transcript}#message-{answer.pk}"
    assert f'id="message-{answer.pk}"' in owner.get(transcript).content.decode()


def test_search_looks_at_the_question(owner: Client, make_conversation: MakeConversation) -> None:
    make_conversation("Who won in 1954?", answered=False)
    make_conversation("Where is Bern?", answered=False)
    page = owner.get(LIST, {"q": "bern"}).content.decode()
    assert "Where is Bern?" in page
    assert "Who won in 1954?" not in page


@pytest.mark.parametrize("rows", [2, 30])
def test_the_list_takes_a_fixed_number_of_queries(
    owner: Client, make_conversation: MakeConversation, django_assert_num_queries, rows: int
) -> None:
    for number in range(rows):
        make_conversation(f"question {number}", answered=False, trace={"question": "x", "evidence": 0.1})
    with django_assert_num_queries(4):
        assert len(owner.get(LIST).context["cl"].result_list) == rows


def test_staff_may_look_and_an_outsider_may_not(
    viewer: Client, outsider: Client, make_conversation: MakeConversation
) -> None:
    conversation = make_conversation("Who won in 1954?", answered=False)
    answer = conversation.messages.get(role="assistant")
    row = reverse("admin:chat_unansweredquestion_change", args=[answer.pk])
    assert viewer.get(LIST).status_code == 200
    assert viewer.get(row).status_code == 302
    assert viewer.post(f"{LIST}add/").status_code == 403
    assert outsider.get(row).url.startswith("/admin/login/")


def test_staff_without_the_permission_learn_nothing(
    vera_who_may_view, viewer: Client, make_conversation: MakeConversation
) -> None:
    conversation = make_conversation("Who won in 1954?", answered=False)
    vera_who_may_view.user_permissions.clear()
    answer = conversation.messages.get(role="assistant")
    row = reverse("admin:chat_unansweredquestion_change", args=[answer.pk])
    assert viewer.get(LIST).status_code == 403
    assert viewer.get(row).status_code == 403
