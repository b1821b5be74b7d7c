"""What may become a link."""

import pytest

from knowledge.links import as_link


@pytest.mark.parametrize(
    "url",
    ["https://book.example/a#b", "http://book.example", "HTTPS://Book.example/", "/book/balance#zmp", "/"],
)
def test_a_web_page_is_a_link(url: str) -> None:
    assert as_link(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "#zmp",
        "balance",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "mailto:a@book.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "https:",
        "https:/book.example",
        "http://[",
        "https://book.example/\x00",
    ],
)
def test_anything_else_is_not(url: str) -> None:
    assert as_link(url) is None
