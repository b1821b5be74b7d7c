"""SourceDocument -> chunks: pure, and the same for the same document."""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from knowledge.sources.routes import with_fragment
from knowledge.types import Block, BlockKind, Chunk, Section, SourceDocument, indexed_text

CHUNKER_VERSION = "2"  # another one makes every index rebuild
LIMIT = 512  # tokens of a chunk, its heading path included
TINY = 48  # tokens; less than this is joined to its neighbour where that can be done

_NAMESPACE = UUID("0a6b6b0e-6d0c-5f0e-9f0b-3f6c5a1f7d24")
_WORD = re.compile(r"[A-Za-z0-9]+|\S")
_CAUTION = 1.05
_FENCE = re.compile(r"^[\s>]*(`{3,}|~{3,})")
_FENCE_IN_ITEM = re.compile(r"^(?:[\s>]|(?:[-+*]|\d{1,9}[.)])[ \t])*(`{3,}|~{3,})")
_TABLE_ROW = re.compile(r"^[\s>]*\|")
# After a full stop and what closes with it, at a line break, after the full stops of Chinese and Japanese.
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"')\]*_”’]*\s+(?![a-z])|(?<!\s)\s*\n\s*|(?<=[\u3002\uff01\uff1f])")
_WORD_END = re.compile(r"\s+|(?<=[\u3001\uff0c\uff1b])")
_CLOSERS = "\"')]*_”’"


@dataclass(frozen=True, slots=True)
class _Piece:
    """Text that stays in one chunk, and what stands between it and the text before it."""

    text: str
    glue: str
    tokens: int


def count_tokens(text: str) -> int:
    """About the number of WordPiece tokens, more often too many than too few; it needs no model.

    Fitted to the vocabulary of BERT (uncased) on English prose and code: short lower-case words are one,
    long ones and identifiers several, punctuation and each character of other scripts one.
    """
    return math.ceil(_CAUTION * sum(map(_word_tokens, _WORD.findall(text))))


def chunk(document: SourceDocument) -> list[Chunk]:
    """A chunk for each section that says something, several for one of more than LIMIT tokens.

    Code, tables and admonitions are never cut, so that a chunk which holds a long one exceeds LIMIT.
    """
    chunks: list[Chunk] = []
    occurrences: Counter[UUID] = Counter()
    for section in document.sections:
        for text in _texts(section):
            content = indexed_text(section.headings, text)
            content_hash = hashlib.sha256(content.encode()).hexdigest()
            identity = _identity(document.path, *section.headings, section.anchor or "", content_hash)
            chunks.append(
                Chunk(
                    id=_identity(str(identity), str(occurrences[identity])),
                    document=document.path,
                    title=document.title,
                    headings=section.headings,
                    anchor=section.anchor,
                    url=with_fragment(document.url, section.anchor),
                    position=len(chunks),
                    text=text,
                    tokens=count_tokens(content),
                    content_hash=content_hash,
                )
            )
            occurrences[identity] += 1
    return chunks


def _identity(*parts: str) -> UUID:
    return uuid5(_NAMESPACE, "\x1f".join(parts))


def _word_tokens(word: str) -> float:
    length = len(word)
    if length == 1:
        return 1
    if word[1:].islower() or word.isdigit():
        return 1 + 0.16 * max(0, length - 6) + 0.6 * max(0, length - 12)
    return 1 + 0.3 * (length - 1)


