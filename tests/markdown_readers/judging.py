"""HTML as a browser sees it: what in it acts, what is read, and what is code."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from functools import lru_cache
from html.parser import HTMLParser
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

# "li" has an end, which showdown leaves out where a table begins in an item.
_WITHOUT_END = {"br", "hr", "input", "li"}
_INLINE = {"a", "em", "strong", "code", "del", "s", "sup", "input"}
_BLOCKS = {
    *("p", "pre", "ul", "ol", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "br", "section"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_TAGS = _INLINE | _BLOCKS
_FORM = frozenset(["em", "strong", "del", "s", "table", "tr", "th", "td"])
_BACKREF = "data-footnote-backref"
_ATTRIBUTES = {
    "a": {
        "href",
        "title",
        "aria-label",
        "aria-describedby",
        "data-footnote-ref",
        _BACKREF,
        f"{_BACKREF}-idx",
    },
    "input": {"type", "disabled", "checked"},
    "ol": {"start"},
    "section": {"data-footnotes"},
    "sup": {"data-cite"},
    "td": {"align", "style"},
    "th": {"align", "style"},
}
_EVERYWHERE = {"id", "class"}
_ALIGNED = re.compile(r"text-align: ?(?:left|center|right);?")
# What footnotes link to and fro.
_FOOTNOTE = re.compile(r"#(?:user-content-)?fn(?:ref)?-?[\w%.~-]*")
_SHOWN = 120  # characters


@lru_cache(maxsize=32)  # Several readers write the same.
def acting(html: str, allowed: frozenset[str]) -> list[str]:
    """What acts, or has no place in an answer; [] if nothing does.

    An allowed address without a scheme may be linked as a web or mail address.
    """
    hrefs = {unquote(href) for address in allowed for href in _hrefs(address)}
    return [*_acting_nodes(_body(html), hrefs), *_Tags.oddities(html)]


def _hrefs(address: str) -> Iterator[str]:
    yield address
    if "//" not in address:
        yield from (scheme + address for scheme in ("http://", "https://", "mailto:"))


def _body(html: str) -> LexborNode:
    # The body's own tag takes the attributes of any other that follows.
    body = LexborHTMLParser(f"<!DOCTYPE html><body>{html}").body
    assert body is not None
    return body


def _acting_nodes(body: LexborNode, hrefs: Collection[str]) -> Iterator[str]:
    if body.attributes:
        yield f"attributes of <body>: {body.attributes}"
    for node in body.traverse(include_text=False):
        if node.mem_id != body.mem_id and _acts(node, hrefs):
            yield (node.html or "")[:_SHOWN]


def _acts(node: LexborNode, hrefs: Collection[str]) -> bool:
    if not node.is_element_node or node.tag not in _TAGS:
        return True
    attributes = node.attributes
    if not attributes.keys() <= _ATTRIBUTES.get(node.tag, set()) | _EVERYWHERE:
        return True
    return not (
        _harmless_link(attributes.get("href"), hrefs)
        and _ALIGNED.fullmatch(attributes.get("style") or "text-align:left")
        and (node.tag != "input" or ("disabled" in attributes and attributes.get("type") == "checkbox"))
    )


def _harmless_link(href: str | None, hrefs: Collection[str]) -> bool:
    return href is None or unquote(href) in hrefs or _FOOTNOTE.fullmatch(href) is not None


class _Tags(HTMLParser):
    """What the tree does not show: declarations, tags that are dropped, and tags without their other half."""

    @classmethod
    def oddities(cls, html: str) -> list[str]:
        tags = cls()
        try:
            tags.feed(html)
            tags.close()
        except AssertionError as exc:  # raised at a declaration that is not well-formed
            tags._found.append(str(exc))
        return tags._found + [f"unclosed <{tag}>" for tag, open_ in tags._open.items() if open_ > 0]

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._found: list[str] = []
        self._open: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            self._found.append(f"tag {self.get_starttag_text()}"[:_SHOWN])
        elif tag not in _WITHOUT_END:
            self._open[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        if tag not in _TAGS:
            self._found.append(f"tag </{tag}>")
        elif tag not in _WITHOUT_END:
            self._open[tag] -= 1
            if self._open[tag] < 0:
                self._found.append(f"stray </{tag}>")
                self._open[tag] = 0

    def _declaration(self, text: str) -> None:
        self._found.append(f"declaration or comment {text}"[:_SHOWN])

    handle_comment = handle_decl = handle_pi = unknown_decl = _declaration


def visible(html: str) -> str:
    """The text that is read, each run of blanks as one space."""
    return " ".join("".join(_texts(_body(html))).split())


def _texts(node: LexborNode) -> Iterator[str]:
    for child in node.iter(include_text=True):
        if child.is_text_node:
            yield child.text_content or ""
        elif child.tag == "sup" and "data-cite" in child.attributes:
            yield f"[{child.attributes['data-cite']}]"  # the page's citations
        elif child.tag == "input":
            yield " ☑ " if "checked" in child.attributes else " ☐ "
        elif child.tag in _BLOCKS:
            yield from (" ", *_texts(child), " ")
        elif child.is_element_node:
            yield from _texts(child)


def code(html: str) -> list[str]:
    """The text of each code block, without its last line break, and of each code span, in order.

    A formula, which our page shows as code, is none.
    """
    return [
        node.text().removesuffix("\n") if node.tag == "pre" else node.text()
        for node in _body(html).css("pre, code:not(pre code):not(.math)")
    ]


def outline(html: str) -> list[str]:
    """The tags of emphasis and tables, in order.

    Not of lists: one that holds more than readers agree on is written as several. Nor of headings: one whose
    underline comes after its text has been passed on by then.
    """
    return [node.tag for node in _body(html).traverse(include_text=False) if node.tag in _FORM]


def links(html: str) -> set[str]:
    """The addresses that are linked."""
    return {node.attributes["href"] or "" for node in _body(html).css("a[href]")}
