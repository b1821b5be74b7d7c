"""A markdown-it plugin for what MDX adds to Markdown.

Statements (`import`, `export`) become `esm` tokens; tags, comments and {expressions} become `markup`
tokens, of the block kind where they have lines to themselves and of the inline kind elsewhere. As in MDX, and
unlike the HTML blocks of CommonMark, the lines between two tags are Markdown.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from knowledge.sources.jsx import STRING, Markup, scan_markup

IMPORT = re.compile(
    r"import\b(?:\s*(?P<names>[\w$*{},\s]+?)\s*\bfrom)?\s*(?P<quote>[\"'])(?P<module>[^\"'\n]+)(?P=quote)"
    r"[ \t]*;?[ \t]*$",
    re.MULTILINE,
)
_EXPORT = re.compile(
    r"""export\s+(?:
        (?:const|let|var)\s+[^\n=]+=
      | (?:default\s+)?(?:async\s+)?function\b[^\n]*\(
      | (?:default\s+)?class\s+[\w$]+[^\n]*\{
      | default\s+(?:[\w$.]+;?[ \t]*$|[({\[<]|[\w$.]+\()
      | [{*]
    )""",
    re.MULTILINE | re.VERBOSE,
)
_STATEMENT_TOKEN = re.compile(
    rf"{STRING}|/\*.*?\*/|[\[\](){{}}]|\n(?=[ \t]*(?:\n|\Z))|\Z",
    re.DOTALL,
)
_BLANK_LINE = re.compile(r"\n(?=[ \t]*(?:\n|\Z))|\Z")
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")


def mdx_plugin(md: MarkdownIt) -> None:
    """Reads `env["mdx"]`: whether {…} is an expression; without it braces are text."""
    md.block.ruler.before("fence", "esm", _esm)
    md.block.ruler.before(
        "fence", "markup_block", _markup_block, {"alt": ["paragraph", "blockquote", "list"]}
    )
    md.inline.ruler.after("autolink", "markup_inline", _markup_inline)


def has_statements(text: str) -> bool:
    """Whether a page imports or exports, and so is MDX whatever its file's suffix."""
    fence = None
    position = 0
    for line in text.splitlines(keepends=True):
        if marker := _FENCE.match(line):
            if fence is None:
                fence = marker[1]
            elif marker[1].startswith(fence):
                fence = None
        elif fence is None and _statement_end(text, position) is not None:
            return True
        position += len(line)
    return False


def _statement_end(source: str, start: int) -> int | None:
    if match := IMPORT.match(source, start):
        return match.end()
    if _EXPORT.match(source, start):
        return _export_end(source, start)
    return None


def _export_end(source: str, start: int) -> int:
    """The first blank line outside all brackets; where they do not match, the first blank line."""
    depth = 0
    for token in _STATEMENT_TOKEN.finditer(source, start):
        if token[0] in ("", "\n"):
            if depth <= 0:
                return token.start()
        elif token[0] in "([{":
            depth += 1
        elif token[0] in ")]}":
            depth -= 1
    blank = _BLANK_LINE.search(source, start)
    return blank.start() if blank else len(source)


def _esm(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if state.level > 0 or state.sCount[start_line] > 0:
        return False
    start = state.bMarks[start_line]
    end = _statement_end(state.src, start)
    if end is None:
        return False
    if not silent:
        token = state.push("esm", "", 0)
        token.content = state.src[start:end]
        state.line = _line_after(state, start_line, end_line, end)
    return True


def _markup_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if state.is_code_block(start_line):
        return False
    found = _markup_lines(state, start_line, end_line)
    if not found:
        return False
    if not silent:
        for markup in found:
            state.push("markup_block", "", 0).meta = {"markup": markup}
        state.line = _line_after(state, start_line, end_line, found[-1].end)
    return True


def _markup_lines(state: StateBlock, start_line: int, end_line: int) -> list[Markup]:
    """The pieces of markup that fill the lines from `start_line` on; none where text stands among them."""
    position = state.bMarks[start_line] + state.tShift[start_line]
    end = state.eMarks[end_line - 1]
    found: list[Markup] = []
    while position < end and state.src[position] != "\n":
        if state.src[position] not in "<{":
            return []
        markup = scan_markup(state.src, position, end, mdx=state.env["mdx"])
        if markup is None:
            return []
        found.append(markup)
        position = state.skipSpaces(markup.end)
    return found


def _line_after(state: StateBlock, line: int, end_line: int, position: int) -> int:
    line += 1
    while line < end_line and state.bMarks[line] < position:
        line += 1
    return line


def _markup_inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "<{":
        return False
    markup = scan_markup(state.src, state.pos, state.posMax, mdx=state.env["mdx"])
    if markup is None:
        return False
    if not silent:
        state.push("markup_inline", "", 0).meta = {"markup": markup}
    state.pos = markup.end
    return True
