"""What a reader does at the chat."""

import json
from typing import Any

from playwright.sync_api import Page, WebSocket, expect

from tests.browser.scripted_gemini import ANSWER

QUESTION = "What is the zero-moment point?"


def shown(answer: str) -> str:
    """An answer as it is read: markers are links of their number, close to the word before."""
    return answer.replace(" [", "[").replace("[", "").replace("]", "")


def ask(page: Page, question: str = QUESTION) -> None:
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()


def expect_an_answer(page: Page, answer: str = ANSWER) -> None:
    turn = page.locator(".turn").last
    expect(turn.locator(".answer")).to_have_text(shown(answer), timeout=20_000)
    expect(turn.locator(".answer")).not_to_have_attribute("aria-busy", "true")
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()


class Frames:
    """What passes over the page's WebSockets."""

    def __init__(self, page: Page) -> None:
        self.sockets = 0
        self.sent: list[dict[str, Any]] = []
        self.received: list[dict[str, Any]] = []
        page.on("websocket", self._watch)

    def _watch(self, socket: WebSocket) -> None:
        self.sockets += 1
        socket.on("framesent", lambda frame: self.sent.append(json.loads(frame)))
        socket.on("framereceived", lambda frame: self.received.append(json.loads(frame)))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in (*self.sent, *self.received) if frame["type"] == kind]
