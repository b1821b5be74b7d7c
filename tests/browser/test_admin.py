"""The admin as its owner sees it, after readers have asked."""

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import OWNER, PASSWORD

ATTACK = "<img src=x onerror=\"document.title='owned'\"> what is the zero-moment point?"


def test_the_owner_finds_a_conversation_and_reads_it(page: Page, server: str) -> None:
    answer = httpx.post(f"{server}/v1/query", json={"query": ATTACK}, timeout=30).json()
    assert answer["sources"]
    sign_in(page)
    page.get_by_role("link", name="Conversations").first.click()
    page.get_by_role("link", name=ATTACK).first.click()
    transcript = page.locator(".transcript")
    expect(transcript.locator(".entry-user .entry-text").first).to_have_text(ATTACK)
    expect(transcript.locator(".entry-assistant .entry-text").first).to_have_text(answer["answer"])
    expect(transcript.locator(".citations a").first).to_have_attribute("rel", "noopener noreferrer")
    expect(transcript.locator("img")).to_have_count(0)
    assert page.title() != "owned"
    transcript.locator(".trace summary").first.click()
    expect(transcript.locator(".trace table").first).to_be_visible()


def test_an_export_is_downloaded(page: Page, server: str) -> None:
    httpx.post(f"{server}/v1/query", json={"query": "What is a gripper?"}, timeout=30).raise_for_status()
    sign_in(page)
    page.goto("/admin/chat/conversation/")
    page.locator("input.action-select").first.check()
    page.locator("select[name=action]").select_option("export_as_csv")
    with page.expect_download() as download:
        page.get_by_role("button", name="Run").click()
    assert download.value.suggested_filename.startswith("conversations-")


def sign_in(page: Page) -> None:
    page.goto("/admin/")
    page.locator("input[name=username]").fill(OWNER)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("link", name="Conversations").first).to_be_visible()
