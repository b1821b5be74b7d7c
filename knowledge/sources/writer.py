"""A parsed page -> blocks of readable Markdown: no JSX, no links, no images; tables and code as they are."""

import re
from collections.abc import Callable, Iterator, Sequence

from markdown_it.tree import SyntaxTreeNode

from knowledge.sources.admonitions import read_admonition
from knowledge.sources.jsx import LINE_BREAK, Markup
from knowledge.sources.outline import Element, Heading
from knowledge.sources.parser import parse_inline
from knowledge.types import Block, BlockKind

Partial = Callable[
    [str], Sequence[Element]
]  # a component's name -> what the file says that it is imported from

_KINDS = {
    "bullet_list": BlockKind.LIST,
    "ordered_list": BlockKind.LIST,
    "fence": BlockKind.CODE,
    "code_block": BlockKind.CODE,
    "math_block": BlockKind.CODE,
    "table": BlockKind.TABLE,
    "container_admonition": BlockKind.ADMONITION,
}
_ESCAPED = frozenset("*_`\\~$")  # characters that would turn into markup without their backslash
_SPACES = re.compile(r" {2,}")  # left over between tags
_LINE_BREAK = re.compile(r"(?:(?<![ \t])[ \t]+)?\n[ \t]*")
_STRAY_COLONS = re.compile(r":{3,}")
_CODE_TITLE = re.compile(r"\btitle=(?:\"[^\"]*\"|'[^']*')")
_HIGHLIGHT = re.compile(
    r"^[ \t]*(?://|#|--|%|\{?/\*|<!--)[ \t]*highlight-(?:next-line|start|end)"
    r"[ \t]*(?:(?:\*/\}?|-->)[ \t]*)?\n",
    re.MULTILINE,
)


class Writer:
    """Writes the nodes of one page."""

    def __init__(self, partial: Partial) -> None:
        self._partial = partial

    def elements(self, root: SyntaxTreeNode) -> Iterator[Element]:
        for node in root.children:
            yield from self._elements(node)

    def _elements(self, node: SyntaxTreeNode) -> Iterator[Element]:
        if node.type == "heading":
            yield Heading(int(node.tag[1]), str(node.attrs["text"]), str(node.attrs["id"]) or None)
        elif node.type == "blockquote":
            # A block for each of its parts, so that code within is not cut with the prose around it.
            for child in node.children:
                yield from (_quoted(element) for element in self._elements(child))
        elif node.type == "container_admonition" and not _is_closed(node):
            yield from self._unclosed_admonition(node)
        elif node.type == "markup_block" and (included := self._included(node)):
            yield from included
        elif text := self._text(node).strip("\n"):
            yield Block(_KINDS.get(node.type, BlockKind.PROSE), text)

    def _unclosed_admonition(self, node: SyntaxTreeNode) -> Iterator[Element]:
        """It would go on to the page's end, over all of the headings there; so it ends at the first."""
        heads = (number for number, child in enumerate(node.children) if child.type == "heading")
        end = next(heads, len(node.children))
        texts = [_admonition_title(node.info), *map(self._text, node.children[:end])]
        yield Block(BlockKind.ADMONITION, "\n\n".join(filter(None, texts)))
        for child in node.children[end:]:
            yield from self._elements(child)

    def _text(self, node: SyntaxTreeNode) -> str:
        """A block's Markdown; "" for one that shows nothing."""
        match node.type:
            case "paragraph" | "inline":
                text = _LINE_BREAK.sub(LINE_BREAK, _SPACES.sub(" ", _inline(node))).strip()
                return "" if _STRAY_COLONS.fullmatch(text) else text
            case "fence" | "code_block":
                return _code(node)
            case "bullet_list" | "ordered_list":
                return self._list(node)
            case "table":
                return _table(node)
            case "heading":
                return f"**{node.attrs['text']}**"
            case "blockquote":
                return _prefixed(self._texts(node, "\n\n"), "> ")
            case "container_admonition":
                return f"{_admonition_title(node.info)}\n\n{self._texts(node, chr(10) * 2)}".strip()
            case "footnote_reference":
                return f"[^{node.meta['label']}]: {self._texts(node, chr(10) * 2)}"
            case "math_block":
                return f"$$\n{node.content.strip(chr(10))}\n$$"
            case "markup_block":
                included = self._included(node)
                return "\n\n".join(map(_element_text, included)) if included else _markup(node).text.strip()
        return ""

    def _texts(self, node: SyntaxTreeNode, separator: str) -> str:
        return separator.join(filter(None, map(self._text, node.children)))

    def _included(self, node: SyntaxTreeNode) -> Sequence[Element]:
        component = _markup(node).component
        return self._partial(component) if component else ()

    def _list(self, node: SyntaxTreeNode) -> str:
        tight = not any(
            child.type == "paragraph" and not child.hidden for i in node.children for child in i.children
        )
        separator = "\n" if tight else "\n\n"
        return separator.join(self._list_item(item, separator) for item in node.children)

    def _list_item(self, item: SyntaxTreeNode, separator: str) -> str:
        marker = f"{item.info}{item.markup} "
        text = self._texts(item, separator)
        return (marker + _prefixed(text, " " * len(marker)).lstrip(" ")).rstrip()


