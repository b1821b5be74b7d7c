"""Whatever the text, reading it raises nothing and loses no visible letter."""

import html
import re

from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.knowledge.sources.reading import texts

BOUNDED = settings(max_examples=150, deadline=None)

# Without "<" and "{": what those begin may be markup, which shows nothing.
LINES = st.lists(st.text("abc #*_`-:>[]()|!~$1.^\\&;=+\t\"'", max_size=14), max_size=12)
MARKS = (
    "<Tabs a={`x`}>", "</Tabs>", "<div>", "{/*", "*/}", "<!--", "-->", "{", "}", "<style>", "<a", "<b c='",
    "import a from 'b'", "export const a = {", ":::note", "::::", "```", "~~~", "---", "|a|b|", "|-|-|",
    "# ", "> ", "- ", "1. ", "[^1]:", "$$", "{#id}", "\n", "\n\n", "\t",
)  # fmt: skip
FRAGMENTS = st.lists(st.text(max_size=20) | st.sampled_from(MARKS), max_size=20)
FORMS = (
    "@", "## @", "- @", "> @", "**@**", "`@`", "<b>@</b>", "<Tab label='@' />", "<p>\n\n@\n\n</p>", "1. @",
    "[@](x.md)", "![@](x.png)", "```\n@\n```", "| @ |\n|---|", ":::tip\n@\n:::", ":::tip @\n:::", "{'@'}",
    "<details>\n<summary>@</summary>\n</details>", "@[^1]\n\n[^1]: @", "$@$", "$$\n@\n$$",
)  # fmt: skip
WORDS = st.lists(st.text("abcdefghij", min_size=3, max_size=8), min_size=1, max_size=6).map(" ".join)


def letters(text: str) -> str:
    return re.sub(r"[^0-9a-zA-Z]", "", text)


def as_a_browser_shows_it(markdown: str) -> str:
    rendered = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown)
    rendered = re.sub(r'<img [^>]*alt="([^"]*)"[^>]*>', r"\1", rendered)
    return html.unescape(re.sub(r"<[^>]*>", " ", rendered))


def holds_in_order(text: str, parts: str) -> bool:
    characters = iter(text)
    return all(part in characters for part in parts)


@BOUNDED
@given(LINES)
@example(["[a]", "***b**_c_", "> - # d", "", "    ## e"])
def test_no_visible_letter_of_any_markdown_is_lost(lines):
    markdown = "\n".join(lines)
    assert holds_in_order(letters("\n".join(texts(markdown))), letters(as_a_browser_shows_it(markdown)))


@BOUNDED
@given(FRAGMENTS, st.booleans())
def test_no_text_is_too_strange_to_be_read(fragments, mdx):
    texts("".join(fragments), mdx=mdx)


@BOUNDED
@given(st.lists(st.tuples(st.sampled_from(FORMS), WORDS), max_size=8))
def test_no_visible_word_of_a_page_is_lost(parts):
    blocks = (form.replace("@", words) for form, words in parts)
    page = "\n\n".join(["import A from './a'", *blocks, "<A />"])
    read = re.findall(r"[a-j]+", "\n".join(texts(page, mdx=True)))
    for _, words in parts:
        assert set(words.split()) <= set(read)


def test_deep_nesting_is_read():
    assert "deep" in "".join(texts(">" * 80 + " deep"))
    assert "deep" in "".join(texts("\n".join("  " * level + "- deep" for level in range(40))))


def test_long_runs_of_openers_take_no_time():
    for opener in ("<a ", "{", "<!--", "[", "*", "`", "<a b='", "$", "![", ":::note\n", "<a b={"):
        texts(opener * 3000, mdx=True)
