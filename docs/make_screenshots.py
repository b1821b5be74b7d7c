"""Draws the pictures of README.md in docs/images, from a running server that has the sample book.

    python docs/make_screenshots.py http://localhost:7860

Needs requirements-dev.txt and Chromium. Each picture is kept within an SVG, because that is a text file: the
Git of Hugging Face takes binary files only through an extension that not everybody has.
"""

import argparse
import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

IMAGES = Path(__file__).parent / "images"
EARLIER = ("Which joints does URDF know?", "How much may a robot press on a person?")
QUESTIONS = ("What is the zero-moment point?", "Which sensors measure the forces at the feet?")
SELECTED = "On level ground the zero-moment point and the centre of pressure are the same"
SELECT = """(element, text) => {
    const start = element.firstChild.data.indexOf(text);
    getSelection().setBaseAndExtent(element.firstChild, start, element.firstChild, start + text.length);
}"""
ANSWERED_WITHIN = 30_000  # ms
# As on most readers' machines: a plain Debian has hardly any fonts. This one comes with the admin's theme.
FONT = """
    @font-face { font-family: Inter; src: url(/static/unfold/fonts/inter/Inter-Regular.woff2); }
    @font-face {
        font-family: Inter;
        font-weight: 600 700;
        src: url(/static/unfold/fonts/inter/Inter-SemiBold.woff2);
    }
    body { font-family: Inter; }
    book-chat { --book-chat-font: Inter; --book-chat-font-display: Inter; }
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw the pictures of README.md.")
    parser.add_argument("url", help="a running server's address")
    address = parser.parse_args().url
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        _chat(browser, address, "chat", width=1200, height=830)
        _chat(browser, address, "chat-dark", width=1200, height=760, color_scheme="dark")
        _welcome(browser, address)
        _widget(browser, address)
        browser.close()


def _chat(browser: Browser, address: str, name: str, *, width: int, height: int, **options: Any) -> None:
    """A question and its follow-up, below earlier conversations; in the dark a citation is looked at."""
    with _page(browser, address, width=width, height=height, **options) as page:
        page.goto("/")
        for question in EARLIER:
            _ask(page, question)
            page.get_by_role("button", name="New conversation").first.click()
        for question in QUESTIONS:
            _ask(page, question)
        page.reload()
        expect(page.locator(".conversation")).to_have_count(3)
        page.add_style_tag(content=FONT)
        if options:
            page.locator(".scroller").evaluate("element => element.scrollTop = 0")
            page.locator("a.cite").first.hover()
        else:
            page.locator(".question").last.evaluate("element => element.scrollIntoView({block: 'start'})")
        _draw(page, name, width, height)


def _welcome(browser: Browser, address: str) -> None:
    """Before the first question, on a phone."""
    phone = {"width": 390, "height": 760}
    with _page(browser, address, **phone) as page:
        page.goto("/")
        page.add_style_tag(content=FONT)
        expect(page.locator(".suggestion").first).to_be_visible()
        page.get_by_label("Your question").blur()
        _draw(page, "phone", **phone)


def _widget(browser: Browser, address: str) -> None:
    """On a page of the book, about a text that was selected there."""
    size = {"width": 1200, "height": 760}
    with _page(browser, address, **size) as page:
        page.goto("/book/docs/locomotion/balance")
        page.add_style_tag(content=FONT)
        page.add_script_tag(url="/widget.js")
        expect(page.locator("book-chat .launcher")).to_be_visible()
        page.get_by_text(SELECTED).evaluate(SELECT, SELECTED)
        page.get_by_role("button", name="Ask about this").click()
        _ask(page, QUESTIONS[0])
        page.locator(".scroller").evaluate("element => element.scrollTop = 0")
        _draw(page, "widget", **size)


@contextmanager
def _page(browser: Browser, address: str, *, width: int, height: int, **options: Any) -> Iterator[Page]:
    viewport = {"width": width, "height": height}
    context = browser.new_context(
        base_url=address, viewport=viewport, device_scale_factor=1.5, bypass_csp=True, **options
    )
    yield context.new_page()
    context.close()


def _ask(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".turn").last.locator(".actions")).to_be_visible(timeout=ANSWERED_WITHIN)


def _draw(page: Page, name: str, width: int, height: int) -> None:
    page.wait_for_timeout(600)  # until what moves has come to rest
    picture = base64.b64encode(page.screenshot()).decode()
    (IMAGES / f"{name}.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}"><title>The chat</title><image width="{width}" height="{height}" '
        f'href="data:image/png;base64,{picture}"/></svg>\n'
    )


if __name__ == "__main__":
    main()
