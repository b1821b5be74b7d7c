"""The visitor's conversations on the chat page."""

from playwright.sync_api import Page, expect

from tests.browser.chatting import QUESTION, ask, expect_an_answer


def ask_in_two_conversations(page: Page) -> None:
    page.goto("/")
    ask(page)
    expect_an_answer(page)
    page.get_by_role("button", name="New conversation").first.click()
    ask(page, "What is a gripper?")
    expect_an_answer(page)


def show_history(page: Page) -> None:
    toggle = page.get_by_role("button", name="Conversations", exact=True)
    if toggle.get_attribute("aria-expanded") != "true":
        toggle.click()


def test_conversations_survive_a_reload_and_are_gone_on_with(page: Page) -> None:
    ask_in_two_conversations(page)
    page.reload()
    expect(page.locator(".question")).to_have_text("What is a gripper?")
    titles = page.locator(".conversations .conversation")
    expect(titles).to_have_text(["What is a gripper?", QUESTION])
    expect(page.locator(".conversations [aria-current]")).to_contain_text("What is a gripper?")
    titles.last.click()
    expect(page.locator(".question")).to_have_text(QUESTION)
    expect(page.locator("a.cite").first).to_be_visible()
    ask(page, "And how is it measured?")
    expect(page.locator(".turn")).to_have_count(2)
    expect_an_answer(page)
    expect(titles).to_have_text([QUESTION, "What is a gripper?"])


def test_a_conversation_is_renamed(page: Page) -> None:
    ask_in_two_conversations(page)
    show_history(page)
    page.locator(".conversations li").last.hover()
    page.get_by_role("button", name=f"Rename “{QUESTION}”").click()
    field = page.get_by_label("New title")
    expect(field).to_be_focused()
    field.fill("<b>Balance</b>")
    field.press("Enter")
    expect(page.locator(".conversation").last).to_have_text("<b>Balance</b>")
    expect(page.get_by_role("button", name="Rename “<b>Balance</b>”")).to_be_focused()
    page.reload()
    expect(page.locator(".conversation").last).to_have_text("<b>Balance</b>")


def test_a_conversation_is_deleted_once_that_is_confirmed(page: Page) -> None:
    ask_in_two_conversations(page)
    show_history(page)
    page.locator(".conversations li").first.hover()
    page.get_by_role("button", name="Delete “What is a gripper?”").click()
    expect(page.get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".conversation")).to_have_count(2)
    page.get_by_role("button", name="Delete “What is a gripper?”").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".conversation")).to_have_text([QUESTION])
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator(".welcome")).to_be_visible()
    page.reload()
    expect(page.locator(".conversation")).to_have_text([QUESTION])


def test_on_a_phone_the_list_covers_the_chat_until_one_is_chosen(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    ask_in_two_conversations(page)
    show_history(page)
    expect(page.locator(".begin")).to_be_focused()
    assert page.locator(".main").evaluate("element => element.inert")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Conversations", exact=True)).to_be_focused()
    show_history(page)
    page.locator(".conversation").last.click()
    expect(page.locator(".question")).to_have_text(QUESTION)
    expect(page.locator(".history")).to_be_hidden()
    page.reload()
    expect(page.locator(".question")).to_have_text(QUESTION)
    expect(page.locator(".history")).to_be_hidden()
    assert not page.locator(".main").evaluate("element => element.inert")
