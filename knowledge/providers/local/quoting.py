"""Which sentences to quote: the best, and what they cannot be understood without."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from knowledge.chunking import count_tokens
from knowledge.providers.local.candidates import Candidate
from knowledge.providers.local.forms import TEXT_KINDS, announced, points
from knowledge.sentences import Sentence
from knowledge.types import BlockKind

MOST_PASSAGES = 3
MOST_CHOSEN = 3  # sentences; what belongs to them comes on top
MOST_WORDS = 120  # code and tables aside
# A sentence joins the best one if what it says is worth this share of what the best says.
GOOD_ENOUGH = 0.6
GOOD_ENOUGH_NEXT = 0.4  # directly after what is quoted
GOOD_ENOUGH_ELSEWHERE = 0.8  # in another passage
# One that stands before the best and is as good comes before it; otherwise an answer begins with the best.
AS_GOOD = 0.97
# A sentence with this share of the question's words is understood after that question by itself.
UNDERSTOOD = 0.3

# Begins with a word that stands for something said before.
_DEPENDENT = re.compile(
    r"\W*(?:it|its|they|them|their|this|these|those|that|such|he|she|his|her|here|there|both|either|neither"
    r"|for (?:example|instance)|in (?:this|that|these|those)|as a result"
    r"|the (?:former|latter|same|other|second|third|above|following)"
    r"|(?:\w+\W+){1,4}(?:them|ones))\b",
    re.IGNORECASE,
)


# A passage, and whether of it that is meant which stands before the best sentence.
_Part = tuple[int, bool]


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
    quoted: dict[_Part, set[int]] = {}
    room = _Room(max_tokens)
    best = found[0]
    worthy = (c for c in found if _is_worthy(c, best, passages, quoted, in_order=with_code))
    for candidate in islice(worthy, MOST_CHOSEN):
        part = _part(candidate, best)
        if part not in quoted and len({passage for passage, _ in {*quoted, part}}) > MOST_PASSAGES:
            continue
        sentences = passages[candidate.passage]
        taken = quoted.get(part, set())
        needed = {candidate.position, *_needed_before(candidate, sentences)} - taken
        if not room.take([sentences[position] for position in needed]):
            continue
        taken |= needed
        for position in _wanted_after(candidate.position, sentences, with_code=with_code):
            if position not in taken and not room.take([sentences[position]]):
                break
            taken.add(position)
        quoted[part] = taken
    return [Quotation(passage, tuple(sorted(positions))) for (passage, _), positions in quoted.items()]


def _part(candidate: Candidate, best: Candidate) -> _Part:
    """What stands before the best sentence and is less good is quoted after it, on its own."""
    earlier = candidate.passage == best.passage and candidate.position < best.position
    return candidate.passage, earlier and candidate.own_score < AS_GOOD * best.own_score


def _is_worthy(
    candidate: Candidate,
    best: Candidate,
    passages: Sequence[Sequence[Sentence]],
    quoted: Mapping[_Part, Collection[int]],
    *,
    in_order: bool,
) -> bool:
    """Whether the sentence is nearly as good as the best; less will do if it goes on from what is quoted.

    Beside a definition, other passages have only definitions to add. Steps are told `in_order`.
    """
    if candidate is best:
        return True
    is_elsewhere, before = candidate.passage != best.passage, candidate.position - 1
    if is_elsewhere and candidate.definition < best.definition:
        return False
    if points(candidate.position, passages[candidate.passage]):
        return False
    if is_elsewhere:
        enough = GOOD_ENOUGH_ELSEWHERE
    elif candidate.position < best.position:
        enough = AS_GOOD if in_order else GOOD_ENOUGH
    elif before in quoted[_part(best, best)] and _is_one_paragraph(passages[best.passage][before:][:2]):
        enough = GOOD_ENOUGH_NEXT
    else:
        enough = GOOD_ENOUGH
    return candidate.own_score >= enough * best.own_score


def _is_one_paragraph(sentences: Sequence[Sentence]) -> bool:
    return len({sentence.block for sentence in sentences}) == 1


def _needed_before(candidate: Candidate, sentences: Sequence[Sentence]) -> Collection[int]:
    """The sentence without which this one hangs in the air: what "it" is, what a code block shows."""
    before = candidate.position - 1
    is_text = candidate.sentence.kind in TEXT_KINDS
    if is_text and (candidate.coverage >= UNDERSTOOD or not _DEPENDENT.match(candidate.sentence.text)):
        return ()
    if before < 0 or sentences[before].kind not in TEXT_KINDS or points(before, sentences):
        return ()
    return (before,)


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
