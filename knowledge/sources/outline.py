"""Headings and blocks in reading order -> a document's sections."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from knowledge.bounds import ADDRESS_CHARACTERS, HEADING_CHARACTERS
from knowledge.types import Block, Section, SourceDocument


@dataclass(frozen=True, slots=True)
class Heading:
    level: int  # 1 to 6
    text: str  # plain, without markup
    anchor: str | None  # its id on the page


Element = Heading | Block


@dataclass(slots=True)
class _OpenSection:
    headings: tuple[str, ...]
    anchor: str | None = None
    blocks: list[Block] = field(default_factory=list)

    def closed(self) -> Section:
        return Section(headings=self.headings, anchor=self.anchor, blocks=tuple(self.blocks))


def sections(elements: Iterable[Element], *, title: str) -> tuple[Section, ...]:
    """The sections in reading order; what stands above the first heading belongs to the title.

    A level-1 heading is the page's title as its readers see it, so it joins `title` at the path's start.
    """
    title = _short(title)
    top: tuple[str, ...] = (title,) if title else ()
    opened = [_OpenSection(top)]
    path: list[Heading] = []
    for element in elements:
        if isinstance(element, Block):
            opened[-1].blocks.append(element)
            continue
        element = _short_heading(element)
        if element.level == 1:
            top, path = _top(title, element.text), []
        else:
            path = [*(above for above in path if above.level < element.level), element]
        opened.append(_OpenSection((*top, *(heading.text for heading in path)), element.anchor))
    if not opened[0].blocks and len(opened) > 1:
        del opened[0]
    return tuple(section.closed() for section in opened)


def _short_heading(heading: Heading) -> Heading:
    anchor = heading.anchor if len(heading.anchor or "") <= ADDRESS_CHARACTERS else None
    return replace(heading, text=_short(heading.text), anchor=anchor)


def _short(text: str) -> str:
    return text if len(text) <= HEADING_CHARACTERS else f"{text[: HEADING_CHARACTERS - 1].rstrip()}…"


def _top(title: str, level_one: str) -> tuple[str, ...]:
    """The start of the heading path: a title that says no more than the other is left out."""
    title_words, level_one_words = (set(re.findall(r"\w+", text.lower())) for text in (title, level_one))
    if level_one_words <= title_words:
        return (title,)
    if title_words <= level_one_words:
        return (level_one,)
    return (title, level_one)


def source_document(path: str, *, title: str, url: str, sections: tuple[Section, ...]) -> SourceDocument:
    parts = [[s.headings, s.anchor, [[block.kind, block.text] for block in s.blocks]] for s in sections]
    title = _short(title)
    content = json.dumps([path, title, url, parts], ensure_ascii=False)
    content_hash = hashlib.sha256(content.encode()).hexdigest()
    return SourceDocument(path=path, title=title, url=url, sections=sections, content_hash=content_hash)
