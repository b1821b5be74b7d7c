"""What an answer may be quoted from: the passages' sentences, each with how well it answers."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from knowledge.bounds import EMBEDDED_CHARACTERS, EMBEDDED_SENTENCES
from knowledge.definitions import definition
from knowledge.providers.local.figures import figure_gain
from knowledge.providers.local.forms import TEXT_KINDS, cost, is_quotable
from knowledge.providers.local.sentence_vectors import SentenceVectors
from knowledge.providers.local.wording import keys, pairs, share, weights
from knowledge.sentences import Sentence, sentences
from knowledge.types import BlockKind, Chunk, Prompt, ScoredChunk, WeightedText
from knowledge.vectors import normalised
from knowledge.words import content_words, coverage, letters

# A sentence's score is its cosine to the question, plus this much for having all of the question's words.
# The shares and gains are rounded from a logistic regression: which of the sentences that were found for
# questions about encyclopedia articles has the answer.
WORDS_SHARE = 1.0
# Words in the headings, and those only in the sentence before, count as this much of one in the sentence.
HEADING_SHARE = 0.5
BEFORE_SHARE = 0.6
# So much for having all of them side by side as in the question.
PAIRS_SHARE = 0.2
# A sentence gains by what its passage is about: by the passage's cosine to the question, and by its BM25
# score as a share of the best.
SIMILARITY_SHARE = 1.0
BM25_SHARE = 0.5
# The answer before said it; it may still be what is asked for.
SAID_COST = 0.2
# A sentence gains this much by saying what the term is that is asked after.
DEFINITION_GAIN = 0.6
# What the reader marked is a part of the question.
SELECTION_PULL = 0.5
# It may be what is asked for, and so may what stands beside it; but a sentence does not explain itself, which
# is what "explain this" asks for.
IN_SELECTION = 0.1
BESIDE_SELECTION = 0.25
UNEXPLAINED = -1.0

_LINK_TARGET = re.compile(r"(?<=\])\([^()\s]*\)")
_MARKUP = re.compile(r"[*_`#>|\[\]]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    passage: int  # from 0, in the prompt's order
    position: int  # from 0, among the passage's sentences
    sentence: Sentence
    cost: float = 0.0  # of its form
    before: str = ""  # the sentence before it
    shown: str = ""  # the code that follows it
    definition: float = 0.0  # how far it says what the term is that is asked after
    coverage: float = 0.0  # the share of the question's words that it and its headings have
    score: float = 0.0
    of_passage: float = 0.0  # what of the score its whole passage has in common

    @property
    def own_score(self) -> float:
        return self.score - self.of_passage


def promising(prompt: Prompt, *, with_code: bool) -> list[Candidate]:
    """The sentences most worth quoting by their words, best first; code only where it is asked for."""
    eligible = [
        candidate
        for candidate in _all(prompt)
        if (with_code or candidate.sentence.kind is not BlockKind.CODE)
        and is_quotable(candidate.sentence, prompt.passages[candidate.passage].chunk, prompt.question)
        # A follow-up that was joined by rule holds the sentence that it is about, which answers nothing more.
        and candidate.sentence.text not in prompt.question
    ]
    return _best_first(_scored_by_words(eligible, prompt, with_code=with_code))[:EMBEDDED_SENTENCES]


def _best_first(found: Iterable[Candidate]) -> list[Candidate]:
    return sorted(found, key=lambda candidate: candidate.score, reverse=True)


def _passage_scores(passages: Sequence[ScoredChunk]) -> list[float]:
    similarities = [scored.similarity for scored in passages if scored.similarity is not None]
    # Words alone found a passage that has none: it is no nearer to the question than those that have one.
    least = min(similarities, default=0.0)
    best = max((scored.bm25 or 0.0 for scored in passages), default=0.0) or 1.0
    return [
        SIMILARITY_SHARE * (least if scored.similarity is None else scored.similarity)
        + BM25_SHARE * (scored.bm25 or 0.0) / best
        for scored in passages
    ]


def _all(prompt: Prompt) -> Iterator[Candidate]:
    for passage, scored in enumerate(prompt.passages):
        headings = scored.chunk.headings
        if not (every := sentences(scored.chunk.text)):
            continue
        around = zip((None, *every[:-1]), every, (*every[1:], None), strict=True)
        for position, (before, sentence, after) in enumerate(around):
            yield Candidate(
                passage,
                position,
                sentence,
                cost=cost(position, every),
                before=before.text if before and before.kind in TEXT_KINDS else "",
                shown=after.text if after and after.kind is BlockKind.CODE else "",
                definition=definition(sentence, headings, prompt.question),
            )


def _scored_by_words(found: Sequence[Candidate], prompt: Prompt, *, with_code: bool) -> Iterator[Candidate]:
    words = [frozenset(keys(candidate.sentence.text)) for candidate in found]
    headings = [frozenset(keys(" ".join(scored.chunk.headings))) for scored in prompt.passages]
    counting = weights(prompt.words or (WeightedText(prompt.question),), words)
    total = math.fsum(counting.values())
    asked_pairs = pairs(keys(prompt.question))
    of_passages = _passage_scores(prompt.passages)
    favoured = _favoured(found, prompt)
    for candidate, own_words in zip(found, words, strict=True):
        text = candidate.sentence.text
        with_headings = own_words | headings[candidate.passage]
        with_headings |= frozenset(keys(candidate.shown) if with_code else ())
        own, in_context, after_another = (
            coverage(has, counting, total=total)
            for has in (own_words, with_headings, with_headings | frozenset(keys(candidate.before)))
        )
        score = WORDS_SHARE * (
            own + HEADING_SHARE * (in_context - own) + BEFORE_SHARE * (after_another - in_context)
        )
        score += PAIRS_SHARE * share(asked_pairs, keys(text)) + figure_gain(prompt.question, text)
        score += DEFINITION_GAIN * candidate.definition - candidate.cost
        score -= SAID_COST * (text in prompt.previous_answer)
        score += favoured.get((candidate.passage, candidate.position), 0.0)
        of_passage = of_passages[candidate.passage]
        yield replace(candidate, coverage=in_context, score=score + of_passage, of_passage=of_passage)


async def by_meaning(found: Sequence[Candidate], prompt: Prompt, vectors: SentenceVectors) -> list[Candidate]:
    """The same, scored by what they mean, too. Raises EmbeddingUnavailable."""
    in_context = [_in_context(c.sentence, prompt.passages[c.passage].chunk) for c in found]
    question, *marked = [prompt.question, *([prompt.selection.text] if prompt.selection else [])]
    rows = await vectors.of([question, *in_context, *marked])
    target = rows[0] if not marked else normalised(rows[0] + SELECTION_PULL * rows[-1])
    cosines = rows[1 : len(in_context) + 1] @ target
    return _best_first(
        replace(candidate, score=candidate.score + float(cosine))
        for candidate, cosine in zip(found, cosines, strict=True)
    )


def _in_context(sentence: Sentence, chunk: Chunk) -> str:
    """The sentence under its heading, as a reader sees them: a sentence rarely names its subject."""
    text = _MARKUP.sub(" ", _LINK_TARGET.sub("", sentence.text[:EMBEDDED_CHARACTERS]))
    return f"{chunk.heading}: {' '.join(text.split())}"


def _favoured(found: Sequence[Candidate], prompt: Prompt) -> dict[tuple[int, int], float]:
    """What the sentences in and beside the reader's selection gain, by passage and position."""
    marked = letters(prompt.selection.text) if prompt.selection else ""
    if not marked:
        return {}
    inside = [
        (candidate.passage, candidate.position)
        for candidate in found
        if (own := letters(candidate.sentence.text)) and (own in marked or marked in own)
    ]
    beside = [(passage, position + step) for passage, position in inside for step in (-1, 1)]
    gain_inside = IN_SELECTION if content_words(prompt.question) else UNEXPLAINED
    return dict.fromkeys(beside, BESIDE_SELECTION) | dict.fromkeys(inside, gain_inside)
