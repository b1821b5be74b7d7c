"""The chat page: asking, reading answers, and what can be wrong with either."""

import json
import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.chatting import QUESTION, Frames, ask, expect_an_answer
from tests.browser.scripted_gemini import ANSWER, ScriptedGemini
from tests.browser.test_admin import sign_in
from tests.standins.gemini import errors
from tests.standins.gemini.generation import Ending

NO_STORAGE = """
    for (const area of ["localStorage", "sessionStorage"]) {
        Object.defineProperty(window, area, { get() { throw new DOMException("blocked"); } });
    }
"""
MARKDOWN = """# Code

- **bold**

```python
return 1  # one
```

| a | b |
|---|---|
| 1 | 2 |

$a_1*b*c$ [1]
"""
NO_SOCKETS = """
    window.WebSocket = class { constructor() { setTimeout(() => this.onclose?.()); } close() {} };
"""


def test_an_answer_streams_and_leads_to_its_sources(page: Page, gemini: ScriptedGemini) -> None:
    gemini.say(ANSWER, between=0.03)
    frames = Frames(page)
    page.goto("/")
    ask(page)
    expect_an_answer(page)
    source = page.locator("a.source").first
    expect(source).to_have_attribute("href", re.compile(r"/book/balance#zmp$"))
    expect(source).to_have_attribute("rel", "noopener noreferrer")
    expect(source).to_contain_text("Zero-moment point")
    kinds = [frame["type"] for frame in frames.received if frame["type"] != "pong"]
    assert kinds[:3] == ["connection", "metadata", "sources"]
    assert kinds.count("token") > 1
    assert kinds[-1] == "done"


def test_a_citation_shows_its_passage_and_leads_to_the_heading(page: Page) -> None:
    page.goto("/")
    ask(page)
    expect_an_answer(page)
    marker, passage = page.locator("a.cite").first, page.get_by_role("tooltip")
    expect(passage).to_be_hidden()
    marker.hover()
    expect(passage).to_contain_text("Balance")
    expect(passage).to_contain_text("Zero-moment point")
    expect(passage).to_contain_text("measured with force sensors")
    page.get_by_label("Your question").hover()
    expect(passage).to_be_hidden()
    marker.focus()
    expect(passage).to_be_visible()
    page.keyboard.press("Escape")
    expect(passage).to_be_hidden()
    with page.expect_popup() as opened:
        marker.click()
    opened.value.wait_for_load_state()
    assert opened.value.url.endswith("/book/balance#zmp")
    expect(opened.value.locator("#zmp")).to_be_visible()


def test_markdown_is_rendered_with_code_that_can_be_copied(page: Page, gemini: ScriptedGemini) -> None:
    gemini.say(MARKDOWN)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/")
    ask(page)
    answer = page.locator(".answer")
    expect(answer.locator("a.cite")).to_have_count(1)
    expect(answer.locator("h3")).to_have_text("Code")
    expect(answer.locator("li strong")).to_have_text("bold")
    expect(answer.locator("td").first).to_have_text("1")
    expect(answer.locator("code.math")).to_have_text("a_1*b*c")
    expect(answer.locator(".tok-kwd")).to_have_text("return")
    page.get_by_role("button", name="Copy the code").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "return 1  # one"


def test_markup_in_a_question_is_shown_as_text(page: Page) -> None:
    attack = """<img src=x onerror="document.title='owned'"><script>document.title='owned'</script> [1]"""
    page.goto("/")
    ask(page, f"{QUESTION} {attack}")
    expect_an_answer(page)
    expect(page.locator(".question")).to_have_text(f"{QUESTION} {attack}")
    expect(page.locator("book-chat img, book-chat script")).to_have_count(0)
    expect(page).to_have_title("Ask the book")


