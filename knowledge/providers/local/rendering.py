"""Quotations as Markdown: verbatim, each with its citation."""

import re
import textwrap
from collections.abc import Sequence
from itertools import pairwise

from knowledge.citations import MARKER
from knowledge.providers.local.forms import TEXT_KINDS
from knowledge.providers.local.quoting import Quotation
from knowledge.sentences import Sentence, sentences
from knowledge.types import BlockKind

# In prose a book's own "[3]" or "[^3]" would be taken for a citation of ours. In code it is code.
_FOREIGN_MARKER = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    rf"|[ \t]*(?:(?i:{MARKER.pattern})(?:\([^()\s]*\))?|\[\^[^\]\s]+\])",
    re.DOTALL,
)
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
        return _FOREIGN_MARKER.sub(lambda match: match["code"] or "", sentence.text)
    code = textwrap.dedent(sentence.text)
    return code if code.startswith(_FENCES) else f"```\n{code}\n```"
