"""What a sentence's form says of its worth as an answer."""

import re
from collections.abc import Sequence

from knowledge.sentences import Sentence
from knowledge.types import BlockKind, Chunk
from knowledge.words import letters

TEXT_KINDS = (BlockKind.PROSE, BlockKind.LIST)
# A table has many words, and so some of any question's.
TABLE_COST = 0.2
# What does not end like a sentence may be a caption or a title. In a list it most often is a link's text:
# better than nothing, and only that, unless something announces the list.
FRAGMENT_COST = 0.2
BULLET_COST = 1.5
# What speaks of the book, or sends the reader to another place in it, says little itself.
POINTER_COST = 0.6

_QUESTION_MARKS = frozenset("?？؟")  # noqa: RUF001
_ENDS = re.compile(r"(?<!\.)\.(?!\.)|[!:;。！۔।]")  # noqa: RUF001
_COLON = re.compile(r"[:：][*_]*\Z")  # noqa: RUF001
_COUNTED = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|\d+|several|following|these)\b", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_PLACE = r"(?:tutorial|section|page|chapter|part|guide|article|book|post|appendix)s?"
_OTHER = r"(?:last|next|previous|following|earlier|later|rest of (?:this|the))"
# English; what a book in another language says of itself goes unnoticed.
_ELSEWHERE = re.compile(
    rf"\W*(?:(?:finally, )?(?:see|read|refer to|check out|further|welcome)\b"
    rf"|for (?:more|further|additional|an? complete)\b|you (?:may|might)(?: also)? want to\b|in part \d"
    rf"|(?:this|the (?:articles?|{_OTHER})) {_PLACE}\b)"
    rf"|.*\b(?:in|of|from) (?:this|that|(?:this |that |the ){_OTHER}) {_PLACE}\b",
    re.IGNORECASE | re.DOTALL,
)
_PREAMBLE = re.compile(
    r"\W*(?:here(?:['’]s| is| are)\b|there are (?:several|some|many|a number of|a few)\b"
    r"|(?:\w[\w ]*, )?(?:we|let|you|i)['’](?:ll|ve|d|s) |as (?:we|you) (?:saw|see|go)\b)",
    re.IGNORECASE,
)


def is_quotable(sentence: Sentence, chunk: Chunk, question: str) -> bool:
    """Whether it tells anything: no question, and no mere address, nor the heading or the question again."""
    if sentence.kind not in TEXT_KINDS:
        return True
    said = letters(_ADDRESS.sub("", sentence.text))
    asks = not _QUESTION_MARKS.isdisjoint(sentence.text[_last_word_end(sentence.text) :])
    return bool(said) and not asks and said not in (letters(question), *map(letters, chunk.headings))


def cost(position: int, among: Sequence[Sentence]) -> float:
    """What the sentence at that position of its passage loses by its form."""
    sentence = among[position]
    if sentence.kind not in TEXT_KINDS:
        return TABLE_COST if sentence.kind is BlockKind.TABLE else 0.0
    pointer = POINTER_COST if points(position, among) else 0.0
    if _ENDS.search(sentence.text, _last_word_end(sentence.text)):
        return pointer
    return pointer + (BULLET_COST if sentence.kind is BlockKind.LIST else FRAGMENT_COST)


def points(position: int, among: Sequence[Sentence]) -> bool:
    """Whether the sentence only sends the reader on: to another place, or to what does not follow it."""
    text = among[position].text
    if _has_address_line(text) or _ELSEWHERE.match(text):
        return True
    if _announces(position, among):
        return False
    announces_nothing = position == len(among) - 1 and _COLON.search(text)
    return bool(announces_nothing or _PREAMBLE.match(text))


def _has_address_line(text: str) -> bool:
    return any(_ADDRESS.fullmatch(line.strip()) for line in text.split("\n"))


def _last_word_end(text: str) -> int:
    """Where the marks begin that the text ends with."""
    ends = (place for place in range(len(text), 0, -1) if text[place - 1].isalnum() or text[place - 1] == "_")
    return next(ends, 0)


def announced(position: int, among: Sequence[Sentence]) -> range:
    """Where in its passage that stands which the sentence announces: a list, a table or code after it."""
    if not _announces(position, among):
        return range(0)
    first = position + 1
    if among[first].kind is not BlockKind.LIST:
        return range(first, first + 1)
    past = next((n for n in range(first, len(among)) if among[n].kind is not BlockKind.LIST), len(among))
    return range(first, past)


def _announces(position: int, among: Sequence[Sentence]) -> bool:
    sentence, *after = among[position : position + 2]
    if not after or sentence.kind not in TEXT_KINDS:
        return False
    following = after[0]
    with_colon = _COLON.search(sentence.text) is not None
    if following.kind is BlockKind.LIST and sentence.block != following.block:
        counts = sentence.kind is not BlockKind.LIST and _COUNTED.search(sentence.text) is not None
        return with_colon or counts
    return with_colon and following.kind not in TEXT_KINDS