ATTACKS = """
<img src=x onerror="document.title='owned'"> <script>document.title='owned'</script>
<b>bold</b> <svg onload="document.title='owned'"></svg> <iframe src="https://evil.example"></iframe>

[run](javascript:document.title='owned') [data](data:text/html,<b>1</b>) [mail](mailto:a@evil.example)
[relative](/admin/) ![picture](https://evil.example/p.png) <https://good.example/> [good](https://good.example/)
<a href="https://evil.example" onclick="document.title='owned'">raw</a> [1]

[1]: https://good.example/
"""


def test_markup_in_an_answer_is_shown_as_text(page: Page) -> None:
    """Whatever server the page may talk to."""
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    source = {
        "number": 1,
        "title": "Good",
        "path": ["Good"],
        "url": "https://site.example/book/good",
        "excerpt": "Good.",
    }
    done = {"answer": ATTACKS, "sources": [source], "status": "complete", "degraded": False}
    page.route_web_socket("**/ws/chat", lambda socket: answering(socket, {"answered": True, **done}))
    page.goto("/")
    ask(page)
    answer = page.locator(".answer")
    expect(answer.locator("a.cite")).to_have_count(2)
    expect(answer).to_contain_text("<b>bold</b>")
    expect(answer.locator("img, script, svg:not(.icon), iframe, b")).to_have_count(0)
    links = answer.locator("a:not(.cite)")
    assert {link.get_attribute("href") for link in links.all()} == {"https://good.example/"}
    assert {link.get_attribute("rel") for link in links.all()} == {"noopener noreferrer"}
    expect(answer.locator("a.cite").first).to_have_attribute("href", re.compile("/book/"))
    expect(page).to_have_title("Ask the book")
    assert not [address for address in fetched if "evil" in address]


def test_code_stays_code_beside_a_formula(page: Page) -> None:
    """The server takes what stands between backticks for code and lets it pass."""
    text = "$`$ [click here](http://evil.example/?q=data) ` and $a_1 + b$"
    done = {"answer": text, "sources": [], "status": "complete", "degraded": False}
    page.route_web_socket("**/ws/chat", lambda socket: answering(socket, {"answered": True, **done}))
    page.goto("/")
    ask(page)
    expect(page.locator(".answer")).to_contain_text("[click here]")
    expect(page.locator(".answer a")).to_have_count(0)


def test_a_model_cannot_link_to_where_the_book_does_not(page: Page, gemini: ScriptedGemini) -> None:
    gemini.say(ATTACKS)
    page.goto("/")
    ask(page)
    expect(page.locator(".answer a.cite").first).to_be_visible()
    expect(page.locator(".answer a:not(.cite)")).to_have_count(0)
    expect(page.locator(".answer img, .answer script, .answer iframe")).to_have_count(0)


def test_markup_in_titles_is_shown_as_text_and_bad_addresses_are_no_links(page: Page) -> None:
    evil = "<img src=x onerror=\"document.title='owned'\">"
    sources = [
        {"number": 1, "title": evil, "path": [evil, evil], "url": "javascript:alert(1)", "excerpt": evil},
        {"number": 2, "title": "Good", "path": ["Good"], "url": "https://book.example/", "excerpt": evil},
    ]
    done = {"answer": "So [1] [2] [7]", "sources": sources, "status": "complete", "degraded": False}
    page.route_web_socket("**/ws/chat", lambda socket: answering(socket, {"answered": True, **done}))
    page.goto("/")
    ask(page)
    expect(page.locator(".answer .cite")).to_have_count(3)
    expect(page.locator("a.cite")).to_have_count(1)
    page.locator(".cite").first.hover()
    expect(page.get_by_role("tooltip")).to_contain_text(evil)
    expect(page.locator("book-chat img")).to_have_count(0)
    expect(page.locator("a[href^='javascript:']")).to_have_count(0)
    expect(page).to_have_title("Ask the book")


