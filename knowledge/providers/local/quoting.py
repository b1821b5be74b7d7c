"""Which sentences to quote: the best, and what they cannot be understood without."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from knowledge.chunking import count_tokens
from knowledge.providers.local.candidates import Candidate
from knowledge.providers.local.forms import TEXT_KINDS, announced, points
from knowledge.sentences import Sentence
from knowledge.types import BlockKind

MOST_PASSAGES = 3
MOST_CHOSEN = 4  # sentences; what belongs to them comes on top
MOST_WORDS = 120  # code and tables aside
# A sentence joins the best one if its score is this share of the best's. One that stands before it has to be
# about as good, so that an answer begins with what answers.
GOOD_ENOUGH = 0.75
GOOD_ENOUGH_NEXT = 0.6  # directly after what is quoted
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
    worthy = (candidate for candidate in found if _is_worthy(candidate, found[0], passages, quoted))
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


def _is_worthy(
    candidate: Candidate,
    best: Candidate,
    passages: Sequence[Sequence[Sentence]],
    quoted: Mapping[int, Collection[int]],
) -> bool:
    """Whether the sentence is nearly as good as the best; less will do if it goes on from what is quoted.

    Beside a definition, other passages have only definitions to add.
    """
    before = candidate.position - 1
    if candidate.passage != best.passage and candidate.definition < best.definition:
        return False
    if candidate.passage != best.passage:
        share = GOOD_ENOUGH_ELSEWHERE
    elif candidate.position < best.position:
        share = GOOD_ENOUGH_BEFORE
    elif before in quoted.get(best.passage, ()) and _is_one_paragraph(passages[best.passage][before:][:2]):
        share = GOOD_ENOUGH_NEXT
    else:
        share = GOOD_ENOUGH
    return candidate.score >= best.score - (1 - share) * abs(best.score)


def _is_one_paragraph(sentences: Sequence[Sentence]) -> bool:
    return len({sentence.block for sentence in sentences}) == 1


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
        if points(position, sentences):
            return
        yield position


def _wanted_after(position: int, sentences: Sequence[Sentence], *, with_code: bool) -> range:
    """What the sentence announces, or the code that follows it where that is asked for."""
    if wanted := announced(position, sentences):
        return wanted
    if not with_code or sentences[position].kind not in TEXT_KINDS:
        return range(0)
    following = range(position + 1, min(position + 2, len(sentences)))
    return following if any(sentences[n].kind is BlockKind.CODE for n in following) else range(0)


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
