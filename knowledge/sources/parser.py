"""The Markdown parser: CommonMark with tables, strikethrough, footnotes, math, admonitions and MDX."""

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from knowledge.sources.admonitions import read_admonition
from knowledge.sources.bounded import bounded_plugin
from knowledge.sources.mdx import has_statements, mdx_plugin
from knowledge.sources.slugs import Slugger, split_explicit_id

# Far beyond what people write, and within Python's own limit on recursion.
_DEEPEST_NESTING = 100
_FENCE = re.compile(r"^(?P<ticks>`{3,4})(?P<begins> *mdx-code-block)?$", re.MULTILINE)


def parse(text: str, *, mdx: bool) -> SyntaxTreeNode:
    """The page as a tree; its headings carry the attributes `id` (not for level 1) and `text`.

    `mdx` is what the file's suffix says; a page with imports or exports is MDX in any case.
    """
    mdx = mdx or has_statements(text)
    tokens = _parser(indented_code=not mdx).parse(_without_mdx_code_blocks(text), {"mdx": mdx})
    return SyntaxTreeNode(tokens)


def _without_mdx_code_blocks(text: str) -> str:
    """The text with the lines that stand in such blocks, but not their fences."""
    fences = list(_FENCE.finditer(text))
    closing: dict[str, re.Match[str]] = {}  # by ticks, the next one
    closed: dict[int, re.Match[str]] = {}  # by where a block begins
    for fence in reversed(fences):
        if not fence["begins"]:
            closing[fence["ticks"]] = fence
        elif fence["ticks"] in closing:
            closed[fence.start()] = closing[fence["ticks"]]
    pieces, place = [], 0
    for start, end in sorted(closed.items()):
        if start >= place:
            pieces += [text[place:start], text[text.index("\n", start) + 1 : end.start() - 1]]
            place = end.end()
    return "".join(pieces) + text[place:]


def parse_inline(text: str) -> SyntaxTreeNode:
    return SyntaxTreeNode(_parser(indented_code=True).parseInline(text, {"mdx": False}))


@cache
def _parser(*, indented_code: bool) -> MarkdownIt:
    """MDX has no indented code: there, indentation only shows which tag a line stands in."""
    md = MarkdownIt("commonmark", {"maxNesting": _DEEPEST_NESTING})
    md.enable(["table", "strikethrough"])
    md.disable(["html_block", "html_inline", "text_join"])
    container_plugin(md, "admonition", validate=lambda params, _: read_admonition(params) is not None)
    dollarmath_plugin(md, allow_labels=False, allow_space=False, allow_digits=False, allow_blank_lines=False)
    footnote_plugin(md, inline=False, move_to_end=False, always_match_refs=True)
    mdx_plugin(md)
    bounded_plugin(md)
    md.core.ruler.before("inline", "explicit_ids", _explicit_ids)
    md.core.ruler.after("inline", "heading_ids", _heading_ids)
    if not indented_code:
        md.disable("code")
    return md


def _explicit_ids(state: StateCore) -> None:
    for opening, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if opening.type == "heading_open":
            inline.content, explicit = split_explicit_id(inline.content)
            if explicit:
                opening.attrSet("id", explicit)


def _heading_ids(state: StateCore) -> None:
    """As in Docusaurus, a level-1 heading takes a slug away from later ones but has no id on the page."""
    slugger = Slugger()
    for opening, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if opening.type == "heading_open":
            text = plain_text(SyntaxTreeNode([inline]))
            opening.attrSet("text", " ".join(text.split()))
            anchor = opening.attrGet("id") or slugger.slug(text.strip())
            opening.attrSet("id", "" if opening.tag == "h1" else anchor)


def plain_text(node: SyntaxTreeNode) -> str:
    """The words of inline nodes without any markup."""
    if node.type in ("text", "text_special", "code_inline", "math_inline"):
        return node.content
    if node.type == "markup_inline":
        return " " if node.meta["markup"].text.isspace() else ""
    if node.type == "softbreak":
        return "\n"
    return "".join(plain_text(child) for child in node.children)
