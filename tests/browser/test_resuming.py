"""Whatever breaks on the way, an answer is shown whole, once, and asked for once."""

import json

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.browser.chatting import ask, expect_an_answer
from tests.browser.conftest import Site
from tests.browser.scripted_gemini import ScriptedGemini
from tests.browser.test_chat_page import NO_SOCKETS

LONG = " ".join(f"Word-{number}" for number in range(60)) + " [1]."


@pytest.fixture
def slow_answer(gemini: ScriptedGemini) -> str:
    """One that takes about three seconds."""
    gemini.say(LONG, between=0.05)
    return LONG


def begin(page: Page) -> None:
    page.goto("/")
    ask(page)
    expect(page.locator(".answer")).to_contain_text("Word-5", timeout=15_000)
    expect(page.locator(".answer")).not_to_contain_text("Word-59")


def expect_one_answer(page: Page, answer: str, gemini: ScriptedGemini) -> None:
    expect_an_answer(page, answer)
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator("a.source")).to_have_count(1)
    assert gemini.questions == 1


def test_a_reload_in_the_middle_of_an_answer(page: Page, slow_answer: str, gemini: ScriptedGemini) -> None:
    begin(page)
    page.reload()
    expect(page.locator(".answer")).to_contain_text("Word-0")
    expect_one_answer(page, slow_answer, gemini)


def test_a_reload_before_anything_has_come(page: Page, slow_answer: str, gemini: ScriptedGemini) -> None:
    """The question has arrived, but nothing of the answer has been seen: its key joins the same answer."""
    silent = True

    def keep_back(socket: WebSocketRoute) -> None:
        server, held = socket.connect_to_server(), silent
        server.on_message(lambda message: None if held else socket.send(message))

    page.route_web_socket("**/ws/chat", keep_back)
    page.goto("/")
    ask(page)
    while gemini.questions == 0:
        page.wait_for_timeout(50)
    silent = False
    page.reload()
    expect_one_answer(page, slow_answer, gemini)


