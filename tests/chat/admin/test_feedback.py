"""Feedback: read, triaged and noted by the owner, never rewritten."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from chat.models import Feedback
from tests.chat.admin.conftest import MakeConversation, rate, signed_in

LIST = "/admin/chat/feedback/"


def listed(client: Client, **parameters: str) -> set[str]:
    """The comments that the list shows."""
    response = client.get(LIST, parameters)
    assert response.status_code == 200
    return {feedback.comment for feedback in response.context["cl"].result_list}


def triage_form(feedback: Feedback, **values: str) -> dict[str, str]:
    """What a browser sends when the list's own form is saved."""
    return {
        "form-TOTAL_FORMS": "1",
        "form-INITIAL_FORMS": "1",
        "form-0-id": str(feedback.pk),
        "_save": "Save",
        **{f"form-0-{name}": value for name, value in values.items()},
    }


def test_a_row_shows_what_was_asked_and_leads_to_the_answer(
    owner: Client, make_conversation: MakeConversation
) -> None:
    conversation = make_conversation("What is ZMP?", "And how is it measured?")
    feedback = rate(conversation, "down", comment="Wrong unit", turn=1)
    page = owner.get(LIST).content.decode()
    for text in ("And how is it measured?", "Wrong unit", "accuracy", "👎 Not helpful"):
        assert text in page
    transcript = reverse("admin:chat_conversation_change", args=[conversation.pk])
    assert f"{transcript}#message-{feedback.message_id}" in page


def test_a_comment_is_text_and_never_markup(owner: Client, make_conversation: MakeConversation) -> None:
    feedback = rate(make_conversation("<b>bold</b>"), "down", comment="<img src=x onerror=alert(1)>")
    for address in (LIST, reverse("admin:chat_feedback_change", args=[feedback.pk])):
        page = owner.get(address).content.decode()
        assert "&lt;img src=x onerror=alert(1)&gt;" in page
        assert "<img src=x" not in page
        assert "<b>bold" not in page


def test_triage_is_set_in_the_list(owner: Client, make_conversation: MakeConversation) -> None:
    feedback = rate(make_conversation("What is ZMP?"), "down")
    assert owner.post(LIST, triage_form(feedback, triage="accepted")).status_code == 302
    feedback.refresh_from_db()
    assert feedback.triage == Feedback.Triage.ACCEPTED


def test_triage_is_set_for_several_at_once(owner: Client, make_conversation: MakeConversation) -> None:
    several = [rate(make_conversation(f"question {number}"), "down") for number in range(3)]
    chosen = [str(feedback.pk) for feedback in several[:2]]
    owner.post(LIST, {"action": "mark_as_done", "_selected_action": chosen})
    assert [Feedback.objects.get(pk=feedback.pk).triage for feedback in several] == ["done", "done", "new"]


def test_the_owner_notes_but_does_not_rewrite(owner: Client, make_conversation: MakeConversation) -> None:
    feedback = rate(make_conversation("What is ZMP?"), "down", comment="Wrong unit")
    written_at = feedback.updated_at
    change = reverse("admin:chat_feedback_change", args=[feedback.pk])
    sent = {"triage": "done", "note": "Fixed in chapter 4", "rating": "up", "comment": "Great"}
    assert owner.post(change, sent).status_code == 302
    feedback.refresh_from_db()
    assert (feedback.triage, feedback.note) == ("done", "Fixed in chapter 4")
    assert (feedback.rating, feedback.comment) == ("down", "Wrong unit")
    assert feedback.updated_at == written_at


def test_a_reader_who_changes_their_mind_meanwhile_is_not_overwritten(
    owner: Client, make_conversation: MakeConversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    feedback = rate(make_conversation("What is ZMP?"), "down")
    save = Feedback.save

    def save_after_the_reader(self: Feedback, *args: object, **kwargs: object) -> None:
        Feedback.objects.filter(pk=self.pk).update(rating="up")
        save(self, *args, **kwargs)

    monkeypatch.setattr(Feedback, "save", save_after_the_reader)
    owner.post(LIST, triage_form(feedback, triage="accepted"))
    assert Feedback.objects.values_list("rating", "triage").get() == ("up", "accepted")


def test_filters_and_search(owner: Client, make_conversation: MakeConversation) -> None:
    rate(make_conversation("torque"), "up", comment="liked")
    rate(make_conversation("gripper"), "down", comment="disliked")
    Feedback.objects.filter(comment="liked").update(triage="done")
    assert listed(owner, rating__exact="up") == {"liked"}
    assert listed(owner, triage__exact="new") == {"disliked"}
    assert listed(owner, created_at_from="2999-01-01") == set()
    assert listed(owner, q="disliked") == {"disliked"}
    assert listed(owner, q="torque") == {"liked"}


@pytest.mark.parametrize("rows", [2, 30])
def test_the_list_takes_a_fixed_number_of_queries(
    owner: Client, make_conversation: MakeConversation, django_assert_num_queries, rows: int
) -> None:
    for number in range(rows):
        rate(make_conversation(f"question {number}", trace={"question": "x"}), "down", comment=f"{number}")
    with django_assert_num_queries(4):
        assert len(listed(owner)) == rows


def test_staff_who_may_only_view_see_it_and_change_nothing(
    viewer: Client, make_conversation: MakeConversation
) -> None:
    feedback = rate(make_conversation("What is ZMP?"), "down", comment="Wrong unit")
    assert listed(viewer) == {"Wrong unit"}
    viewer.post(LIST, triage_form(feedback, triage="done"))
    viewer.post(LIST, {"action": "mark_as_done", "_selected_action": [str(feedback.pk)]})
    change = reverse("admin:chat_feedback_change", args=[feedback.pk])
    assert viewer.post(change, {"triage": "done", "note": ""}).status_code == 403
    feedback.refresh_from_db()
    assert feedback.triage == Feedback.Triage.NEW


def test_staff_who_may_change_feedback_triage_it(
    vera_who_may_view: User, make_conversation: MakeConversation
) -> None:
    vera_who_may_view.user_permissions.add(Permission.objects.get(codename="change_feedback"))
    feedback = rate(make_conversation("What is ZMP?"), "down")
    assert signed_in(vera_who_may_view).post(LIST, triage_form(feedback, triage="done")).status_code == 302
    feedback.refresh_from_db()
    assert feedback.triage == Feedback.Triage.DONE


def test_an_outsider_is_sent_to_sign_in(outsider: Client) -> None:
    assert outsider.get(LIST).url.startswith("/admin/login/")


def test_the_form_shows_the_rating_as_words(owner: Client, make_conversation: MakeConversation) -> None:
    feedback = rate(make_conversation("What is ZMP?"), "down")
    page = owner.get(reverse("admin:chat_feedback_change", args=[feedback.pk])).content.decode()
    assert "👎 Not helpful" in page
    assert "&#x27;down&#x27;" not in page
