"""Finds the markup that MDX and HTML put between the words of a page: tags, comments and {expressions}."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.sources.elements import BREAKS, HTML, PHRASING, UNREAD

LINE_BREAK = "  \n"  # as Markdown writes it
LONGEST = 20_000  # characters that a tag, comment or expression may have

_NAME = re.compile(r"<(?P<closing>/?)(?P<name>[A-Za-z][\w.:-]*)?")
_TAG_END = re.compile(r"\s*(?P<self_closing>/?)>")
_ATTRIBUTE = re.compile(
    r"\s*(?P<name>[A-Za-z_:$][\w.:$-]*)(?:\s*=\s*(?P<value>\"[^\"]*\"|'[^']*'|(?=\{)|[^\s\"'=<>`{}]+))?"
)
_COMMENT = re.compile(r"<!--.*?-->|\{\s*/\*.*?\*/\s*\}", re.DOTALL)
STRING = r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`"
_LITERAL = re.compile(rf"\{{\s*(?P<string>{STRING})\s*\}}", re.DOTALL)
_SCRIPT = re.compile(rf"{STRING}|/\*.*?\*/|[{{}}]", re.DOTALL)

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


def scan_markup(source: str, start: int, end: int, *, mdx: bool) -> Markup | None:
    """The markup that begins at `start`, or None where the characters there are text.

    Outside MDX, braces are text unless they hold a comment.
    """
    end = min(end, start + LONGEST)
    if comment := _COMMENT.match(source, start, end):
        return Markup(comment.end())
    if source[start] == "{":
        return _expression(source, start, end) if mdx else None
    tag = _scan_tag(source, start, end)
    if tag is None or not _is_markup(tag, source, start):
        return None
    if (tag.name in UNREAD | {_METADATA}) and not tag.closing and not tag.self_closing:
        return _unread(source, tag)
    return Markup(tag.end, _visible_text(tag), component=None if tag.name in HTML else tag.name)


def scan_braces(source: str, start: int, end: int) -> int | None:
    """The end of the {…} that begins at `start`, past braces in its strings and comments."""
    if source.find("}", start, end) < 0:
        return None
    depth = 0
    for token in _SCRIPT.finditer(source, start, end):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return token.end()
    return None


def _expression(source: str, start: int, end: int) -> Markup | None:
    if literal := _LITERAL.match(source, start, end):
        return Markup(literal.end(), _unquoted(literal["string"]))
    closed = scan_braces(source, start, end)
    return None if closed is None else Markup(closed)


def _scan_tag(source: str, start: int, end: int) -> _Tag | None:
    opening = _NAME.match(source, start, end)
    if opening is None:
        return None
    attributes: dict[str, str] = {}
    position = opening.end()
    while (closed := _TAG_END.match(source, position, end)) is None:
        after = _scan_attribute(source, position, end, attributes) if opening["name"] else None
        if after is None:
            return None
        position = after
    return _Tag(
        end=closed.end(),
        name=opening["name"] or "",
        attributes=attributes,
        closing=bool(opening["closing"]),
        self_closing=bool(closed["self_closing"]),
    )


def _scan_attribute(source: str, position: int, end: int, attributes: dict[str, str]) -> int | None:
    """Notes the attribute at `position` where its value is a string; its end, or None where there is none."""
    match = _ATTRIBUTE.match(source, position, end)
    if match is None:  # {...spread}
        brace = re.compile(r"\s*(?=\{)").match(source, position, end)
        return None if brace is None else scan_braces(source, brace.end(), end)
    if match["value"] is None:
        return match.end()
    if match["value"]:
        attributes[match["name"]] = html.unescape(_unquoted(match["value"]))
        return match.end()
    if literal := _LITERAL.match(source, match.end(), end):
        attributes[match["name"]] = _unquoted(literal["string"])
    return scan_braces(source, match.end(), end)


def _is_markup(tag: _Tag, source: str, start: int) -> bool:
    """Whether it is a tag, not a placeholder such as <file-name> or a type such as Promise<Response>."""
    if tag.closing or tag.self_closing or tag.name in HTML or tag.name.lower() in HTML:
        return True
    glued = start > 0 and source[start - 1].isalnum()
    if tag.name == "" or (tag.name[0].isupper() and not glued):
        return True
    return f"</{tag.name}" in source


def _unread(source: str, tag: _Tag) -> Markup:
    closing = re.compile(rf"</{re.escape(tag.name)}\s*>").search(source, tag.end)
    return Markup(closing.end() if closing else tag.end)


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


def _unquoted(string: str) -> str:
    if string[:1] not in ("'", '"', "`"):
        return string
    return re.sub(r"\\(.)", r"\1", string[1:-1])