def _quoted(element: Element) -> Block:
    if isinstance(element, Heading):
        return Block(BlockKind.PROSE, f"> **{element.text}**")
    return Block(element.kind, _prefixed(element.text, "> "))


def _element_text(element: Element) -> str:
    return f"**{element.text}**" if isinstance(element, Heading) else element.text


def _prefixed(text: str, prefix: str) -> str:
    return "\n".join(
        f"{prefix}{line}".rstrip() if not line else f"{prefix}{line}" for line in text.split("\n")
    )


def _markup(node: SyntaxTreeNode) -> Markup:
    markup = node.meta["markup"]
    assert isinstance(markup, Markup)  # noqa: S101
    return markup


def _is_closed(node: SyntaxTreeNode) -> bool:
    return node.nester_tokens is not None and node.nester_tokens.closing.markup.startswith(":::")


def _admonition_title(info: str) -> str:
    admonition = read_admonition(info)
    assert admonition is not None  # noqa: S101
    title = _inline(parse_inline(admonition.title)).replace("**", "").strip()
    kind = admonition.kind.replace("-", " ").capitalize()
    return f"**{kind}: {title}**" if title else f"**{kind}**"


def _code(node: SyntaxTreeNode) -> str:
    fence = node.markup or "```"
    language = (node.info.split(maxsplit=1) or [""])[0].partition("{")[0]
    title = _CODE_TITLE.search(node.info)
    info = f"{language} {title[0]}" if title else language
    code = _HIGHLIGHT.sub("", node.content).strip("\n")
    return f"{fence}{info}\n{code}\n{fence}"


def _table(node: SyntaxTreeNode) -> str:
    rows = [
        [" ".join(_inline(cell).split()).replace("|", r"\|") for cell in row.children]
        for part in node.children
        for row in part.children
    ]
    rows.insert(1, ["---"] * len(rows[0]))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text":
            return node.content
        case "text_special":
            return node.markup if node.content in _ESCAPED and node.info == "escape" else node.content
        case "code_inline":
            return _code_span(node)
        case "math_inline":
            return f"${node.content}$"
        case "softbreak":
            return " "
        case "hardbreak":
            return LINE_BREAK
        case "markup_inline":
            return _markup(node).text
        case "footnote_ref":
            return f"[^{node.meta['label']}]"
        case "strong" | "em" | "s":
            return _emphasised("".join(map(_inline, node.children)), node.markup)
    return "".join(map(_inline, node.children))


def _code_span(node: SyntaxTreeNode) -> str:
    pad = " " if node.content[:1] == "`" or node.content[-1:] == "`" else ""
    return f"{node.markup}{pad}{node.content}{pad}{node.markup}"


def _emphasised(text: str, mark: str) -> str:
    """Emphasis around what is left once tags are gone; nothing around nothing."""
    return f"{mark}{text.strip()}{mark}" if text.strip() else text
