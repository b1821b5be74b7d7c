"""The chat page's response; what it does in a browser is tested in tests/browser."""

from django.test import Client


def test_the_page_asks_nothing_of_the_database(client: Client) -> None:
    # Without the django_db mark, a query would fail.
    response = client.get("/")
    assert response.status_code == 200
    assert "Ask the book" in response.content.decode()


def test_it_answers_to_get_and_head_alone(client: Client) -> None:
    assert client.head("/").status_code == 200
    assert client.post("/").status_code == 405


def test_it_has_no_inline_script_or_style(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert '<script type="module" src="/static/chat/page.js"></script>' in page
    assert page.count("<script") == 1


def test_its_files_are_served(client: Client) -> None:
    for name in ("page.js", "page.css", "turn.js", "answer.js", "visitor.js", "index_notice.js", "icon.svg"):
        assert client.get(f"/static/chat/{name}").status_code == 200
