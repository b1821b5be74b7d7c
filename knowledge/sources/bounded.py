"""A markdown-it plugin that bounds what the parser makes of a page, and how long it looks for it."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.footnote.index import footnote_ref

from knowledge.bounds import FOOTNOTE_CHARACTERS, INLINE_DEPTH

_FOOTNOTE = re.compile(rf"\[\^[^\[\]\s]{{1,{FOOTNOTE_CHARACTERS}}}\]")


def bounded_plugin(md: MarkdownIt) -> None:
    """For footnotes, emphasis and tables."""
    bounded_tables_plugin(md)
    md.inline.ruler.at("footnote_ref", _footnote_ref)
    md.core.ruler.after("inline", "shallow_inlines", _shallow_inlines)


def bounded_tables_plugin(md: MarkdownIt) -> None:
    """A table whose short rows lack more cells than it has characters is none: the parser fills them up."""
    md.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if start < state.env.get("refused_tables_end", 0) or not table(state, start, end, True):
        return False
    if silent:
        return True
    columns, missing, line = _cells(state, start), 0, start + 2
    while line < end and not state.isEmpty(line) and state.sCount[line] >= state.blkIndent:
        missing += max(0, columns - _cells(state, line))
        line += 1
    if missing > state.eMarks[line - 1] - state.bMarks[start]:
        state.env["refused_tables_end"] = line
        return False
    return table(state, start, end, False)


def _cells(state: StateBlock, line: int) -> int:
    """About how many the line has."""
    return state.src.count("|", state.bMarks[line], state.eMarks[line]) + 1


def _footnote_ref(state: StateInline, silent: bool) -> bool:
    is_short = _FOOTNOTE.match(state.src, state.pos, state.posMax) is not None
    return is_short and footnote_ref(state, silent, always_match=True)


def _shallow_inlines(state: StateCore) -> None:
    """Marks within INLINE_DEPTH others are text: trees of tokens are walked recursively."""
    children = (child for token in state.tokens for child in token.children or ())
    for child in children:
        if child.nesting and child.level >= INLINE_DEPTH:
            child.type, child.tag, child.nesting, child.content = "text", "", 0, child.markup
