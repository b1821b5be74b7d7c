"""Draws docs/images/chat.svg: the chat page of a running server, with a question and its follow-up.

    python docs/make_screenshots.py http://localhost:7860

Needs requirements-dev.txt and Chromium. The picture is kept within an SVG, because that is a text file: the
Git of Hugging Face takes binary files only through an extension that not everybody has.
"""

import argparse
import base64
import shutil
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

IMAGES = Path(__file__).parent / "images"
QUESTIONS = ("What is the zero-moment point?", "And what happens when it reaches the edge?")
WIDTH, HEIGHT = 860, 760  # CSS pixels
ANSWERED_WITHIN = 30_000  # ms


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw the pictures of README.md.")
    parser.add_argument("url", help="a running server's address")
    address = parser.parse_args().url
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(
            base_url=address, viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1.5
        )
        page.goto("/")
        for question in QUESTIONS:
            _ask(page, question)
        page.evaluate("window.scrollTo(0, 0)")
        (IMAGES / "chat.svg").write_text(_svg(page.screenshot()))
        browser.close()


def _ask(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask").click()
    expect(page.locator(".turn").last.locator(".sources li").first).to_be_visible(timeout=ANSWERED_WITHIN)
    expect(page.get_by_role("button", name="Ask")).to_be_enabled()


def _svg(png: bytes) -> str:
    picture = base64.b64encode(png).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}"><title>The chat page</title><image width="{WIDTH}" height="{HEIGHT}" '
        f'href="data:image/png;base64,{picture}"/></svg>\n'
    )


if __name__ == "__main__":
    main()
