"""Which sentences to quote: the best, and what they cannot be understood without."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from knowledge.chunking import count_tokens
from knowledge.providers.local.candidates import Candidate
from knowledge.sentences import Sentence
from knowledge.types import BlockKind

MOST_PASSAGES = 3
MOST_CHOSEN = 4  # sentences; what belongs to them comes on top
MOST_WORDS = 120  # code and tables aside
# A sentence joins the best one if its score is this share of the best's. One that stands before it has to be
# about as good, so that an answer begins with what answers.
GOOD_ENOUGH = 0.75
GOOD_ENOUGH_ELSEWHERE = 0.8  # in another passage
GOOD_ENOUGH_BEFORE = 0.95
MOST_PREDECESSORS = 2
# A sentence with this share of the question's words is understood after that question by itself.
UNDERSTOOD = 0.5

# Begins with a word that stands for something said before.
_DEPENDENT = re.compile(
    r"\W*(?:it|its|they|them|their|this|these|those|that|such|he|she|his|her|here|there|both|either|neither"
    r"|for (?:example|instance)|in (?:this|that|these|those)|as a result"
    r"|the (?:former|latter|same|other|second|third|above|following)"
    r"|(?:\w+\W+){1,4}(?:them|ones))\b",
    re.IGNORECASE,
)
TEXT_KINDS = (BlockKind.PROSE, BlockKind.LIST)


@dataclass(frozen=True, slots=True)
class Quotation:
    """What is quoted of one passage."""

    passage: int  # from 0
    positions: tuple[int, ...]  # of its sentences, in reading order


def quotations(
    found: Sequence[Candidate],
    passages: Sequence[Sequence[Sentence]],
    *,
    with_code: bool,
    max_tokens: int,
) -> list[Quotation]:
    """What to quote of which passage, that with the best sentence first.

    `found` is what may be quoted, best first; `passages` are all of each passage's sentences. The best
    sentence is quoted even if it alone takes more than `max_tokens`.
    """
    quoted: dict[int, set[int]] = {}
    room = _Room(max_tokens)
    worthy = (candidate for candidate in found if candidate.score >= _least(candidate, best=found[0]))
    for candidate in islice(worthy, MOST_CHOSEN):
        if candidate.passage not in quoted and len(quoted) == MOST_PASSAGES:
            continue
        sentences = passages[candidate.passage]
        taken = quoted.get(candidate.passage, set())
        needed = {candidate.position, *_needed_before(candidate, sentences)} - taken
        if not room.take([sentences[position] for position in needed]):
            continue
        taken |= needed
        for position in _wanted_after(candidate.position, sentences, with_code=with_code):
            if position not in taken and not room.take([sentences[position]]):
                break
            taken.add(position)
        quoted[candidate.passage] = taken
    return [Quotation(passage, tuple(sorted(positions))) for passage, positions in quoted.items()]


def _least(candidate: Candidate, *, best: Candidate) -> float:
    if candidate.passage != best.passage:
        return GOOD_ENOUGH_ELSEWHERE * best.score
    return (GOOD_ENOUGH_BEFORE if candidate.position < best.position else GOOD_ENOUGH) * best.score


def _needed_before(candidate: Candidate, sentences: Sequence[Sentence]) -> Iterator[int]:
    """The sentences without which this one hangs in the air: what "it" is, what a code block shows."""
    if candidate.sentence.kind in TEXT_KINDS and candidate.coverage >= UNDERSTOOD:
        return
    position = candidate.position
    for _ in range(MOST_PREDECESSORS):
        sentence, position = sentences[position], position - 1
        hangs = sentence.kind not in TEXT_KINDS or _DEPENDENT.match(sentence.text)
        if not hangs or position < 0 or sentences[position].kind not in TEXT_KINDS:
            return
        yield position


def _wanted_after(position: int, sentences: Sequence[Sentence], *, with_code: bool) -> Iterator[int]:
    """What the sentence announces with a colon, or the code that follows it where that is asked for."""
    sentence = sentences[position]
    following = position + 1
    if following == len(sentences) or sentence.kind not in TEXT_KINDS:
        return
    after = sentences[following]
    announced = sentence.text.rstrip("*_").endswith(":")
    if after.kind in (BlockKind.CODE, BlockKind.TABLE):
        if announced or (with_code and after.kind is BlockKind.CODE):
            yield following
    elif announced and after.kind is BlockKind.LIST:
        while following < len(sentences) and sentences[following].kind is BlockKind.LIST:
            yield following
            following += 1


class _Room:
    """What an answer may yet take. Nothing is quoted twice."""

    def __init__(self, max_tokens: int) -> None:
        self._tokens = max_tokens
        self._words = MOST_WORDS
        self._texts: set[str] = set()

    def take(self, sentences: Sequence[Sentence]) -> bool:
        """Whether the sentences, all of them, are new and fit; the first ones always do."""
        texts = {sentence.text for sentence in sentences}
        words = sum(len(sentence.text.split()) for sentence in sentences if sentence.kind in TEXT_KINDS)
        tokens = sum(map(count_tokens, texts))
        if self._texts and (texts & self._texts or words > self._words or tokens > self._tokens):
            return False
        self._texts |= texts
        self._words -= words
        self._tokens -= tokens
        return True
