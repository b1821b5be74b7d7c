"""The book's own pages."""

import os
import re
from pathlib import Path

import pytest
from django.test import AsyncClient, Client

from knowledge.chunking import chunk
from knowledge.ingestion import ingest
from knowledge.providers.registry import embedder
from knowledge.runtime import close_runtime, runtime
from knowledge.sources import load

INTRO = """---
slug: /
---
# A Book

Welcome to **robots**.

## Café & *more*

Coffee.
"""
WALKING = """# Walking

:::tip Bend
your knees
:::

```python
print('<b>')
```

| a | b |
|---|---|
| 1 | $x_1*y_2$ |

### Deep

<Box>boxed</Box>
"""
BALANCE = """# Balance

Keep it. &lt;script&gt;alert(1)&lt;/script&gt; `<i>`

## A

x

## A

y
"""
PAGES = {
    "docs/01-intro.md": INTRO,
    "docs/02-walking/index.mdx": WALKING,
    "docs/02-walking/balance.md": BALANCE,
    "notes/a b.txt": "Notes\n\n<img src=x onerror=alert(1)>\n\n[link](javascript:alert(1))\n",
}


@pytest.fixture
def site(settings, tmp_path) -> Path:
    """The content, published nowhere else."""
    for path, text in PAGES.items():
        location = tmp_path / "site" / path
        location.parent.mkdir(parents=True, exist_ok=True)
        location.write_text(text)
    settings.CONTENT_BASE_URL = None
    settings.CONTENT_PATH = tmp_path / "site"
    return tmp_path / "site"


def body(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def test_every_citation_leads_to_a_heading_of_a_page(client, site):
    chunks = [part for document in load([site], base_url="/book") for part in chunk(document)]
    assert len(chunks) == 8
    for part in chunks:
        page = body(client, part.url.partition("#")[0])
        if part.anchor:
            assert page.count(f'id="{part.anchor}"') == 1


def test_the_sample_book_can_be_read_here(client, settings):
    settings.CONTENT_BASE_URL = None
    for document in load([settings.SAMPLE_BOOK], base_url="/book"):
        page = body(client, document.url)
        for section in document.sections:
            assert section.anchor is None or f'id="{section.anchor}"' in page


def test_the_contents_link_to_all_pages(client, site):
    contents = body(client, "/book/")
    links = re.findall(r'<li><a href="([^"]+)">([^<]+)</a>', contents)
    assert links == [
        ("/book/docs/", "A Book"),
        ("/book/docs/walking/", "Walking"),
        ("/book/docs/walking/balance", "Balance"),
        ("/book/notes/a%20b.txt", "Notes"),
    ]
    assert all(client.get(address).status_code == 200 for address, _ in links)


def test_the_root_s_own_page_stands_above_the_contents(client, site):
    (site / "README.md").write_text("# Welcome\n\nStart here.\n\n## License\n\nNone.\n")
    page = body(client, "/book/")
    assert (
        page.index("<h1>Welcome</h1>")
        < page.index('id="license"')
        < page.index("Contents")
        < page.index("<ul>")
    )


def test_markdown_is_rendered(client, site):
    page = body(client, "/book/docs/walking/")
    assert "<h1>Walking</h1>" in page
    assert "<p><strong>Tip: Bend</strong></p>\n<p>your knees</p>\n</aside>" in page
    assert "<code class=\"language-python\">print('&lt;b&gt;')\n</code>" in page.replace("&#39;", "'")
    assert '<td><span class="math inline">x_1*y_2</span></td>' in page
    assert '<h2 id="deep">' in page
    assert "boxed" in page and "Box>" not in page


def test_a_heading_links_to_itself(client, site):
    assert re.search(
        r'<h2 id="café--more">\s*<a href="#caf%C3%A9--more">Café &amp; more</a>', body(client, "/book/docs/")
    )


@pytest.mark.parametrize(
    "address", ["/book/docs/walking", "/book/docs/walking/", "/book/docs", "/book/docs/"]
)
def test_a_slash_at_the_end_makes_no_difference(client, site, address):
    assert client.get(address).status_code == 200


def test_nothing_in_the_book_runs_in_a_browser(client, site):
    for address in ("/book/docs/walking/balance", "/book/notes/a%20b.txt"):
        page = body(client, address)
        assert "<script" not in page
        assert "<img" not in page
        assert 'href="javascript' not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in body(client, "/book/docs/walking/balance")


@pytest.mark.parametrize(
    "address",
    ["/book/docs/nowhere", "/book/docs/01-intro.md", "/book/../manage.py", "/book/%00", "/book//etc/passwd"],
)
def test_what_is_no_page_is_not_found(client, site, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/book/", "/book/docs/walking/"])
def test_a_book_that_another_site_publishes_has_no_pages_here(client, site, settings, address):
    settings.CONTENT_BASE_URL = "https://site.example"
    assert client.get(address).status_code == 404


def test_a_book_that_cannot_be_read_has_no_pages(client, site, caplog):
    (site / "bad.md").write_bytes(b"\xff")
    assert client.get("/book/").status_code == 404
    assert "bad.md is not UTF-8" in caplog.text


def test_head_is_answered_and_nothing_else(client, site):
    response = client.head("/book/docs/")
    assert (response.status_code, response.content) == (200, b"")
    assert client.post("/book/docs/").status_code == 405


def test_a_change_shows_at_once(client, site):
    assert "Coffee" in body(client, "/book/docs/")
    (site / "docs" / "01-intro.md").write_text("# A Book\n\nTea.")
    assert "Tea" in body(client, "/book/docs/intro")
    assert client.get("/book/docs/").status_code == 404


def test_unchanged_files_are_read_once(client, site):
    body(client, "/book/docs/")
    page = site / "docs" / "01-intro.md"
    before = page.stat()
    page.write_text(page.read_text().replace("Coffee", "Poison"))
    os.utime(page, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "Coffee" in body(client, "/book/docs/")


async def test_the_book_that_was_indexed_is_the_book_that_is_shown(settings, site, hash_embedder):
    settings.CONTENT_PATH = None
    await ingest([site], store=runtime().store, embedder=embedder(), base_url="/book")
    response = await AsyncClient().get("/book/docs/walking/balance")
    await close_runtime()
    assert response.status_code == 200
