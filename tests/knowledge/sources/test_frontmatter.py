import logging

import pytest

from knowledge.sources.frontmatter import FrontMatter, split_front_matter


def split(text):
    return split_front_matter(text, file="page.md")


def test_the_fields_of_a_page_are_read_and_cut_off():
    front_matter, text = split(
        "---\nid: nodes\ntitle: 'ROS 2: Nodes'\nsidebar_label: Nodes\nslug: /nodes\n"
        "description: >\n  What a node\n  is.\ntags: [a, b]\n---\n# Text\n"
    )
    assert front_matter == FrontMatter(
        title="ROS 2: Nodes", slug="/nodes", id="nodes", sidebar_label="Nodes", description="What a node is."
    )
    assert text == "# Text\n"


@pytest.mark.parametrize("value", ["1.10", "2024-13-45", "yes", "0x1F", "1_000"])
def test_a_title_that_looks_like_something_else_stays_as_it_is_written(value):
    assert split(f"---\ntitle: {value}\n---\n")[0].title == value


@pytest.mark.parametrize("line", ["draft: true", "unlisted: true", "draft: True"])
def test_drafts_and_unlisted_pages_are_not_published(line):
    assert not split(f"---\n{line}\n---\ntext")[0].published


def test_a_page_is_published_unless_it_says_otherwise():
    assert split("---\ndraft: false\n---\ntext")[0].published


def test_front_matter_that_is_no_yaml_is_read_line_by_line(caplog):
    with caplog.at_level(logging.WARNING):
        front_matter, text = split("---\ntitle: Robots: a book\nid: robots\n---\ntext")
    assert (front_matter.title, front_matter.id, text) == ("Robots: a book", "robots", "text")
    assert "page.md" in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        "no front matter",
        "---\nprose between rules\n---\nmore",
        "---\n- a\n- b\n---\nmore",
        "---\ntitle: never closed\n",
        " ---\ntitle: not at the start\n---\n",
        "***\ntitle: another rule\n***\n",
        "---\n@ `\n---\n",
    ],
)
def test_what_is_no_front_matter_stays_text(text):
    assert split(text) == (FrontMatter(), text)


@pytest.mark.parametrize("text", ["---\n---\ntext", "---\n# only a comment\n---\ntext"])
def test_front_matter_may_be_empty(text):
    assert split(text) == (FrontMatter(), "text")


def test_yaml_can_run_nothing():
    front_matter, _ = split("---\ntitle: !!python/object/apply:os.system ['true']\nid: x\n---\n")
    assert (front_matter.title, front_matter.id) == (None, "x")


def test_what_no_database_keeps_is_replaced():
    assert split('---\ntitle: "a\\0b\\uD800"\n---\n')[0].title == "a\ufffdb\ufffd"