def _texts(section: Section) -> list[str]:
    """The section's chunks as text."""
    room = max(LIMIT - count_tokens(indexed_text(section.headings, "")), LIMIT // 2)
    pieces = [piece for block in section.blocks for piece in _pieces(block, room)]
    return [_joined(group) for group in _grouped(_with_lead_ins(pieces, room), room)]


def _pieces(block: Block, room: int) -> list[_Piece]:
    """The block as one piece, or the smallest cuts that fit: items of a list, then sentences, then words."""
    whole = _piece(block.text, "\n\n")
    if whole.tokens <= room or not block.kind.divisible:
        return [whole] if block.text.strip() else []
    pieces = list(_list_parts(block.text)) if block.kind is BlockKind.LIST else [whole]
    for boundary in (_SENTENCE_END, _WORD_END):
        pieces = [
            part
            for piece in pieces
            for part in ([piece] if piece.tokens <= room or _is_uncut(piece) else _cut(piece, boundary))
        ]
    return [_piece(pieces[0].text, "\n\n"), *pieces[1:]]


def _piece(text: str, glue: str) -> _Piece:
    return _Piece(text, glue, count_tokens(text))


def _is_uncut(piece: _Piece) -> bool:
    return bool(_FENCE_IN_ITEM.match(piece.text) or _TABLE_ROW.match(piece.text))


def _list_parts(text: str) -> Iterator[_Piece]:
    """A list's lines, with those of a fence or of a table together."""
    lines = text.split("\n")
    start = 0
    fence: str | None = None
    for number, line in enumerate(lines):
        marker = _FENCE.match(line) if fence else _FENCE_IN_ITEM.match(line)
        if marker and (fence is None or marker[1].startswith(fence)):
            fence = marker[1] if fence is None else None
        following = lines[number + 1] if number + 1 < len(lines) else ""
        within_table = _TABLE_ROW.match(line) and _TABLE_ROW.match(following)
        if (fence is None and not within_table) or number + 1 == len(lines):
            part = "\n".join(lines[start : number + 1])
            if part.strip():
                yield _piece(part.strip("\n"), "\n\n" if start and not lines[start - 1].strip() else "\n")
            start = number + 1


def _cut(piece: _Piece, boundary: re.Pattern[str]) -> Iterator[_Piece]:
    """The piece's parts between the boundaries; closing quotes and brackets stay with what they close."""
    start, glue = 0, piece.glue
    for match in boundary.finditer(piece.text):
        closers = len(match[0]) - len(match[0].lstrip(_CLOSERS))
        end = match.start() + closers
        if piece.text[start:end].strip():
            yield _piece(piece.text[start:end], glue)
            start, glue = match.end(), match[0][closers:]
    if piece.text[start:].strip():
        yield _piece(piece.text[start:], glue)


def _with_lead_ins(pieces: Sequence[_Piece], room: int) -> list[_Piece]:
    """“For example:” goes with the example, where both fit into a chunk."""
    joined: list[_Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and last.text.endswith(":") and last.tokens + piece.tokens <= room:
            joined[-1] = _Piece(last.text + piece.glue + piece.text, last.glue, last.tokens + piece.tokens)
        else:
            joined.append(piece)
    return joined


def _grouped(pieces: Sequence[_Piece], room: int) -> list[list[_Piece]]:
    """Neighbours together, in groups of about equal size that fit into `room` tokens."""
    total = sum(piece.tokens for piece in pieces)
    even = total / max(1, math.ceil(total / room))
    groups: list[list[_Piece]] = []
    size = 0
    for piece in pieces:
        if not groups or size >= even or size + piece.tokens > room:
            groups.append([])
            size = 0
        groups[-1].append(piece)
        size += piece.tokens
    return _without_tiny(groups, room)


def _without_tiny(groups: list[list[_Piece]], room: int) -> list[list[_Piece]]:
    """Leftovers join a neighbour that has room, or one that exceeds it anyway."""
    joined: list[list[_Piece]] = []
    for group in groups:
        if joined and _belong_together(joined[-1], group, room):
            joined[-1] = [*joined[-1], *group]
        else:
            joined.append(group)
    return joined


def _belong_together(one: Sequence[_Piece], other: Sequence[_Piece], room: int) -> bool:
    sizes = [sum(piece.tokens for piece in group) for group in (one, other)]
    return min(sizes) < TINY and (sum(sizes) <= room or max(sizes) > room)


def _joined(group: Sequence[_Piece]) -> str:
    return group[0].text + "".join(piece.glue + piece.text for piece in group[1:])
