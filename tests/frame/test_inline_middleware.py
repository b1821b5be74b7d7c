"""Sessions and messages are kept in spite of their middleware running on the event loop."""

import pytest
from asgiref.sync import sync_to_async
from django.contrib import messages
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import AsyncClient, AsyncRequestFactory

from chatbot_project import inline_middleware
from chatbot_project.inline_middleware import MessageMiddleware, SessionMiddleware

pytestmark = pytest.mark.django_db(transaction=True)


def answered_by(view):
    async def respond(request):
        view(request)
        return HttpResponse()

    return SessionMiddleware(MessageMiddleware(respond))


async def test_a_changed_session_is_saved():
    def view(request):
        request.session["place"] = "chapter 2"

    response = await answered_by(view)(AsyncRequestFactory().get("/admin/"))

    saved = await Session.objects.aget(pk=response.cookies["sessionid"].value)
    assert saved.get_decoded() == {"place": "chapter 2"}


async def test_a_message_waits_for_the_next_page():
    left = await answered_by(lambda request: messages.success(request, "Saved."))(
        AsyncRequestFactory().get("/admin/")
    )
    shown = []
    following = AsyncRequestFactory().get("/admin/")
    following.COOKIES["messages"] = left.cookies["messages"].value

    emptied = await answered_by(
        lambda request: shown.extend(str(message) for message in messages.get_messages(request))
    )(following)

    assert shown == ["Saved."]
    assert emptied.cookies["messages"].value == ""


async def test_what_has_neither_waits_for_no_thread(async_client, monkeypatch):
    def wait(function):
        raise AssertionError("A step of the middleware was given to a thread.")

    monkeypatch.setattr(inline_middleware, "sync_to_async", wait)
    response = await async_client.get("/v1/index")

    assert response.status_code == 200
    assert response.headers["X-Frame-Options"] == "DENY"


async def test_a_form_is_read_in_a_thread_and_must_bring_its_token(monkeypatch):
    given_away = []

    def noted(function):
        given_away.append(function.__name__)
        return sync_to_async(function)

    monkeypatch.setattr(inline_middleware, "sync_to_async", noted)
    client = AsyncClient(enforce_csrf_checks=True)
    page = await client.get("/admin/login/")
    form = {"username": "ann", "password": "wrong"}

    refused = await client.post("/admin/login/", form)
    assert refused.status_code == 403
    accepted = await client.post(
        "/admin/login/", {**form, "csrfmiddlewaretoken": str(page.context["csrf_token"])}
    )
    assert "Please enter the correct username and password" in accepted.content.decode()
    assert given_away.count("process_view") == 2


async def test_what_needs_no_token_is_not_read_ahead(monkeypatch):
    given_away = []
    monkeypatch.setattr(inline_middleware, "sync_to_async", given_away.append)

    response = await AsyncClient(enforce_csrf_checks=True).post(
        "/v1/query", {"query": " "}, content_type="application/json"
    )

    assert response.status_code == 400
    assert given_away == []
