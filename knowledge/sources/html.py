"""HTML pages: what stands in their main part."""

import re
from collections.abc import Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from knowledge.sources.elements import PHRASING
from knowledge.sources.folder import SourceFile, read_text
from knowledge.sources.html_depth import shallow
from knowledge.sources.html_text import block_text, inline_text, plain_text
from knowledge.sources.outline import Element, Heading, sections, source_document
from knowledge.sources.routes import file_route, page_url, readable_name
from knowledge.sources.slugs import Slugger
from knowledge.types import Block, BlockKind, SourceDocument

_MAIN = ("main", "[role=main]", "article", "body")
# Not the page's own words; the links are the marks that generators put beside headings.
_CHROME = (
    "nav, script, style, template, noscript, svg, iframe, form, button, "
    "[hidden], [role=navigation], [role=search], "
    "body > header, body > footer, main > footer, a.hash-link, a.headerlink, a.anchor"
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_KINDS = {
    "ul": BlockKind.LIST,
    "ol": BlockKind.LIST,
    "pre": BlockKind.CODE,
    "table": BlockKind.TABLE,
    "p": BlockKind.PROSE,
    "blockquote": BlockKind.PROSE,
    "dt": BlockKind.PROSE,
    "dd": BlockKind.PROSE,
}
_ADMONITION = re.compile(r"(?:^|\s)(?:theme-)?admonition(?:\s|$)")
_SITE_NAME = re.compile(
    r"\s+[|\u2013\u2014\u00b7]\s+[^|\u2013\u2014\u00b7]*$"
)  # “Page | Site”, also with dashes


def read_html(file: SourceFile, *, base_url: str) -> SourceDocument | None:
    """The page of an HTML file; None for an empty one. Raises SourceUnreadable."""
    tree = LexborHTMLParser(shallow(read_text(file.location)))
    main = next(filter(None, map(tree.css_first, _MAIN)), None)
    if main is None:
        return None
    for chrome in main.css(_CHROME):
        chrome.decompose()
    elements = list(_elements(main, _Anchors()))
    if not elements:
        return None
    title = _title(tree, elements) or readable_name(file.path)
    url = page_url(base_url, file_route(file.path))
    return source_document(file.path, title=title, url=url, sections=sections(elements, title=title))


class _Anchors:
    """The ids of a page's headings."""

    def __init__(self) -> None:
        self._slugger = Slugger()
        self._first: dict[
            tuple[int, str], int
        ] = {}  # of an element's headings of a level, by memory addresses

    def of(self, heading: LexborNode, text: str) -> str | None:
        """The heading's own id, or that of a link in it, or of the section which it opens, or its slug."""
        return self._written(heading) or self._slugger.slug(text) or None

    def _written(self, heading: LexborNode) -> str | None:
        if heading.attributes.get("id"):
            return heading.attributes["id"]
        if link := heading.css_first("a[id], a[name]"):
            return link.attributes.get("id") or link.attributes.get("name")
        parent = heading.parent
        if parent is not None and parent.tag in ("section", "div") and self._opens(heading, parent):
            return parent.attributes.get("id")
        return None

    def _opens(self, heading: LexborNode, parent: LexborNode) -> bool:
        tag = heading.tag or ""
        place = parent.mem_id, tag
        if place not in self._first and (first := parent.css_first(tag)):
            self._first[place] = first.mem_id
        return self._first.get(place) == heading.mem_id


def _elements(parent: LexborNode, anchors: _Anchors) -> Iterator[Element]:
    """The headings and blocks below `parent`; text that stands in no block of its own is one of prose."""
    line: list[str] = []
    for node in parent.iter(include_text=True):
        if (node.tag == "-text" or node.tag in PHRASING) and not _holds_blocks(node):
            line.append(inline_text(node))
            continue
        yield from _prose(line)
        line = []
        yield from _element(node, anchors)
    yield from _prose(line)


def _element(node: LexborNode, anchors: _Anchors) -> Iterator[Element]:
    if node.tag in _HEADINGS:
        if text := plain_text(node):
            yield Heading(int(node.tag[1]), text, anchors.of(node, text))
    elif _ADMONITION.search(node.attributes.get("class") or ""):
        if text := block_text(node):
            yield Block(BlockKind.ADMONITION, text)
    elif (kind := _KINDS.get(node.tag or "")) is not None:
        if text := block_text(node):
            yield Block(kind, text)
    else:
        yield from _elements(node, anchors)


def _prose(line: Sequence[str]) -> Iterator[Element]:
    if text := "".join(line).strip():
        yield Block(BlockKind.PROSE, text)


def _holds_blocks(node: LexborNode) -> bool:
    return (
        node.tag != "-text"
        and node.css_first("p, div, ul, ol, pre, table, h1, h2, h3, h4, h5, h6") is not None
    )


def _title(tree: LexborHTMLParser, elements: list[Element]) -> str:
    for element in elements:
        if isinstance(element, Heading) and element.level == 1:
            return element.text
    named = tree.css_first("title")
    return _SITE_NAME.sub("", plain_text(named)) if named else ""