def answering(socket: WebSocketRoute, done: dict[str, object]) -> None:
    ids = {"message_id": "m", "conversation_id": "c", "seq": 99}

    def on_message(message: str) -> None:
        if json.loads(message)["type"] == "ask":
            socket.send(json.dumps({"type": "done", **done, **ids}))

    socket.on_message(on_message)


def test_a_follow_up_stays_in_its_conversation_until_a_new_one_is_begun(page: Page) -> None:
    frames = Frames(page)
    page.goto("/")
    ask(page)
    expect_an_answer(page)
    ask(page, "And how is it measured?")
    expect(page.locator(".turn")).to_have_count(2)
    expect_an_answer(page)
    page.get_by_role("button", name="New conversation").first.click()
    expect(page.locator(".turn")).to_have_count(0)
    ask(page)
    expect_an_answer(page)
    first, second, third = (frame["conversation_id"] for frame in frames.of("metadata"))
    assert first == second != third


def test_suggested_questions_are_made_of_the_books_titles(page: Page) -> None:
    page.goto("/")
    expect(page.locator(".suggestion")).to_have_text(
        ["What does the book say about Balance?", "What does the book say about Hands?"]
    )
    page.locator(".suggestion").first.click()
    expect_an_answer(page)
    expect(page.locator(".question")).to_have_text("What does the book say about Balance?")


def test_where_the_book_does_not_say_the_nearest_sections_are_offered(
    page: Page, gemini: ScriptedGemini
) -> None:
    gemini.say("[[not-in-book]] It says nothing of this.")
    page.goto("/")
    ask(page)
    expect(page.locator(".mark.unanswered")).to_have_text("The book does not say")
    expect(page.get_by_role("region", name="Nearest sections").locator("a").first).to_be_visible()
    expect(page.locator(".answer")).to_have_text("It says nothing of this.")


def test_an_answer_that_quotes_in_place_of_the_model_is_marked(page: Page, gemini: ScriptedGemini) -> None:
    gemini.fail(errors.KEY_INVALID)
    page.goto("/")
    ask(page)
    expect(page.locator(".mark.degraded")).to_contain_text("quotations from the book")
    expect(page.locator("a.source").first).to_be_visible()


def test_an_answer_is_stopped_and_what_came_of_it_stays(page: Page, gemini: ScriptedGemini) -> None:
    gemini.say("So far so good " * 200, between=0.1)
    page.goto("/")
    ask(page)
    expect(page.locator(".answer")).to_contain_text("So far")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".mark.stopped")).to_be_visible()
    expect(page.locator(".answer")).to_contain_text("So far")
    expect(page.get_by_label("Your question")).to_be_focused()


def test_a_question_is_edited_and_asked_again(page: Page) -> None:
    page.goto("/")
    ask(page)
    expect_an_answer(page)
    page.locator(".turn").hover()
    page.get_by_role("button", name="Edit and ask again").click()
    field = page.get_by_label("Your question")
    expect(field).to_have_value(QUESTION)
    expect(field).to_be_focused()
    field.fill("How is it measured?")
    field.press("Enter")
    expect(page.locator(".question").last).to_have_text("How is it measured?")
    expect_an_answer(page)


