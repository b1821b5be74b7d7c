"""The chat page, in a real browser and against a real server."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocket, WebSocketRoute, expect

QUESTION = "What is the zero-moment point?"
NO_STORAGE = """
    Object.defineProperty(window, "localStorage", { get() { throw new DOMException("blocked"); } });
"""
NO_SOCKETS = """
    window.WebSocket = class { constructor() { setTimeout(() => this.onclose()); } close() {} };
"""


def ask(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask").click()


def expect_an_answer(page: Page, containing: str = "zero-moment point") -> None:
    turn = page.locator(".turn").last
    expect(turn.locator(".answer")).to_contain_text(containing, ignore_case=True)
    expect(turn.locator(".sources li").first).to_be_visible()
    expect(page.get_by_role("button", name="Ask")).to_be_enabled()


class Frames:
    """What passes over the page's WebSockets."""

    def __init__(self, page: Page) -> None:
        self.sent: list[dict[str, Any]] = []
        self.received: list[dict[str, Any]] = []
        page.on("websocket", self._watch)

    def _watch(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: self.sent.append(json.loads(frame)))
        socket.on("framereceived", lambda frame: self.received.append(json.loads(frame)))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in (*self.sent, *self.received) if frame["type"] == kind]


def test_a_question_is_answered_with_links_to_the_cited_section(page: Page) -> None:
    page.goto("/")
    ask(page, QUESTION)
    expect_an_answer(page)
    source = page.locator(".sources a").first
    expect(source).to_have_attribute("href", re.compile(r"/book/balance#zmp$"))
    expect(source).to_have_attribute("rel", "noopener noreferrer")
    expect(source).to_contain_text("Zero-moment point")
    marker = page.locator(".answer a").first
    expect(marker).to_have_text(re.compile(r"^\[\d\]$"))
    expect(marker).to_have_attribute("href", re.compile(r"^http"))


def test_a_sources_link_leads_to_the_section(page: Page) -> None:
    page.goto("/")
    ask(page, QUESTION)
    expect_an_answer(page)
    page.goto(page.locator(".sources a").first.get_attribute("href"))
    expect(page.locator("#zmp")).to_be_visible()


def test_the_answer_comes_as_a_stream(page: Page) -> None:
    frames = Frames(page)
    page.goto("/")
    ask(page, QUESTION)
    expect_an_answer(page)
    kinds = [frame["type"] for frame in frames.received]
    assert kinds[:3] == ["connection", "metadata", "sources"]
    assert kinds.count("token") > 1
    assert kinds[-1] == "done"


def test_markup_in_a_question_is_shown_as_text(page: Page) -> None:
    attack = """<img src=x onerror="document.title='owned'"><script>document.title='owned'</script> [1]"""
    page.goto("/")
    ask(page, f"{QUESTION} {attack}")
    expect_an_answer(page)
    expect(page.locator(".question")).to_have_text(f"{QUESTION} {attack}")
    expect(page.locator("main img, main script")).to_have_count(0)
    expect(page).to_have_title("Ask the book")


def test_markup_and_addresses_in_an_answer_are_shown_as_text(page: Page) -> None:
    answer = "<b>bold</b> <img src=x onerror=\"document.title='owned'\"> [1] [2] [7]"
    page.route_web_socket("**/ws/chat", lambda socket: answering(socket, answer))
    page.goto("/")
    ask(page, "anything")
    expect(page.locator(".answer")).to_have_text(answer)
    expect(page.locator("main img, main b")).to_have_count(0)
    expect(page.locator("main a[href^='javascript:']")).to_have_count(0)
    expect(page.locator(".answer a")).to_have_count(1)
    expect(page).to_have_title("Ask the book")


def answering(socket: WebSocketRoute, answer: str) -> None:
    sources = [
        {"number": 1, "title": "<i>Bad</i>", "path": [], "url": "javascript:alert(1)", "excerpt": ""},
        {"number": 2, "title": "Good", "path": ["Good"], "url": "https://book.example/", "excerpt": "<u>"},
    ]
    done = {"type": "done", "answer": answer, "sources": sources, "status": "complete", "degraded": False}

    def on_message(message: str) -> None:
        if json.loads(message)["type"] == "ask":
            socket.send(json.dumps({**done, "message_id": "m", "conversation_id": "c", "seq": 99}))

    socket.on_message(on_message)


def test_a_follow_up_stays_in_its_conversation_until_a_new_one_is_begun(page: Page) -> None:
    frames = Frames(page)
    page.goto("/")
    ask(page, QUESTION)
    expect_an_answer(page)
    ask(page, "And how is it measured?")
    expect_an_answer(page, containing="force sensors")
    expect(page.locator(".turn")).to_have_count(2)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    ask(page, QUESTION)
    expect_an_answer(page)
    first, second, third = (frame["conversation_id"] for frame in frames.of("metadata"))
    assert first == second != third


def test_a_visitor_is_known_again_after_a_reload(page: Page) -> None:
    frames = Frames(page)
    page.goto("/")
    ask(page, QUESTION)
    expect_an_answer(page)
    page.reload()
    ask(page, QUESTION)
    expect_an_answer(page)
    minted = frames.of("connection")[0]["visitor_token"]
    assert [frame.get("visitor_token") for frame in frames.of("hello")] == [None, minted]


