"""The widget, on pages of another site."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from chatbot_project.env import BASE_DIR
from tests.browser.chatting import Frames, ask, expect_an_answer
from tests.browser.host import HostSite
from tests.browser.test_chat_page import NO_SOCKETS

EXAMPLES = BASE_DIR / "examples"
# What Docusaurus makes of the imports of a client module.
DOCUSAURUS = """<!doctype html>
<title>A site</title>
<script type="importmap">
{"imports": {
    "@docusaurus/ExecutionEnvironment": "/environment.js",
    "@generated/docusaurus.config": "/config.js"
}}
</script>
<body><script type="module" src="/src/chat.js"></script></body>
"""
SELECT = """element => {
    const range = document.createRange();
    range.setStart(element.firstChild, 4);
    range.setEnd(element.firstChild, 21);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
}"""


@pytest.fixture
def host(host_site: HostSite, page: Page) -> Iterator[HostSite]:
    """Its pages embed the widget as they come."""
    yield host_site
    host_site.html = host_site.script = host_site.policy = ""
    host_site.files.clear()


def launcher(page: Page) -> Locator:
    return page.locator("book-chat .launcher")


def test_one_line_embeds_it_into_another_site(page: Page, host: HostSite, server: str) -> None:
    frames, fetched = Frames(page), []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(f"{host.address}/docs/balance?edition=2#zmp")
    expect(launcher(page)).to_have_text("Ask the book")
    assert not any("marked" in address for address in fetched)  # the greater part waits until it is wanted
    launcher(page).click()
    expect(page.get_by_role("dialog", name="Ask the book")).to_be_visible()
    expect(page.get_by_label("Your question")).to_be_focused()
    ask(page)
    expect_an_answer(page)
    assert frames.of("ask")[0]["page_url"] == f"{host.address}/docs/balance?edition=2"
    assert frames.of("metadata")[0]["conversation_id"]
    assert all(address.startswith((host.address, server)) for address in fetched)


def test_selected_text_is_asked_about(page: Page, host: HostSite) -> None:
    frames = Frames(page)
    page.goto(f"{host.address}/docs/balance")
    expect(launcher(page)).to_be_visible()
    page.locator("#text").evaluate(SELECT)
    page.get_by_role("button", name="Ask about this").click()
    expect(page.locator(".quoted")).to_have_text("zero-moment point")
    expect(page.get_by_label("Your question")).to_be_focused()
    ask(page, "What is this?")
    expect_an_answer(page)
    asked = frames.of("ask")[0]
    assert asked["selected_text"] == "zero-moment point"
    assert asked["page_url"] == f"{host.address}/docs/balance"
    expect(page.locator(".quote")).to_be_hidden()
    expect(page.locator(".asked-about")).to_have_text("zero-moment point")


def test_the_offer_goes_when_nothing_is_selected_any_more(page: Page, host: HostSite) -> None:
    page.goto(host.address)
    expect(launcher(page)).to_be_visible()
    page.locator("#text").evaluate(SELECT)
    offer = page.get_by_role("button", name="Ask about this")
    expect(offer).to_be_visible()
    page.evaluate("getSelection().removeAllRanges()")
    expect(offer).to_be_hidden()


@pytest.mark.parametrize("keys", ["/", "Control+k"])
def test_keys_open_it_and_escape_gives_the_focus_back(page: Page, host: HostSite, keys: str) -> None:
    page.goto(host.address)
    expect(launcher(page)).to_be_visible()
    page.get_by_role("link", name="Elsewhere").focus()
    page.keyboard.press(keys)
    expect(page.get_by_label("Your question")).to_be_focused()
    expect(page.get_by_label("Your question")).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("link", name="Elsewhere")).to_be_focused()


def test_a_slash_in_a_field_of_the_site_is_a_slash(page: Page, host: HostSite) -> None:
    page.goto(host.address)
    expect(launcher(page)).to_be_visible()
    page.get_by_label("Search").press("/")
    expect(page.get_by_label("Search")).to_have_value("/")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_keys_and_offer_can_be_turned_off(page: Page, host: HostSite) -> None:
    host.script = 'data-shortcuts="off" data-selection="off"'
    page.goto(host.address)
    expect(launcher(page)).to_be_visible()
    page.keyboard.press("/")
    page.locator("#text").evaluate(SELECT)
    page.keyboard.press("Control+k")
    launcher(page).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.locator(".offer")).to_have_count(0)
    expect(page.locator(".quote")).to_be_hidden()


def test_it_stays_open_with_its_conversation_from_page_to_page(page: Page, host: HostSite) -> None:
    page.goto(host.address)
    launcher(page).click()
    ask(page)
    expect_an_answer(page)
    page.get_by_role("link", name="Elsewhere").click()
    page.wait_for_url("**/elsewhere")
    expect_an_answer(page)
    assert page.evaluate("document.activeElement === document.body")  # a new page keeps its focus


def test_a_citation_of_the_same_site_opens_in_the_same_tab(page: Page, host: HostSite, server: str) -> None:
    def as_published(route):
        response = route.fetch()
        route.fulfill(response=response, body=response.text().replace(f"{server}/book", host.address))

    page.add_init_script(NO_SOCKETS)
    page.route("**/v1/query", as_published)
    page.goto(f"{host.address}/start")
    launcher(page).click()
    ask(page)
    expect_an_answer(page)
    page.locator("a.cite").first.click()
    page.wait_for_url(re.compile(r"/balance#zmp$"))
    expect(page.locator("#zmp")).to_be_in_viewport()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_it_is_dressed_by_attributes(page: Page, host: HostSite) -> None:
    host.script = (
        'data-title="Frag Olga" data-greeting="Guten Tag!" data-position="left" '
        'data-accent="#0a7d55" data-language="de" data-theme="dark"'
    )
    page.goto(host.address)
    expect(launcher(page)).to_have_text("Frag Olga")
    expect(launcher(page)).to_have_css("background-color", "rgb(10, 125, 85)")
    box = launcher(page).bounding_box()
    assert box is not None
    assert box["x"] < 40
    launcher(page).click()
    expect(page.get_by_role("heading", name="Guten Tag!")).to_be_visible()
    expect(page.get_by_label("Ihre Frage")).to_be_focused()
    expect(page.locator(".frame")).to_have_attribute("data-scheme", "dark")


def test_it_follows_the_look_and_the_language_of_the_site(page: Page, host: HostSite) -> None:
    host.html = 'data-theme="dark"'
    page.goto(host.address)
    expect(page.locator(".frame")).to_have_attribute("data-scheme", "dark")
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    expect(page.locator(".frame")).to_have_attribute("data-scheme", "light")


def test_an_interface_from_right_to_left(page: Page, host: HostSite) -> None:
    host.script = 'data-language="ur"'
    page.goto(host.address)
    launcher(page).click()
    expect(page.locator(".frame")).to_have_attribute("dir", "rtl")
    send = page.locator(".send:visible").bounding_box()
    field = page.locator(".composer textarea").bounding_box()
    assert send is not None and field is not None
    assert send["x"] < field["x"]
    page.locator(".composer textarea").fill("What is the zero-moment point?")
    page.keyboard.press("Enter")
    expect_an_answer(page)
    expect(page.locator(".answer")).to_have_css("direction", "ltr")  # as its words are


def test_a_site_with_a_strict_policy_names_the_server_and_nothing_else(
    page: Page, host: HostSite, server: str
) -> None:
    socket = server.replace("http", "ws")
    host.policy = f"default-src 'none'; script-src {server}; connect-src {server} {socket}"
    page.goto(host.address)
    launcher(page).click()
    ask(page)
    expect_an_answer(page)


def test_on_a_phone_it_fills_the_screen(page: Page, host: HostSite) -> None:
    page.set_viewport_size({"width": 320, "height": 568})
    page.goto(host.address)
    launcher(page).click()
    expect(page.get_by_label("Your question")).to_be_focused()
    page.wait_for_function("document.querySelector('book-chat').shadowRoot.getAnimations().length === 0")
    assert page.get_by_role("dialog").bounding_box() == {"x": 0, "y": 0, "width": 320, "height": 568}
    ask(page)
    expect_an_answer(page)
    assert page.locator(".scroller").evaluate("element => element.scrollWidth - element.clientWidth") <= 0
    page.get_by_role("button", name="Close", exact=True).click()
    expect(launcher(page)).to_be_focused()


def test_the_example_of_a_plain_page_works(page: Page, host: HostSite, server: str) -> None:
    example = (EXAMPLES / "html" / "index.html").read_text()
    host.files["/"] = ("text/html", example.replace("http://localhost:7860", server))
    page.goto(host.address)
    launcher(page).click()
    ask(page)
    expect_an_answer(page)
    expect(page.locator(".frame")).to_have_css("font-family", "Georgia, serif")


def test_the_example_of_a_docusaurus_site_works(page: Page, host: HostSite, server: str) -> None:
    site = EXAMPLES / "docusaurus"
    config = (site / "docusaurus.config.js").read_text()
    host.files = {
        "/": ("text/html", DOCUSAURUS),
        "/environment.js": ("text/javascript", "export default { canUseDOM: true };"),
        "/config.js": ("text/javascript", config.replace("process.env.CHAT_URL", f'"{server}"')),
        "/src/chat.js": ("text/javascript", (site / "src" / "chat.js").read_text()),
    }
    assert '"./src/chat.js"' in config
    page.goto(host.address)
    expect(launcher(page)).to_have_text("Ask the book")
    launcher(page).click()
    ask(page)
    expect_an_answer(page)