def test_an_error_counts_down_to_another_try(page: Page) -> None:
    error = {"type": "error", "code": "throttled", "detail": "Too many requests.", "retryable": True}
    sockets: list[WebSocketRoute] = []

    def refuse_once(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        if len(sockets) > 1:
            socket.connect_to_server()
            return
        refused = json.dumps({**error, "retry_after": 2})
        socket.on_message(
            lambda message: socket.send(refused) if json.loads(message)["type"] == "ask" else None
        )

    page.route_web_socket("**/ws/chat", refuse_once)
    page.goto("/")
    ask(page)
    expect(page.locator(".failure")).to_contain_text("Too many requests.")
    button = page.locator(".failure button")
    expect(button).to_have_text("Try again in 2 s")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(button).to_have_text("Try again")
    button.click()
    expect_an_answer(page)
    expect(page.locator(".turn")).to_have_count(1)


def test_an_answer_that_broke_off_is_kept_and_can_be_asked_for_again(
    page: Page, gemini: ScriptedGemini
) -> None:
    gemini.say("It begins well [1] and then", ending=Ending.DROPPED)
    page.goto("/")
    ask(page)
    expect(page.locator(".failure")).to_be_visible()
    expect(page.locator(".answer")).to_contain_text("It begins well")
    gemini.reset()
    page.get_by_role("button", name="Try again").click()
    expect_an_answer(page)
    expect(page.locator(".turn")).to_have_count(1)


@pytest.mark.parametrize("obstacle", [NO_STORAGE, NO_SOCKETS], ids=["no storage", "no sockets"])
def test_it_works_where_the_browser_allows_less(page: Page, obstacle: str) -> None:
    page.add_init_script(obstacle)
    page.goto("/")
    ask(page)
    expect_an_answer(page)
    ask(page, "And how is it measured?")
    expect(page.locator(".turn")).to_have_count(2)
    expect_an_answer(page)
    page.get_by_role("button", name="Conversations", exact=True).click()
    expect(page.locator(".conversations li")).to_have_count(1)


def test_a_token_that_the_server_no_longer_knows_is_replaced(page: Page, server: str) -> None:
    key = f"book-chat:{server}:visitor"
    page.goto("/")
    page.evaluate("([key]) => localStorage.setItem(key, '\"forged:token\"')", [key])
    page.reload()
    ask(page)
    expect_an_answer(page)
    assert "forged" not in page.evaluate("([key]) => localStorage.getItem(key)", [key])


def test_it_says_that_the_book_is_being_prepared_until_it_is_ready(page: Page) -> None:
    states = [
        {"status": "building", "building": {"phase": "embedding", "done": 1, "total": 4}},
        {"status": "ready", "building": None},
    ]
    page.route("**/v1/index", lambda route: route.fulfill(json=states.pop(0)))
    page.goto("/")
    expect(page.locator(".notice")).to_contain_text("25%")
    expect(page.locator(".notice")).to_be_hidden()


def test_nothing_is_fetched_from_elsewhere(page: Page, server: str) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto("/")
    ask(page)
    expect_an_answer(page)
    assert fetched
    assert all(address.startswith(f"{server}/") for address in fetched)


@pytest.mark.parametrize("width", [320, 390, 1600])
def test_nothing_sticks_out_of_the_page(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.goto("/")
    ask(page, f"{QUESTION} {'x' * 300}")
    expect_an_answer(page)
    scroller = page.locator(".scroller")
    assert scroller.evaluate("element => element.scrollWidth - element.clientWidth") <= 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    send = page.get_by_role("button", name="Ask", exact=True).bounding_box()
    assert send is not None
    assert send["x"] + send["width"] <= width


def test_the_reasons_for_a_rating_reach_the_owner(page: Page) -> None:
    page.goto("/")
    ask(page)
    expect_an_answer(page)
    page.get_by_role("button", name="Not helpful").click()
    page.get_by_text("Incomplete").click()
    page.get_by_label("Anything else?").fill("It leaves out the ankles.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    sign_in(page)
    page.goto("/admin/chat/feedback/")
    expect(page.get_by_text("It leaves out the ankles.").first).to_be_visible()


def test_a_rating_is_withdrawn_by_pressing_it_again(page: Page) -> None:
    page.goto("/")
    ask(page)
    expect_an_answer(page)
    helpful = page.get_by_role("button", name="Helpful", exact=True)
    with page.expect_response(lambda response: response.request.method == "PUT"):
        helpful.click()
    expect(helpful).to_have_attribute("aria-pressed", "true")
    with page.expect_response(lambda response: response.request.method == "DELETE") as withdrawn:
        helpful.click()
    assert withdrawn.value.status == 204
    expect(helpful).to_have_attribute("aria-pressed", "false")
