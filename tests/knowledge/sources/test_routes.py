import pytest

from knowledge.sources.frontmatter import FrontMatter
from knowledge.sources.routes import file_route, markdown_route, page_url, readable_name


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("docs/guide.md", "docs/guide"),
        ("docs/01-intro.md", "docs/intro"),
        ("docs/1. intro.mdx", "docs/intro"),
        ("docs/02_b/003 - c.md", "docs/b/c"),
        ("01-part/02-chapter.md", "part/chapter"),
        ("docs/2024-01-31-notes.md", "docs/2024-01-31-notes"),
        ("docs/7.0-changes.md", "docs/7.0-changes"),
        ("docs/2024/2-b.md", "docs/2024/b"),
        ("docs/01-.md", "docs/01-"),
        ("index.md", ""),
        ("README.md", ""),
        ("docs/index.mdx", "docs/"),
        ("docs/a/ReadMe.md", "docs/a/"),
        ("docs/a/A.md", "docs/a/"),
        ("docs/01-a/index.md", "docs/a/"),
        ("docs/01-a/01-a.md", "docs/a/"),
        ("docs/docs.md", "docs/docs"),
        ("docs/a/01-index.md", "docs/a/index"),
    ],
)
def test_a_markdown_file_is_published_where_docusaurus_would_put_it(path, route):
    assert markdown_route(path, FrontMatter()) == route


@pytest.mark.parametrize(
    ("path", "front_matter", "route"),
    [
        ("docs/faq/Actions.md", FrontMatter(id="actions"), "docs/faq/actions"),
        ("docs/a/index.md", FrontMatter(id="overview"), "docs/a/"),
        ("docs/a/b.md", FrontMatter(slug="c"), "docs/a/c"),
        ("docs/a/b.md", FrontMatter(slug="c", id="d"), "docs/a/c"),
        ("docs/01-a/b.md", FrontMatter(slug="../c"), "docs/c"),
        ("docs/a/index.md", FrontMatter(slug="index"), "docs/a/index"),
        ("docs/a/b.md", FrontMatter(slug="/"), "docs/"),
        ("docs/a/b.md", FrontMatter(slug="/top/level"), "docs/top/level"),
        ("docs/a/b.md", FrontMatter(slug="/folder/"), "docs/folder/"),
        ("guide/a/b.md", FrontMatter(slug="/top"), "top"),
        ("docs/a.md", FrontMatter(slug="/../../../a"), "a"),
        ("docs/01-a/02-b.md", FrontMatter(parse_number_prefixes=False), "docs/01-a/02-b"),
    ],
)
def test_front_matter_moves_a_page(path, front_matter, route):
    assert markdown_route(path, front_matter) == route


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("guide/page.html", "guide/page.html"),
        ("guide/index.html", "guide/"),
        ("index.htm", ""),
        ("01-notes.txt", "01-notes.txt"),
    ],
)
def test_a_file_that_is_published_as_it_is_keeps_its_name(path, route):
    assert file_route(path) == route


@pytest.mark.parametrize("base_url", ["https://site.example/book", "https://site.example/book/"])
def test_an_address_is_the_base_and_the_route(base_url):
    assert page_url(base_url, "docs/a") == "https://site.example/book/docs/a"
    assert page_url(base_url, "") == "https://site.example/book/"


def test_an_address_is_percent_encoded():
    assert page_url("/book", "a b/ü?#[1].html") == "/book/a%20b/%C3%BC%3F%23%5B1%5D.html"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("docs/getting-started.md", "Getting started"),
        ("docs/02-ros_2-basics.md", "Ros 2 basics"),
        ("docs/04-hardware/index.md", "Hardware"),
        ("README.md", "README"),
    ],
)
def test_a_page_without_a_title_is_called_after_its_file(path, name):
    assert readable_name(path) == name
