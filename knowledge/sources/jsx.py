"""Finds the markup that MDX and HTML put between the words of a page: tags, comments and {expressions}."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from knowledge.bounds import LABEL_CHARACTERS, MARKUP_READINGS, TAG_CHARACTERS
from knowledge.sources.elements import BREAKS, HTML, PHRASING, UNREAD
from knowledge.sources.script import braces_end, next_blank_line, statement_end, string_end

LINE_BREAK = "  \n"  # as Markdown writes it

_NAME = re.compile(r"<(?P<closing>/?)(?P<name>[A-Za-z][\w.:-]*)?")
_CLOSING = re.compile(r"</([A-Za-z][\w.:-]*)")
_TAG_END = re.compile(r"\s*(?P<self_closing>/?)>")
_ATTRIBUTE = re.compile(r"\s*(?P<name>[A-Za-z_:$][\w.:$-]*)(?P<equals>\s*=\s*)?")
_UNQUOTED = re.compile(r"[^\s\"'=<>`{}]+")
_BLANKS = re.compile(r"\s*")
_ESCAPE = re.compile(r"\\(.)")
_QUOTES = frozenset("\"'`")

# Attributes of components that a reader sees, the most telling first: <TabItem label="Linux">.
_VISIBLE = ("label", "title", "alt")
_METADATA = "Head"  # Docusaurus's component for the page's own <head>


@dataclass(frozen=True, slots=True)
class Markup:
    """A piece of markup that ends before `end`; `text` is what a reader sees in its place."""

    end: int
    text: str = ""
    component: str | None = None  # of a tag that is no HTML element


@dataclass(frozen=True, slots=True)
class _Tag:
    end: int
    name: str  # "" for a fragment
    attributes: Mapping[str, str]
    closing: bool
    self_closing: bool


class MarkupScanner:
    """Finds the markup of one text. Outside MDX, braces are text unless they hold a comment.

    It reads each of the text's characters MARKUP_READINGS times at most on an average; then all is text.
    """

    def __init__(self, source: str, *, mdx: bool) -> None:
        self._source = source
        self._mdx = mdx
        self._left = MARKUP_READINGS * len(source)

    def scan(self, start: int, end: int) -> Markup | None:
        """The markup that begins at `start`, or None where the characters there are text."""
        if self._left <= 0:
            return None
        self._left -= 1
        end = min(end, start + TAG_CHARACTERS)
        return self._brace(start, end) if self._source[start] == "{" else self._angle(start, end)

    def statement_end(self, start: int) -> int:
        """The first blank line outside all brackets; where they do not match, the first blank line."""
        source = self._source
        end = statement_end(source, start) if self._left > 0 else None
        self._read(start, len(source), end)
        return next_blank_line(source, start) if end is None else end

    def _read(self, start: int, end: int, found: int | None) -> int | None:
        """Counts what was read from `start` on for what was found to end there, or not found before `end`."""
        self._left -= (end if found is None else found) - start
        return found

    def _find(self, text: str, start: int, end: int) -> int | None:
        """Past the next such text."""
        place = self._source.find(text, start, end)
        return self._read(start, end, place + len(text) if place >= 0 else None)

    def _braces_end(self, start: int, end: int) -> int | None:
        return self._read(start, end, braces_end(self._source, start, end))

    def _brace(self, start: int, end: int) -> Markup | None:
        inside = self._skip_blanks(start + 1, end)
        if self._source.startswith("/*", inside) and (closed := self._find("*/", inside + 2, end)):
            closed = self._skip_blanks(closed, end)
            if self._source.startswith("}", closed, end):
                return Markup(closed + 1)
        if not self._mdx:
            return None
        if literal := self._literal(start, end):
            return literal
        braces = self._braces_end(start, end)
        return None if braces is None else Markup(braces)

    def _literal(self, start: int, end: int) -> Markup | None:
        """A {"string"}."""
        begin = self._skip_blanks(start + 1, end)
        if self._source[begin : begin + 1] not in _QUOTES or begin >= end:
            return None
        closed = self._read(begin, end, string_end(self._source, begin, end))
        if closed is None:
            return None
        brace = self._skip_blanks(closed, end)
        if not self._source.startswith("}", brace, end):
            return None
        return Markup(brace + 1, _unescaped(self._source[begin + 1 : closed - 1]))

    def _skip_blanks(self, start: int, end: int) -> int:
        blanks = _BLANKS.match(self._source, start, end)
        return blanks.end() if blanks else start

    def _angle(self, start: int, end: int) -> Markup | None:
        if self._source.startswith("<!--", start):
            closed = self._find("-->", start + 4, end)
            return None if closed is None else Markup(closed)
        tag = self._tag(start, end)
        if tag is None or not self._is_markup(tag, start):
            return None
        if (tag.name in UNREAD | {_METADATA}) and not tag.closing and not tag.self_closing:
            return self._unread(tag)
        return Markup(tag.end, _visible_text(tag), component=None if tag.name in HTML else tag.name)

    def _tag(self, start: int, end: int) -> _Tag | None:
        opening = _NAME.match(self._source, start, end)
        if opening is None:
            return None
        attributes: dict[str, str] = {}
        position = opening.end()
        while (closed := _TAG_END.match(self._source, position, end)) is None:
            after = self._attribute(position, end, attributes) if opening["name"] else None
            if after is None:
                self._read(start, position, None)
                return None
            position = after
        self._read(start, end, closed.end())
        return _Tag(
            end=closed.end(),
            name=opening["name"] or "",
            attributes=attributes,
            closing=bool(opening["closing"]),
            self_closing=bool(closed["self_closing"]),
        )

    def _attribute(self, position: int, end: int, attributes: dict[str, str]) -> int | None:
        """Notes the attribute at `position` if it has a string; its end, None where there is none."""
        match = _ATTRIBUTE.match(self._source, position, end)
        if match is None:  # {...spread}
            brace = self._skip_blanks(position, end)
            return self._braces_end(brace, end) if self._source.startswith("{", brace, end) else None
        if match["equals"] is None:
            return match.end()
        value = match.end()
        quote = self._source[value : value + 1] if value < end else ""
        if quote == "{":
            if literal := self._literal(value, end):
                attributes[match["name"]] = literal.text
            return self._braces_end(value, end)
        if quote and quote in "\"'":
            after = self._find(quote, value + 1, end)
            text = _unescaped(self._source[value + 1 : after - 1]) if after else ""
        else:
            unquoted = _UNQUOTED.match(self._source, value, end)
            after, text = (unquoted.end(), unquoted[0]) if unquoted else (None, "")
        if after and len(text) <= LABEL_CHARACTERS:
            attributes[match["name"]] = html.unescape(text)
        return after

    def _is_markup(self, tag: _Tag, start: int) -> bool:
        """Whether it is a tag, not a placeholder such as <file-name> or a type such as Promise<Response>."""
        if tag.closing or tag.self_closing or tag.name in HTML or tag.name.lower() in HTML:
            return True
        glued = start > 0 and self._source[start - 1].isalnum()
        if tag.name == "" or (tag.name[0].isupper() and not glued):
            return True
        return tag.name in self._closed

    @cached_property
    def _closed(self) -> frozenset[str]:
        """The names of the elements that are closed anywhere."""
        return frozenset(_CLOSING.findall(self._source))

    def _unread(self, tag: _Tag) -> Markup:
        closing = re.compile(rf"</{re.escape(tag.name)}\s*>").search(self._source, tag.end)
        end = self._read(tag.end, len(self._source), closing.end() if closing else None)
        return Markup(end or tag.end)


def _unescaped(string: str) -> str:
    return _ESCAPE.sub(r"\1", string)


def _visible_text(tag: _Tag) -> str:
    name = tag.name.lower()
    if name in BREAKS:
        return LINE_BREAK
    if name == "img":
        return tag.attributes.get("alt", "")
    if tag.name in HTML:
        return "" if name in PHRASING else " "
    texts = (tag.attributes[name] for name in _VISIBLE if tag.attributes.get(name, "").strip())
    text = next(texts, "")
    return f"**{' '.join(text.split())}** " if text else ""
