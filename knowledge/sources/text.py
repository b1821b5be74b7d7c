"""Plain text: paragraphs with blank lines between."""

import re
from collections.abc import Iterator

from knowledge.sources.folder import SourceFile, read_text
from knowledge.sources.outline import sections, source_document
from knowledge.sources.routes import file_route, page_url, readable_name
from knowledge.types import Block, BlockKind, SourceDocument

_LONGEST_TITLE = 100  # characters
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_UNDERLINE = re.compile(r"\s*([=*~_-])\1{2,}\s*")


def read_text_page(file: SourceFile, *, base_url: str) -> SourceDocument | None:
    """The page of a text file; None for an empty one. Raises SourceUnreadable."""
    text = read_text(file.location)
    title, body = _split_title(text)
    blocks = [*paragraphs(body)]
    if not title and not blocks:
        return None
    title = title or readable_name(file.path)
    url = page_url(base_url, file_route(file.path))
    return source_document(file.path, title=title, url=url, sections=sections(blocks, title=title))


def paragraphs(text: str) -> Iterator[Block]:
    """Blocks between blank lines; a fence is one block with the blank lines in it."""
    lines: list[str] = []
    fence: str | None = None
    for line in [*text.split("\n"), ""]:
        marker = _FENCE.match(line)
        if marker and fence is None:
            yield from _block(lines, BlockKind.PROSE)
            fence, lines = marker[1], [line]
        elif fence is not None:
            lines.append(line)
            if marker and marker[1].startswith(fence):
                yield from _block(lines, BlockKind.CODE)
                fence, lines = None, []
        elif line.strip():
            lines.append(line)
        else:
            yield from _block(lines, BlockKind.PROSE)
            lines = []
    # A fence that nothing closes is no fence.
    yield from _block([line for line in lines if line.strip()], BlockKind.PROSE)


def _block(lines: list[str], kind: BlockKind) -> Iterator[Block]:
    if lines:
        yield Block(kind, "\n".join(line.rstrip() for line in lines))


def _split_title(text: str) -> tuple[str, str]:
    """A short first line that stands alone, or is underlined, and the rest."""
    lines = text.strip().split("\n")
    first, following = lines[0].strip(), lines[1:]
    if following and _UNDERLINE.fullmatch(following[0]):
        following = following[1:]
    elif following and following[0].strip():
        return "", text
    if not first or len(first) > _LONGEST_TITLE or not following:
        return "", text
    return first, "\n".join(following)
