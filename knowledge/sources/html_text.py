"""HTML nodes -> readable Markdown."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from knowledge.bounds import FILLED_CELLS
from knowledge.sources.jsx import LINE_BREAK

_SPACE = re.compile(r"\s+")
_LINE_START = re.compile(r"(?:(?<! ) +)?\n[ \t]+")
_MARKS = {"strong": "**", "b": "**", "em": "_", "i": "_", "del": "~~", "s": "~~"}
_LANGUAGE = re.compile(r"\b(?:language|lang|highlight)-(\w+)")
_PARTS = frozenset(
    {"p", "div", "section", "pre", "ul", "ol", "table", "blockquote", "dl", "details", "figure"}
)


def plain_text(node: LexborNode) -> str:
    return _SPACE.sub(" ", node.text()).strip()


def inline_text(node: LexborNode) -> str:
    """A node within a line: its text with code and emphasis marked, links and images as their text."""
    match node.tag:
        case "-text":
            return _SPACE.sub(" ", node.text())
        case "br":
            return LINE_BREAK
        case "img":
            return node.attributes.get("alt") or ""
        case "code" | "kbd" | "samp" | "tt":
            return _code_span(plain_text(node))
    text = "".join(map(inline_text, node.iter(include_text=True)))
    mark = _MARKS.get(node.tag or "")
    return f"{mark}{text.strip()}{mark}" if mark and text.strip() else text


def block_text(node: LexborNode) -> str:
    match node.tag:
        case "pre":
            return _code(node)
        case "table":
            return _table(node)
        case "ul" | "ol":
            return _list(node)
        case "blockquote":
            return "\n".join(f"> {line}".rstrip() for line in _parts(node, "\n\n").split("\n"))
    return _parts(node, "\n\n")


def _parts(parent: LexborNode, separator: str) -> str:
    """The blocks within a block, and the lines of text between them."""
    parts: list[list[str]] = [[]]
    for node in parent.iter(include_text=True):
        if node.tag in _PARTS or ((node.tag or "").startswith("h") and node.tag != "hr"):
            parts += [[block_text(node)], []]
        else:
            parts[-1].append(inline_text(node))
    lines = (_LINE_START.sub("  \n", "".join(part)).strip() for part in parts)
    return separator.join(filter(None, lines))


def _list(node: LexborNode) -> str:
    items = [child for child in node.iter() if child.tag == "li"]
    first = node.attributes.get("start") or "1"
    number = int(first) if first.isdecimal() else 1
    lines = []
    for offset, item in enumerate(items):
        marker = f"{number + offset}. " if node.tag == "ol" else "- "
        lines.append(marker + _parts(item, "\n").replace("\n", "\n" + " " * len(marker)))
    return "\n".join(lines)


def _table(node: LexborNode) -> str:
    rows = [[_cell(cell) for cell in row.iter() if cell.tag in ("th", "td")] for row in _rows(node)]
    rows = [row for row in rows if row]
    if not rows:
        return plain_text(node)
    width = max(map(len, rows))
    if width * len(rows) <= FILLED_CELLS * sum(map(len, rows)):
        rows = [row + [""] * (width - len(row)) for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    caption = node.css_first("caption")
    lines.insert(1, f"|{' --- |' * width}")
    return "\n".join([plain_text(caption), "", *lines] if caption else lines)


def _rows(table: LexborNode) -> Iterator[LexborNode]:
    """The table's own, not those of tables in its cells."""
    for part in table.iter():
        yield from (row for row in ([part] if part.tag == "tr" else part.iter()) if row.tag == "tr")


def _cell(cell: LexborNode) -> str:
    return _SPACE.sub(" ", _parts(cell, " ")).replace("|", r"\|").strip()


def _code(node: LexborNode) -> str:
    classes = " ".join(
        filter(None, (n.attributes.get("class") for n in (node, node.css_first("code"), node.parent) if n))
    )
    language = _LANGUAGE.search(classes)
    for line_break in node.css("br"):
        line_break.replace_with("\n")
    code = node.text().strip("\n")
    if not code.strip():
        return ""
    fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", code)), default=0))
    return f"{fence}{language[1] if language else ''}\n{code}\n{fence}"


def _code_span(code: str) -> str:
    if not code:
        return ""
    fence = "`" * (1 + max(map(len, re.findall(r"`+", code)), default=0))
    pad = " " if "`" in code else ""
    return f"{fence}{pad}{code}{pad}{fence}"
