"""Markdown into sentences, each whole and as it stands in the text; code and tables are left in one piece."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from sentencex import get_sentence_boundaries

from knowledge.bounds import SENTENCES
from knowledge.code_spans import closing_ends
from knowledge.types import BlockKind

# Its terminators are those of every script; the language only decides about abbreviations.
_LANGUAGE = "en"
# Where a full stop ends nothing: code spans (of which this finds the beginnings), links' targets, addresses.
_OPAQUE = re.compile(r"`+|(?<=\])\([^()\s]*\)|https?://[^\s>)]*[^\s>).,;:!?]")
_CLOSING_MARKUP = re.compile(r"[*_\"'”’»)\]}]+(?=\s|$)")
# Abbreviations that the segmenter lacks; a number goes on with them.
_ABBREVIATED = re.compile(r"\b(?:approx|resp|max|min|eqs?|chs?|figs|tab|vol|pts?)\.\s+\Z", re.IGNORECASE)
_NOT_BLANK = re.compile(r"\S")
_MARKER = re.compile(r"[ \t]*((?:(?:[-*+]|\d{1,9}[.)])[ \t]+)+)")
_LINE_END = re.compile(r"\r\n|\n|\r")
_FORMULA = "$$"
_LABEL = re.compile(r"\*\*[^*]+\*\*:?")

_WHOLE = {
    "fence": BlockKind.CODE,
    "code_block": BlockKind.CODE,
    "table_open": BlockKind.TABLE,
    "blockquote_open": BlockKind.PROSE,
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a paragraph or list item; or a whole code block, table or quotation."""

    text: str  # as it stands in the source, no blanks around it
    start: int  # where in the source
    kind: BlockKind  # PROSE, LIST, CODE or TABLE
    block: int  # the same for the sentences of one paragraph
    marker: str = ""  # that stands before it where it begins a list item: "- ", "2. "

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@lru_cache(maxsize=1024)
def sentences(markdown: str) -> tuple[Sentence, ...]:
    """The text's sentences in reading order, SENTENCES at most.

    Headings, rules and bold labels that stand alone are none.
    """
    found = (sentence for number, block in enumerate(_blocks(markdown)) for sentence in _split(block, number))
    return tuple(islice(found, SENTENCES))


@dataclass(frozen=True, slots=True)
class _Block:
    text: str
    start: int
    kind: BlockKind
    marker: str = ""
    whole: bool = True


@cache
def _parser() -> MarkdownIt:
    """Reads blocks alone: what stands in them is split here, and reading links would take far longer."""
    md = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["inline", "text_join"])
    md.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    return md


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The rule for tables without their cells, of which a few characters can make thousands."""
    is_table = table(state, start, end, True)
    if silent or not is_table:
        return is_table
    interrupting = state.md.block.ruler.getRules("blockquote")
    line = start + 2
    while line < end and state.sCount[line] >= state.blkIndent and not state.isEmpty(line):
        if state.is_code_block(line) or any(rule(state, line, end, True) for rule in interrupting):
            break
        line += 1
    state.push("table_open", "table", 1).map = [start, line]
    state.push("table_close", "table", -1)
    state.line = line
    return True


def _blocks(markdown: str) -> Iterator[_Block]:
    line_starts = [0, *(end.end() for end in _LINE_END.finditer(markdown)), len(markdown)]
    items_open, past = 0, 0  # `past`: the line after the last block that is left whole
    for token in _parser().parse(markdown):
        items_open += token.nesting if token.type.startswith("list_item") else 0
        if token.map is None or token.map[0] < past:
            continue
        begin, end = (line_starts[min(line, len(line_starts) - 1)] for line in token.map)
        if token.type in _WHOLE:
            past = token.map[1]
            yield _Block(markdown[begin:end].rstrip(), begin, _WHOLE[token.type])
        elif token.type == "paragraph_open":
            yield _paragraph(markdown, begin, end, in_list=items_open > 0)


def _paragraph(markdown: str, begin: int, end: int, *, in_list: bool) -> _Block:
    marker = _MARKER.match(markdown, begin, end) if in_list else None
    begin = marker.end() if marker else begin
    text = markdown[begin:end].rstrip()
    begin += len(text) - len(text.lstrip())
    text = text.lstrip()
    if text.startswith(_FORMULA):
        return _Block(text, begin, BlockKind.CODE)
    kind = BlockKind.LIST if in_list else BlockKind.PROSE
    return _Block(text, begin, kind, marker=marker[1] if marker else "", whole=False)


def _split(block: _Block, number: int) -> Iterator[Sentence]:
    if block.whole:
        if block.text.strip():
            yield Sentence(block.text, block.start, block.kind, number)
        return
    if _LABEL.fullmatch(block.text):
        return
    marker, begin = block.marker, 0
    for end in _sentence_ends(block.text):
        text = block.text[begin:end].strip()
        if text:
            start = block.start + block.text.index(text, begin)
            yield Sentence(text, start, block.kind, number, marker)
            marker = ""
        begin = end


def _sentence_ends(text: str) -> Iterator[int]:
    begin = before = 0  # of the sentence, and of what the segmenter takes for one
    has_letters = False
    for boundary in get_sentence_boundaries(_LANGUAGE, _without_opaque(text)):
        end = boundary["end_index"]
        if end < len(text) and (closing := _CLOSING_MARKUP.match(text, end)):
            end = closing.end()
        has_letters = has_letters or any(map(str.isalpha, text[before:end]))
        if end >= len(text) or (end > begin and has_letters and not _goes_on(text, before, end)):
            yield end
            begin, has_letters = end, False
        before = end
    if begin < len(text):
        yield len(text)


def _without_opaque(text: str) -> str:
    spans, pieces, place = closing_ends(text), [], 0
    while match := _OPAQUE.search(text, place):
        start, end = match.span()
        opaque = text[start] != "`" or start in spans
        end = spans.get(start, end)
        pieces += [text[place:start], "x" * (end - start) if opaque else text[start:end]]
        place = end
    return "".join(pieces) + text[place:]


def _goes_on(text: str, begin: int, end: int) -> bool:
    """Whether a sentence that has come to what stands from `begin` to `end` is not over there."""
    found = _NOT_BLANK.search(text, end)
    after = found[0] if found else ""
    return after.islower() or (after.isdigit() and _ABBREVIATED.search(text, begin, end) is not None)
