"""The chat page's response and the widget's script; what they do in a browser is tested in tests/browser."""

import pytest
from django.test import Client

from chat import pages


def test_the_page_asks_nothing_of_the_database(client: Client) -> None:
    # Without the django_db mark, a query would fail.
    response = client.get("/")
    assert response.status_code == 200
    assert "Ask the book" in response.content.decode()


@pytest.mark.parametrize("path", ["/", "/widget.js"])
def test_it_answers_to_get_and_head_alone(client: Client, path: str) -> None:
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405


def test_it_has_no_inline_script_or_style(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert '<script type="module" src="/static/chat/element.js"></script>' in page
    assert page.count("<script") == 1


def test_its_title_is_the_owners(client: Client, settings) -> None:
    settings.CHAT_TITLE = "Ask <Olga>"
    page = client.get("/").content.decode()
    assert "<title>Ask &lt;Olga&gt;</title>" in page
    assert 'data-title="Ask &lt;Olga&gt;"' in page


def test_the_libraries_of_others_come_with_their_licences() -> None:
    vendor = pages.STATIC / "chat" / "vendor"
    told = (vendor / "README.txt").read_text()
    for name, version in (("marked", "18.2.1"), ("dompurify", "3.4.18"), ("@speed-highlight/core", "2.1.0")):
        assert f"{name} {version}" in told
    for licence in vendor.glob("LICENSE-*"):
        assert licence.name in told
    assert "marked v18.2.1" in (vendor / "marked.js").read_text()
    assert "DOMPurify 3.4.18" in (vendor / "purify.js").read_text()


def test_the_widgets_script_may_be_used_anywhere_and_is_kept_for_minutes(client: Client) -> None:
    response = client.get("/widget.js")
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cache-Control"] == "public, max-age=300"
    again = client.get("/widget.js", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