def test_a_socket_that_breaks_in_the_middle(page: Page, slow_answer: str, gemini: ScriptedGemini) -> None:
    sockets: list[WebSocketRoute] = []

    def cut_the_first(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        server, first = socket.connect_to_server(), len(sockets) == 1

        def forward(message: str | bytes) -> None:
            socket.send(message)
            if first and "-5 " in str(message):
                socket.close()

        server.on_message(forward)

    page.route_web_socket("**/ws/chat", cut_the_first)
    page.goto("/")
    ask(page)
    expect_one_answer(page, slow_answer, gemini)
    assert len(sockets) == 2


def test_an_event_stream_that_is_cut_in_the_middle(
    page: Page, slow_answer: str, gemini: ScriptedGemini
) -> None:
    """Where no socket opens; the stream goes on after the last event that was seen."""
    resumed: list[str | None] = []

    def cut(route: Route) -> None:
        body = route.fetch().text()
        route.fulfill(status=200, content_type="text/event-stream", body=body[: body.index("-20 ")])

    def note(route: Route) -> None:
        resumed.append(route.request.headers.get("last-event-id"))
        route.continue_()

    page.add_init_script(NO_SOCKETS)
    page.route("**/v1/query", cut)
    page.route("**/v1/messages/*/events", note)
    page.goto("/")
    ask(page)
    expect_one_answer(page, slow_answer, gemini)
    assert len(resumed) == 1
    assert resumed[0] is not None
    assert int(resumed[0]) > 1


def test_a_proxy_that_answers_in_the_servers_place_for_a_while(page: Page, gemini: ScriptedGemini) -> None:
    """As while a Space restarts: the question is kept, and asked once."""
    refused: list[str] = []

    def refuse_twice(route: Route) -> None:
        refused.append(route.request.url)
        if len(refused) > 2:
            route.continue_()
        else:
            route.fulfill(status=503, content_type="text/html", body="<h1>Restarting</h1>")

    page.add_init_script(NO_SOCKETS)
    page.route("**/v1/query", refuse_twice)
    page.goto("/")
    ask(page)
    expect(page.locator(".status")).to_have_text("Reconnecting…")
    expect_an_answer(page)
    assert gemini.questions == 1


def test_too_many_calls_while_reconnecting_do_not_end_the_answer(
    page: Page, slow_answer: str, gemini: ScriptedGemini
) -> None:
    throttled = {"detail": "Too many requests.", "code": "throttled", "request_id": "r", "retryable": True}
    refused: list[str] = []

    def cut(route: Route) -> None:
        body = route.fetch().text()
        route.fulfill(status=200, content_type="text/event-stream", body=body[: body.index("-20 ")])

    def refuse_once(route: Route) -> None:
        refused.append(route.request.url)
        if len(refused) > 1:
            route.continue_()
        else:
            route.fulfill(status=429, json=throttled)

    page.add_init_script(NO_SOCKETS)
    page.route("**/v1/query", cut)
    page.route("**/v1/messages/*/events", refuse_once)
    page.goto("/")
    ask(page)
    expect_one_answer(page, slow_answer, gemini)
    assert len(refused) == 2


def test_a_time_without_network(page: Page, slow_answer: str, gemini: ScriptedGemini) -> None:
    begin(page)
    page.context.set_offline(True)
    expect(page.locator(".status")).to_contain_text("You are offline")
    page.context.set_offline(False)
    expect_one_answer(page, slow_answer, gemini)


def test_a_question_asked_without_network_is_sent_when_it_is_back(page: Page, gemini: ScriptedGemini) -> None:
    page.goto("/")
    expect(page.locator(".suggestion").first).to_be_visible()
    page.context.set_offline(True)
    ask(page)
    expect(page.locator(".status")).to_contain_text("You are offline")
    assert gemini.questions == 0
    page.context.set_offline(False)
    expect_an_answer(page)
    assert gemini.questions == 1


def test_words_that_come_twice_are_shown_once(page: Page) -> None:
    """Tokens overlap and repeat, as after any resumption, and hold letters of two UTF-16 units."""

    def on_message(socket: WebSocketRoute, message: str) -> None:
        if json.loads(message)["type"] != "ask":
            return
        for event in (
            {"type": "metadata", "seq": 0, "conversation_id": "c"},
            {"type": "sources", "seq": 1, "sources": []},
            {"type": "token", "seq": 4, "content": "a😀b"},
            {"type": "token", "seq": 4, "content": "a😀b"},
            {"type": "token", "seq": 6, "content": "😀bcd"},
        ):
            socket.send(json.dumps({**event, "message_id": "m"}))

    page.route_web_socket(
        "**/ws/chat", lambda socket: socket.on_message(lambda message: on_message(socket, str(message)))
    )
    page.goto("/")
    ask(page)
    expect(page.locator(".answer")).to_have_text("a😀bcd")


def test_a_missing_part_is_fetched(page: Page, gemini: ScriptedGemini) -> None:
    gemini.say(LONG, between=0.03)
    sockets: list[WebSocketRoute] = []
    left_out: list[str] = []

    def leave_one_out(socket: WebSocketRoute) -> None:
        sockets.append(socket)

        def forward(message: str | bytes) -> None:
            if not left_out and "-10 " in str(message):
                left_out.append(str(message))
            else:
                socket.send(message)

        socket.connect_to_server().on_message(forward)

    page.route_web_socket("**/ws/chat", leave_one_out)
    page.goto("/")
    ask(page)
    expect_one_answer(page, LONG, gemini)
    assert len(sockets) == 2


def test_the_server_restarts_in_the_middle(page: Page, site: Site, gemini: ScriptedGemini) -> None:
    """What has come of the answer stays, and it is said that it broke off."""
    gemini.say(" ".join(f"Word-{number}" for number in range(4000)), between=0.05)
    begin(page)
    site.kill()
    expect(page.locator(".status")).to_have_text("Reconnecting…")
    gemini.reset()
    site.start()
    expect(page.locator(".failure")).to_contain_text("interrupted", timeout=60_000)
    expect(page.locator(".answer")).to_contain_text("Word-0 Word-1 Word-2")
    page.get_by_role("button", name="Try again").click()
    expect_an_answer(page)
    expect(page.locator(".turn")).to_have_count(1)


def test_a_lost_question_is_asked_again_under_its_key(page: Page, gemini: ScriptedGemini) -> None:
    """The first socket takes the question and dies before it says a word."""
    sockets: list[WebSocketRoute] = []

    def swallow_the_first(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        server = socket.connect_to_server()
        if len(sockets) == 1:
            server.on_message(lambda message: socket.close() if '"sources"' in str(message) else None)

    page.route_web_socket("**/ws/chat", swallow_the_first)
    page.goto("/")
    ask(page)
    expect_an_answer(page)
    assert gemini.questions == 1
    assert len(sockets) == 2
