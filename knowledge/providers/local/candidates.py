"""What an answer may be quoted from: the passages' sentences, each with how well it answers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from knowledge.definitions import definition
from knowledge.providers.local.forms import cost, is_quotable
from knowledge.providers.local.sentence_vectors import SentenceVectors
from knowledge.sentences import Sentence, sentences
from knowledge.types import BlockKind, Chunk, Prompt, WeightedText
from knowledge.vectors import normalised
from knowledge.words import content_words, coverage, letters, rarity

# A sentence's score is its cosine to the question plus this share of the question's words that it has.
# Tuned on questions about encyclopedia articles; flat between 0.5 and 0.9.
WORDS_SHARE = 0.6
# A word in the headings counts as this much of one in the sentence.
HEADING_SHARE = 0.5
# Embedded for a question are the sentences with the most of its words; more of them gain nothing.
EMBEDDED = 12
# The answer before said it; it may still be what is asked for.
SAID_COST = 0.1
# What each place in the passages' ranking costs: in that choice, and in the score.
RANK_COST_OF_EMBEDDING = 0.03
RANK_COST = 0.01
# A sentence gains by what its passage is about: this share of the passage's cosine to the question.
PASSAGE_SHARE = 0.3
# A sentence gains this much by saying what the term is that is asked after.
DEFINITION_GAIN = 0.4
# What the reader marked is a part of the question.
SELECTION_PULL = 0.5
# It may be what is asked for, and so may what stands beside it; but a sentence does not explain itself, which
# is what "explain this" asks for.
IN_SELECTION = 0.05
BESIDE_SELECTION = 0.15
UNEXPLAINED = -1.0

_LINK_TARGET = re.compile(r"(?<=\])\([^()\s]*\)")
_MARKUP = re.compile(r"[*_`#>|\[\]]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    passage: int  # from 0, in the prompt's order
    position: int  # from 0, among the passage's sentences
    sentence: Sentence
    cost: float = 0.0  # of its form
    shown: str = ""  # the code that follows it
    definition: float = 0.0  # how far it says what the term is that is asked after
    coverage: float = 0.0  # the share of the question's words that it and its headings have
    score: float = 0.0


async def candidates(prompt: Prompt, vectors: SentenceVectors | None, *, with_code: bool) -> list[Candidate]:
    """The sentences most worth quoting, best first; code is among them where it is asked for.

    Without `vectors` words alone decide. Raises EmbeddingUnavailable.
    """
    eligible = [
        candidate
        for candidate in _all(prompt)
        if (with_code or candidate.sentence.kind is not BlockKind.CODE)
        and is_quotable(candidate.sentence, prompt.passages[candidate.passage].chunk, prompt.question)
        # A follow-up that was joined by rule holds the sentence that it is about, which answers nothing more.
        and candidate.sentence.text not in prompt.question
    ]
    promising = sorted(
        _scored_by_words(eligible, prompt, with_code=with_code),
        key=lambda candidate: candidate.score - RANK_COST_OF_EMBEDDING * candidate.passage,
        reverse=True,
    )[:EMBEDDED]
    if vectors and promising:
        promising = await _scored_by_meaning(promising, prompt, vectors)
    return sorted(
        (replace(c, score=c.score + _passage_score(c, prompt)) for c in promising),
        key=lambda candidate: candidate.score,
        reverse=True,
    )


def _passage_score(candidate: Candidate, prompt: Prompt) -> float:
    similarity = prompt.passages[candidate.passage].similarity or 0.0
    return PASSAGE_SHARE * similarity - RANK_COST * candidate.passage


def _all(prompt: Prompt) -> Iterator[Candidate]:
    for passage, scored in enumerate(prompt.passages):
        headings = scored.chunk.headings
        every = sentences(scored.chunk.text)
        for position, (sentence, after) in enumerate(zip_longest(every, every[1:])):
            yield Candidate(
                passage,
                position,
                sentence,
                cost=cost(position, every),
                shown=after.text if after and after.kind is BlockKind.CODE else "",
                definition=definition(sentence, headings, prompt.question),
            )


def _scored_by_words(found: Sequence[Candidate], prompt: Prompt, *, with_code: bool) -> Iterator[Candidate]:
    words = [content_words(candidate.sentence.text) for candidate in found]
    headings = [content_words(" ".join(scored.chunk.headings)) for scored in prompt.passages]
    weights = _weights(prompt, words)
    favoured = _favoured(found, prompt)
    for candidate, own_words in zip(found, words, strict=True):
        own = coverage(own_words, weights)
        context = headings[candidate.passage] | (content_words(candidate.shown) if with_code else frozenset())
        with_context = coverage(own_words | context, weights)
        score = WORDS_SHARE * (own + HEADING_SHARE * (with_context - own))
        score += DEFINITION_GAIN * candidate.definition - candidate.cost
        score -= SAID_COST * (candidate.sentence.text in prompt.previous_answer)
        score += favoured.get((candidate.passage, candidate.position), 0.0)
        yield replace(candidate, coverage=with_context, score=score)


def _weights(prompt: Prompt, texts: Sequence[frozenset[str]]) -> dict[str, float]:
    """How much each word that was looked up counts."""
    weights: dict[str, float] = {}
    for looked_up in prompt.words or (WeightedText(prompt.question),):
        for word, weight in rarity(content_words(looked_up.text), texts).items():
            weights[word] = max(weights.get(word, 0.0), looked_up.weight * weight)
    return weights


async def _scored_by_meaning(
    found: Sequence[Candidate], prompt: Prompt, vectors: SentenceVectors
) -> list[Candidate]:
    in_context = [_in_context(c.sentence, prompt.passages[c.passage].chunk) for c in found]
    question, *marked = [prompt.question, *([prompt.selection.text] if prompt.selection else [])]
    rows = await vectors.of([question, *in_context, *marked])
    target = rows[0] if not marked else normalised(rows[0] + SELECTION_PULL * rows[-1])
    cosines = rows[1 : len(in_context) + 1] @ target
    return [
        replace(candidate, score=candidate.score + float(cosine))
        for candidate, cosine in zip(found, cosines, strict=True)
    ]


def _in_context(sentence: Sentence, chunk: Chunk) -> str:
    """The sentence under its heading, as a reader sees them: a sentence rarely names its subject."""
    text = _MARKUP.sub(" ", _LINK_TARGET.sub("", sentence.text))
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
