"""A text as it reaches the reader, and what a browser would make of it."""

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.citations import Citations
from knowledge.neutralising import Addresses, NeutralFilter

COMMONMARK = MarkdownIt("commonmark", {"html": True})
# Tables, and links of whatever looks like an address.
WITH_EXTENSIONS = MarkdownIt("gfm-like", {"html": True, "linkify": True})

ACTIVE = ("image", "html_block", "html_inline")
CODE = ("fence", "code_block", "code_inline")


def neutral(
    text: str, *, passages: tuple[str, ...] = (), available: int = 3, sizes: tuple[int, ...] = ()
) -> tuple[str, list[int]]:
    """The text if it comes in pieces of these sizes, the last one ever after; and the passages cited."""
    citations = Citations(available)
    stream = NeutralFilter(citations, Addresses(passages))
    return "".join(map(stream.feed, pieces(text, sizes))) + stream.flush(), citations.cited


def pieces(text: str, sizes: tuple[int, ...]) -> Iterator[str]:
    place = 0
    for size in sizes:
        yield text[place : place + size]
        place += size
    while place < len(text):
        size = sizes[-1] if sizes else len(text)
        yield text[place : place + size]
        place += size


def tokens(markdown: str, parser: MarkdownIt = COMMONMARK) -> Iterator[Token]:
    for token in parser.parse(markdown):
        yield token
        yield from token.children or ()


def active_parts(markdown: str) -> list[str]:
    """The images and the HTML that a browser would see."""
    return [
        token.content or token.type
        for parser in (COMMONMARK, WITH_EXTENSIONS)
        for token in tokens(markdown, parser)
        if token.type in ACTIVE
    ]


def links(markdown: str) -> set[str]:
    """The addresses that a browser would link."""
    return {
        str(token.attrs["href"])
        for parser in (COMMONMARK, WITH_EXTENSIONS)
        for token in tokens(markdown, parser)
        if token.type == "link_open"
    }


def code(markdown: str) -> list[str]:
    """All code, each run of blanks as one: in a span, that is what a line break is."""
    return [" ".join(token.content.split()) for token in tokens(markdown) if token.type in CODE]


def prose(markdown: str) -> str:
    return " ".join(token.content for token in tokens(markdown) if token.type == "text")
