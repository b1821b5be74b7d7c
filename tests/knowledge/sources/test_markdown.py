"""Pages, their titles and their sections."""

import pytest

from knowledge.errors import SourceUnreadable
from knowledge.sources import load
from knowledge.types import BlockKind
from tests.knowledge.sources.reading import anchors, paths, whole_text


def test_each_heading_opens_a_section_with_its_path_and_anchor(read_page):
    document = read_page("# Book\n\nIntro.\n\n## One\n\nA.\n\n### Deep\n\nB.\n\n## Two\n\nC.\n")
    assert [(s.headings, s.anchor, [b.text for b in s.blocks]) for s in document.sections] == [
        (("Book",), None, ["Intro."]),
        (("Book", "One"), "one", ["A."]),
        (("Book", "One", "Deep"), "deep", ["B."]),
        (("Book", "Two"), "two", ["C."]),
    ]


def test_a_level_may_be_left_out(read_page):
    document = read_page("# T\n\n#### Four\n\n### Three\n\n## Two\n\n#### Four\n")
    assert paths(document) == [("T",), ("T", "Four"), ("T", "Three"), ("T", "Two"), ("T", "Two", "Four")]


def test_a_heading_in_a_fence_is_none(read_page):
    document = read_page(
        "# T\n\n```bash\n## not a heading\n```\n\n~~~\n# neither\n~~~\n\n````md\n```\n## nor\n```\n````\n"
    )
    assert paths(document) == [("T",)]
    assert [block.kind for block in document.sections[0].blocks] == [BlockKind.CODE] * 3


def test_equal_headings_have_numbered_anchors(read_page):
    assert anchors(read_page("# T\n\n## A\n\n## A\n\n### A\n\n## A {#own}\n\n## A\n")) == [
        None, "a", "a-1", "a-2", "own", "a-3",
    ]  # fmt: skip


def test_the_title_takes_a_slug_though_it_has_no_anchor(read_page):
    assert anchors(read_page("# Store\n\n## Store\n")) == [None, "store-1"]


def test_headings_within_other_blocks_take_slugs_and_keep_their_text(read_page):
    document = read_page("# T\n\n:::note\n\n## A\n\n:::\n\n> ## A\n\n- ## A\n\n## A\n")
    assert anchors(document) == [None, "a-3"]
    assert whole_text(document).count("**A**") == 3


def test_a_heading_is_plain_text(read_page):
    document = read_page('# T\n\n## `x` of *a* [link](y.md) &amp; <b id="z">bold</b> ![image](i.png)\n')
    assert paths(document)[1] == ("T", "x of a link & bold image")
    assert anchors(document)[1] == "x-of-a-link--bold-image"


def test_an_explicit_id_wins_and_is_no_text(read_page):
    document = read_page("# T {#top}\n\n## A *b* {#qos}\n\n## C {/* #mdx */}\n\nD {#setext}\n---\n")
    assert list(zip(paths(document), anchors(document), strict=True)) == [
        (("T",), None),
        (("T", "A b"), "qos"),
        (("T", "C"), "mdx"),
        (("T", "D"), "setext"),
    ]


def test_a_heading_without_letters_has_no_anchor(read_page):
    assert anchors(read_page("# T\n\n## ???\n")) == [None, None]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\ntitle: Front\nsidebar_label: Side\n---\n# Top\n\nx", "Front"),
        ("---\nsidebar_label: Side\nid: own-id\n---\n# `Top` *level*\n\nx", "Top level"),
        ("---\nsidebar_label: Side\nid: own-id\n---\nx", "Side"),
        ("---\nid: own-id\n---\nx", "Own id"),
        ("x", "Getting started"),
    ],
)
def test_a_page_is_called_by_its_front_matter_then_its_heading_then_its_file(read_page, text, title):
    assert read_page(text, name="02-getting-started.md").title == title


def test_a_title_and_a_heading_that_say_the_same_are_one(read_page):
    document = read_page("---\ntitle: Usage Guides Index\n---\n# Usage Guides\n\nx\n\n## A\n\ny")
    assert paths(document) == [("Usage Guides Index",), ("Usage Guides Index", "A")]


def test_a_heading_that_says_more_than_the_title_stands_for_it(read_page):
    document = read_page("---\ntitle: compose\n---\n# `compose(...functions)`\n\nx\n\n## A\n\ny")
    assert document.title == "compose"
    assert paths(document) == [("compose(...functions)",), ("compose(...functions)", "A")]


def test_a_heading_that_says_something_else_comes_after_the_title(read_page):
    document = read_page("---\ntitle: Setup\n---\n# Install it\n\nx\n\n## A\n\ny")
    assert paths(document) == [("Setup", "Install it"), ("Setup", "Install it", "A")]


def test_text_above_the_first_heading_belongs_to_the_page(read_page):
    document = read_page("---\ntitle: T\n---\nAbove.\n\n# T\n\nBelow.")
    assert [(s.headings, s.blocks[0].text) for s in document.sections] == [
        (("T",), "Above."),
        (("T",), "Below."),
    ]


def test_a_page_without_text_is_described_by_its_front_matter(read_page):
    document = read_page("---\ndescription: All about nodes.\n---\n# Nodes\n\n<DocCardList />\n")
    assert whole_text(document) == "All about nodes."
    assert "about" not in whole_text(read_page("---\ndescription: All about nodes.\n---\n# Nodes\n\nText.\n"))


def test_drafts_unlisted_and_empty_pages_are_left_out(read_pages):
    pages = {
        "draft.md": "---\ndraft: true\n---\nsecret",
        "unlisted.md": "---\nunlisted: true\n---\nsecret",
        "empty.md": "",
        "blank.mdx": "---\ntitle: Blank\n---\n\n<!-- nothing -->\n",
        "page.md": "text",
    }
    assert list(read_pages(pages)) == ["page.md"]


def test_line_ends_and_byte_order_marks_make_no_difference(read_page):
    text = "---\ntitle: T\n---\n\n## A\n\n```js\nx\n\ny\n```\n\n- a\n- b\n"
    assert read_page("\ufeff" + text.replace("\n", "\r\n")) == read_page(text)


def test_a_page_that_is_not_utf_8_is_named(folder):
    root = folder({"good.md": "x"})
    (root / "bad.md").write_bytes("Größe".encode("latin-1"))
    with pytest.raises(SourceUnreadable, match=r"bad\.md is not UTF-8.*Save it as UTF-8"):
        load([root], base_url="/book")


def test_a_document_changes_its_hash_with_anything_that_its_chunks_hold(read_page):
    texts = [
        "# T\n\na",
        "# T\n\nb",
        "# U\n\na",
        "# T\n\n## H\n\na",
        "# T\n\n## H {#i}\n\na",
        "# T\n\n```\na\n```",
    ]
    assert len({read_page(text).content_hash for text in texts}) == len(texts)
    assert read_page("# T\n\na").content_hash == read_page("# T\n\n\na\n<!-- seen by nobody -->").content_hash
