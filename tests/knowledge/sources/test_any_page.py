"""A page of any structure is read and cut without losing a word, cutting a fence or changing an id."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from knowledge.chunking import chunk
from knowledge.sources.folder import SourceFile
from knowledge.sources.markdown import read_markdown
from knowledge.types import Chunk

# More of them: ANY_PAGES=5000 .venv/bin/pytest tests/knowledge/sources/test_any_page.py
BOUNDED = settings(max_examples=int(os.environ.get("ANY_PAGES", "40")), deadline=None)

# Its words are told from all else by their form, and from each other by their numbers.
WORD = re.compile(r"w\d+q")
MARKS = (
    "*@*",
    "**@**",
    "_@_",
    "`@`",
    "~~@~~",
    "[@](page.md)",
    "@",
    "@",
    "@",
    '"@"',
    "(@)",
    "@.",
    "@:",
    "é @",
    "\\*@",
)
LINE_ENDS = ("\n", "\r\n")

words = st.lists(st.sampled_from(MARKS), min_size=1, max_size=6).map(" ".join)
long_words = st.integers(300, 600).map(lambda count: "@ " * count + "@.")
paragraphs = words | words | words | long_words
code_lines = st.lists(
    st.sampled_from(["@ = @[0]", "", "  @ {", "}", "# @", "> @", "- @", "| @ |", "<@>", "``", "~~", "\t@"]),
    max_size=8,
)


@st.composite
def fences(draw: st.DrawFn) -> str:
    mark = draw(st.sampled_from(["```", "````", "~~~", "~~~~~"]))
    info = draw(st.sampled_from(["", "py", "js title='a'", "text {1,3}"]))
    long = draw(st.booleans())
    lines = draw(code_lines) * (40 if long and draw(st.integers(0, 5)) == 0 else 1)
    return "\n".join([f"{mark}{info}", "@ first", *lines, "last @", mark])


def indented(text: str, first: str, others: str) -> str:
    return "\n".join(
        (first if number == 0 else others if line else "") + line
        for number, line in enumerate(text.split("\n"))
    )


def containers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    items = st.sampled_from([("- ", "  "), ("1. ", "   "), ("* ", "  "), ("-   ", "    ")])
    return st.one_of(
        st.tuples(items, inner).map(lambda each: indented(each[1], *each[0])),
        st.tuples(items, words, inner).map(lambda each: indented(f"{each[1]}\n\n{each[2]}", *each[0])),
        inner.map(lambda text: "\n".join(f"> {line}".rstrip() for line in text.split("\n"))),
        st.tuples(st.sampled_from(["note", "tip", "info"]), words, inner).map(
            lambda each: f":::{each[0]} {each[1]}\n\n{each[2]}\n\n:::"
        ),
        st.tuples(words, inner).map(
            lambda each: f"<details>\n<summary>{each[0]}</summary>\n\n{each[1]}\n\n</details>"
        ),
        inner.map(lambda text: f"<Tabs>\n<TabItem value='a' label='b'>\n\n{text}\n\n</TabItem>\n</Tabs>"),
    )


tables = st.lists(st.tuples(words, words), min_size=1, max_size=6).map(
    lambda rows: "\n".join(f"| {one} | {other} |" for one, other in [rows[0], ("---", ":-:"), *rows[1:]])
)
# A heading that nothing stands under belongs to no chunk.
headings = st.tuples(
    st.sampled_from(["# {}", "## {}", "#### {} ##", "## {} {{#anchor}}", "{}\n===", "{}\n---"]),
    words,
    paragraphs,
).map(lambda each: f"{each[0].format(each[1])}\n\n{each[2]}")
leaves = st.one_of(
    paragraphs,
    fences(),
    tables,
    words.map(lambda text: f"<div>\n{text}\n</div>"),
    words.map(lambda text: f"{text}[^n]\n\n[^n]: {text}"),
    words.map(lambda text: f"$$\n{text}\n$$"),
    words.map(lambda text: f"    {text}\n    {text}"),
    st.just("---"),
    st.just("<!-- hidden -->"),
    st.just("import A from './a'"),
)
blocks = st.recursive(leaves, containers, max_leaves=4) | headings
pages = st.lists(blocks, min_size=1, max_size=7)


def numbered(text: str) -> str:
    """The text with a word of its own for each @."""
    first, *rest = text.split("@")
    return first + "".join(f"w{number}q{after}" for number, after in enumerate(rest))


def chunks_of(folder: Path, text: str, *, name: str) -> list[Chunk]:
    (folder / name).write_bytes(text.encode())
    document = read_markdown(SourceFile(folder, name), base_url="https://site.example")
    return chunk(document) if document else []


def said(chunks: list[Chunk]) -> set[str]:
    return {word for each in chunks for text in (each.text, *each.headings) for word in WORD.findall(text)}


def fenced_code(markdown: str) -> list[list[str]]:
    """The lines of each fence."""
    fences = (token.content for token in MarkdownIt("commonmark").parse(markdown) if token.type == "fence")
    return [[line.strip() for line in content.rstrip("\n").split("\n")] for content in fences]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.mark.parametrize("name", ["page.md", "page.mdx"])
@BOUNDED
@given(blocks=pages, line_end=st.sampled_from(LINE_ENDS))
def test_no_word_is_lost_and_the_ids_are_the_same_twice(desk, name, blocks, line_end):
    text = numbered("\n\n".join(blocks)).replace("\n", line_end)
    if name == "page.mdx":
        # There, a tag that is not closed is an error of its author, and four blanks indent nothing.
        text = text.replace("<w", "w").replace("<!-- hidden -->", "")
    chunks = chunks_of(desk, text, name=name)
    assert said(chunks) == set(WORD.findall(text))
    assert chunks_of(desk, text, name=name) == chunks
    assert len({each.id for each in chunks}) == len(chunks)
    assert all(each.text.strip() for each in chunks)


@BOUNDED
@given(before=paragraphs, fence=fences(), after=paragraphs, depth=st.integers(0, 3), quoted=st.booleans())
def test_no_fence_is_cut(desk, before, fence, after, depth, quoted):
    fence = numbered(fence)
    block = fence
    for level in range(depth):
        block = (
            "\n".join(f"> {line}".rstrip() for line in block.split("\n"))
            if quoted and level == 0
            else indented(block, "- ", "  ")
        )
    chunks = chunks_of(desk, f"{numbered(before)}\n\n{block}\n\n{numbered(after)}", name="page.md")
    code = [line.strip() for line in fence.split("\n")[1:-1]]
    assert code in [found for each in chunks for found in fenced_code(each.text)]


@BOUNDED
@given(st.text(max_size=400), st.booleans())
def test_no_text_is_too_strange_to_be_cut(desk, text, mdx):
    text = text.encode("utf-8", "replace").decode()
    name = "page.mdx" if mdx else "page.md"
    assert chunks_of(desk, text, name=name) == chunks_of(desk, text, name=name)


def test_a_line_of_a_megabyte_is_cut(desk):
    chunks = chunks_of(desk, numbered("@ " * 60_000) + "x" * 400_000, name="page.md")
    assert len(said(chunks)) == 60_000