def test_a_token_that_the_server_no_longer_knows_is_replaced(page: Page) -> None:
    page.goto("/")
    page.evaluate("localStorage.setItem('book-chat-visitor', 'forged:token')")
    page.reload()
    ask(page, QUESTION)
    expect_an_answer(page)
    assert page.evaluate("localStorage.getItem('book-chat-visitor')") != "forged:token"


@pytest.mark.parametrize("obstacle", [NO_STORAGE, NO_SOCKETS], ids=["no storage", "no sockets"])
def test_it_works_where_the_browser_allows_less(page: Page, obstacle: str) -> None:
    page.add_init_script(obstacle)
    page.goto("/")
    ask(page, QUESTION)
    expect_an_answer(page)
    ask(page, "And how is it measured?")
    expect_an_answer(page, containing="force sensors")


def test_a_connection_lost_in_the_middle_of_an_answer_is_taken_up_again(page: Page) -> None:
    sockets: list[WebSocketRoute] = []

    def cut_the_first(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        server, first = socket.connect_to_server(), len(sockets) == 1

        def forward(message: str) -> None:
            socket.send(message)
            if first and json.loads(message)["type"] == "token":
                socket.close()

        server.on_message(forward)

    page.route_web_socket("**/ws/chat", cut_the_first)
    page.goto("/")
    ask(page, QUESTION)
    expect_an_answer(page)
    expect(page.locator(".turn")).to_have_count(1)
    assert len(sockets) == 2


def test_an_answer_is_stopped_and_what_came_of_it_stays(page: Page) -> None:
    def never_ending(socket: WebSocketRoute) -> None:
        def on_message(message: str) -> None:
            frame = json.loads(message)
            if frame["type"] == "ask":
                ids = {"message_id": "m", "conversation_id": "c"}
                socket.send(json.dumps({"type": "metadata", "seq": 0, **ids}))
                socket.send(json.dumps({"type": "sources", "sources": [], "seq": 1, **ids}))
                socket.send(json.dumps({"type": "token", "content": "So far", "seq": 7, **ids}))
            elif frame == {"type": "cancel", "message_id": "m"}:
                done = {"answer": "So far", "sources": [], "status": "cancelled", "degraded": False}
                socket.send(json.dumps({"type": "done", "conversation_id": "c", "seq": 8, **done}))

        socket.on_message(on_message)

    page.route_web_socket("**/ws/chat", never_ending)
    page.goto("/")
    ask(page, QUESTION)
    expect(page.locator(".answer")).to_have_text("So far")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".status")).to_have_text("Stopped.")
    expect(page.locator(".answer")).to_have_text("So far")
    expect(page.get_by_role("button", name="Ask")).to_be_enabled()


def test_an_error_says_what_to_do_and_the_question_can_be_asked_again(page: Page) -> None:
    sockets: list[WebSocketRoute] = []
    error = {"type": "error", "code": "throttled", "detail": "Please wait 3 seconds.", "retryable": True}

    def refuse_once(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        if len(sockets) > 1:
            socket.connect_to_server()
            return
        socket.on_message(
            lambda message: socket.send(json.dumps(error)) if json.loads(message)["type"] == "ask" else None
        )

    page.route_web_socket("**/ws/chat", refuse_once)
    page.goto("/")
    ask(page, QUESTION)
    expect(page.locator(".failed")).to_contain_text("Please wait 3 seconds.")
    page.get_by_role("button", name="Try again").click()
    expect_an_answer(page)
    expect(page.locator(".turn")).to_have_count(1)


def test_it_says_that_the_book_is_being_prepared_until_it_is_ready(page: Page) -> None:
    states = [
        {"status": "building", "building": {"phase": "embedding", "done": 1, "total": 4}},
        {"status": "ready", "building": None},
    ]
    page.route("**/v1/index", lambda route: route.fulfill(json=states.pop(0)))
    page.goto("/")
    notice = page.locator("#index")
    expect(notice).to_contain_text("25%")
    expect(notice).to_be_hidden()


def test_a_strict_content_security_policy_stops_nothing(page: Page) -> None:
    def with_policy(route: Any) -> None:
        response = route.fetch()
        policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
        route.fulfill(response=response, headers={**response.headers, "content-security-policy": policy})

    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.route(re.compile(r"/$"), with_policy)
    # A page that the test itself hands over counts as one of another network.
    page.context.grant_permissions(["local-network-access"])
    page.goto("/")
    ask(page, QUESTION)
    expect_an_answer(page)
    assert complaints == []


def test_nothing_is_fetched_from_elsewhere(page: Page, server: str) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto("/")
    ask(page, QUESTION)
    expect_an_answer(page)
    assert fetched
    assert all(address.startswith(f"{server}/") for address in fetched)


def test_enter_asks_and_shift_enter_begins_a_line(page: Page) -> None:
    page.goto("/")
    field = page.get_by_label("Your question")
    field.press_sequentially("What is")
    field.press("Shift+Enter")
    field.press_sequentially("the zero-moment point?")
    expect(field).to_have_value("What is\nthe zero-moment point?")
    field.press("Enter")
    expect_an_answer(page)
    expect(field).to_have_value("")


@pytest.mark.parametrize("width", [320, 1400])
def test_nothing_sticks_out_of_the_page(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.goto("/")
    ask(page, f"{QUESTION} {'x' * 300}")
    expect_an_answer(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
