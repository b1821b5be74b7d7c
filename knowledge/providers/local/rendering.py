"""Quotations as Markdown: verbatim, each with its citation."""

import re
import textwrap
from collections.abc import Sequence
from itertools import pairwise

from knowledge.citations import OPENERS, read_marker
from knowledge.code_spans import closing_ends
from knowledge.providers.local.forms import TEXT_KINDS
from knowledge.providers.local.quoting import Quotation
from knowledge.sentences import Sentence, sentences
from knowledge.types import BlockKind

_MARKER_OR_CODE = re.compile(rf"\\?[\{OPENERS}]|`+")
_TARGET = re.compile(r"\([^()\s]*\)")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]+\]")
_FENCES = ("```", "~~~", "$$")


def rendered(chosen: Sequence[Quotation], texts: Sequence[str]) -> str:
    """The quotations as paragraphs, each ended by the marker of its passage: the first of `texts` is [1]."""
    return "\n\n".join(
        f"{_quoted(quotation, texts[quotation.passage])}[{quotation.passage + 1}]" for quotation in chosen
    )


def _quoted(quotation: Quotation, text: str) -> str:
    """The quotation and the blank before its marker, which beside a fence's end would be code."""
    every = sentences(text)
    first, *others = [every[position] for position in quotation.positions]
    is_one_block = all(sentence.block == first.block for sentence in others)
    written = _written(first) if is_one_block else _begun(first)
    for before, sentence in pairwise([first, *others]):
        if before.block == sentence.block:
            between = text[before.end : sentence.start]
            written += (between if not between.strip() else " ") + _written(sentence)
        else:
            in_list = before.kind is sentence.kind is BlockKind.LIST
            written += ("\n" if in_list else "\n\n") + _begun(sentence)
    return written + (" " if every[quotation.positions[-1]].kind in TEXT_KINDS else "\n\n")


def _begun(sentence: Sentence) -> str:
    """The sentence as a block of its own."""
    bullet = (sentence.marker or "- ") if sentence.kind is BlockKind.LIST else ""
    return bullet + _written(sentence)


def _written(sentence: Sentence) -> str:
    if sentence.kind is not BlockKind.CODE:
        return _without_foreign_markers(sentence.text)
    code = textwrap.dedent(sentence.text)
    return code if code.startswith(_FENCES) else f"```\n{code}\n```"


def _without_foreign_markers(text: str) -> str:
    """In prose a book's own "[3]" or "[^3]" would be taken for a citation of ours. In code it is code."""
    code, pieces, place, looked = closing_ends(text), [], 0, 0
    while opening := _MARKER_OR_CODE.search(text, looked):
        start, looked = opening.span()
        if text[start] == "`":
            looked = code.get(start, looked)
        elif (end := _marker_end(text, start)) is not None:
            pieces.append(text[place:start].rstrip(" \t"))
            place = looked = end
    return "".join(pieces) + text[place:]


def _marker_end(text: str, start: int) -> int | None:
    """Where the marker, with a link's target behind it, or the footnote's mark ends that begins there."""
    if marker := read_marker(text, start):
        target = _TARGET.match(text, marker.end)
        return target.end() if target else marker.end
    footnote = _FOOTNOTE.match(text, start)
    return footnote.end() if footnote else None
