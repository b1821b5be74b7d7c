"""For readers who do not see, do not use a mouse, or need more contrast."""

from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from tests.browser.chatting import QUESTION, ask, expect_an_answer
from tests.browser.host import HostSite
from tests.browser.scripted_gemini import ScriptedGemini

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RICH = "**Bold** and `code` [1].\n\n```python\nreturn 1  # one\n```\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\n- [x](https://x.example)"

LISTEN = """log => {
    window.announced = [];
    new MutationObserver((changes) => {
        for (const { addedNodes } of changes) announced.push(...[...addedNodes].map((p) => p.innerText));
    }).observe(log, { childList: true });
}"""


def serious_issues(page: Page) -> list[dict[str, Any]]:
    """What axe finds wrong in the page and the chat, each with where it is."""
    # Colours are looked at when they are still.
    page.wait_for_function(
        "() => document.querySelector('book-chat').shadowRoot.getAnimations()"
        ".every((animation) => animation.playState === 'finished')"
    )
    # Not under the page's own policy, which forbids to evaluate anything.
    page.evaluate(AXE)
    violations = page.evaluate("axe.run().then(({ violations }) => violations)")
    return [
        {"id": issue["id"], "nodes": [node["html"][:200] for node in issue["nodes"]]}
        for issue in violations
        if issue["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_the_page(page: Page, gemini: ScriptedGemini, scheme: Any) -> None:
    gemini.say(RICH)
    page.emulate_media(color_scheme=scheme)
    page.goto("/")
    expect(page.locator(".suggestion").first).to_be_visible()
    assert serious_issues(page) == []
    ask(page)
    expect(page.locator("a.cite")).to_be_visible()
    page.get_by_role("button", name="Not helpful").click()
    page.get_by_text("Incomplete").click()
    page.locator("a.cite").focus()
    expect(page.get_by_role("tooltip")).to_be_visible()
    page.get_by_role("button", name="Conversations", exact=True).click()
    page.locator(".conversations li").first.hover()
    page.get_by_role("button", name=f"Delete “{QUESTION}”").click()
    assert serious_issues(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_open_widget(page: Page, host_site: HostSite, theme: str) -> None:
    host_site.script = f'data-theme="{theme}" data-accent="#e8b004"'  # too bright for text, as sites have it
    page.goto(host_site.address)
    host_site.script = ""
    page.locator("book-chat .launcher").click()
    ask(page)
    expect_an_answer(page)
    assert serious_issues(page) == []


def test_everything_can_be_done_by_keys_alone(page: Page) -> None:
    page.goto("/")
    field = page.get_by_label("Your question")
    expect(field).to_be_focused()
    page.keyboard.type("What is")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("the zero-moment point?")
    expect(field).to_have_value("What is\nthe zero-moment point?")
    page.keyboard.press("Enter")
    expect_an_answer(page)
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    for name in ("Not helpful", "Helpful", "Copy the answer"):
        page.keyboard.press("Shift+Tab")
        expect(page.get_by_role("button", name=name, exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Anything else?").focus()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Helpful", exact=True)).to_be_focused()
    page.keyboard.press("/")
    expect(field).to_be_focused()
    expect(field).to_have_value("")


def test_finished_sentences_are_announced_and_no_single_words(page: Page, gemini: ScriptedGemini) -> None:
    gemini.say("One two three four. Five *six* seven eight [1]. Nine", between=0.05)
    page.goto("/")
    expect(page.get_by_label("Your question")).to_be_focused()
    page.locator("[aria-live]").evaluate(LISTEN)
    ask(page)
    expect(page.locator("a.cite")).to_be_visible()
    assert page.evaluate("announced") == [
        "One two three four.",
        "Five six seven eight .",
        "Nine",
        "The answer is complete. 1 source.",
    ]


def test_nothing_moves_for_those_who_do_not_want_it(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto("/")
    ask(page)
    expect_an_answer(page)
    assert page.evaluate("document.querySelector('book-chat').shadowRoot.getAnimations().length") == 0
