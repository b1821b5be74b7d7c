"""What tests ask of a page."""

from knowledge.sources.markdown import markdown_elements
from knowledge.types import Block, BlockKind, SourceDocument


def texts(markdown: str, *, mdx: bool = False) -> list[str]:
    return [element.text for element in markdown_elements(markdown, mdx=mdx)]


def only_block(markdown: str, *, mdx: bool = False) -> Block:
    [block] = markdown_elements(markdown, mdx=mdx)
    assert isinstance(block, Block)
    return block


def kinds(markdown: str) -> list[BlockKind]:
    return [element.kind for element in markdown_elements(markdown) if isinstance(element, Block)]


def anchors(document: SourceDocument) -> list[str | None]:
    return [section.anchor for section in document.sections]


def paths(document: SourceDocument) -> list[tuple[str, ...]]:
    return [section.headings for section in document.sections]


def whole_text(document: SourceDocument) -> str:
    return "\n\n".join(block.text for section in document.sections for block in section.blocks)
