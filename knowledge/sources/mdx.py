"""A markdown-it plugin for what MDX adds to Markdown.

Statements (`import`, `export`) become `esm` tokens; tags, comments and {expressions} become `markup`
tokens, of the block kind where they have lines to themselves and of the inline kind elsewhere. As in MDX, and
unlike the HTML blocks of CommonMark, the lines between two tags are Markdown.
"""

import re
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.ruler import StateBase
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from knowledge.sources.jsx import Markup, MarkupScanner

_IMPORT = re.compile(r"import\b(?P<names>[\w$*{},\s]*)")
_FROM = re.compile(r"(?<!\w)from\Z")
_MODULE = re.compile(r"(?P<quote>[\"'])(?P<module>[^\"'\n]+)(?P=quote)[ \t]*(?:;[ \t]*)?$", re.MULTILINE)
_EXPORT = re.compile(
    r"""export\s+(?:
        (?:const|let|var)\s+[^\s=][^\n=]*=
      | (?:default\s+)?(?:async\s+)?function\b[^\n]*\(
      | (?:default\s+)?class\s+[\w$][^\n]*\{
      | default\s+(?:[\w$.]+;?[ \t]*$|[({\[<]|[\w$.]+\()
      | [{*]
    )""",
    re.MULTILINE | re.VERBOSE,
)
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")


class Import(NamedTuple):
    """An import statement: what stands between `import` and `from`, and the module's name."""

    names: str
    module: str
    end: int


def read_import(source: str, start: int = 0) -> Import | None:
    """The import that begins there. Another one's beginning ends it, so that many are read in linear time."""
    if not source.startswith("import", start):
        return None
    following = source.find("\nimport", start)
    end = len(source) if following < 0 else following
    opening = _IMPORT.match(source, start, end)
    module = _MODULE.match(source, opening.end(), end) if opening else None
    if opening is None or module is None:
        return None
    names = opening["names"].rstrip()
    if names and not (_FROM.search(names) and len(names) > len("from")):
        return None
    return Import(names.removesuffix("from").strip(), module["module"], module.end())


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
    for line in text.split("\n"):
        if marker := _FENCE.match(line):
            if fence is None:
                fence = marker[1]
            elif marker[1].startswith(fence):
                fence = None
        elif fence is None and _is_statement(text, position):
            return True
        position += len(line) + 1
    return False


def _is_statement(source: str, start: int) -> bool:
    return read_import(source, start) is not None or _EXPORT.match(source, start) is not None


def _statement_end(state: StateBlock, start: int) -> int | None:
    if found := read_import(state.src, start):
        return found.end
    if _EXPORT.match(state.src, start):
        return _scanner(state).statement_end(start)
    return None


def _esm(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if state.level > 0 or state.sCount[start_line] > 0:
        return False
    start = state.bMarks[start_line]
    end = _statement_end(state, start)
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
    scanner = _scanner(state)
    found: list[Markup] = []
    while position < end and state.src[position] != "\n":
        if state.src[position] not in "<{":
            return []
        markup = scanner.scan(position, end)
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
    markup = _scanner(state).scan(state.pos, state.posMax)
    if markup is None:
        return False
    if not silent:
        state.push("markup_inline", "", 0).meta = {"markup": markup}
    state.pos = markup.end
    return True


def _scanner(state: StateBase) -> MarkupScanner:
    """The one of the text that is parsed: the page, or what stands in a block."""
    scanners = state.env.setdefault("scanners", {})
    if state.src not in scanners:
        scanners[state.src] = MarkupScanner(state.src, mdx=state.env["mdx"])
    scanner = scanners[state.src]
    assert isinstance(scanner, MarkupScanner)  # noqa: S101
    return scanner
