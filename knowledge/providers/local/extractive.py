"""A language model that writes nothing of its own: it quotes the sentences that answer, and cites them."""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from functools import partial

from knowledge.chunking import count_tokens
from knowledge.errors import EmbeddingUnavailable
from knowledge.providers.base import Embedder, LanguageModel
from knowledge.providers.local.candidates import Candidate, by_meaning, promising
from knowledge.providers.local.minilm import MiniLmEmbedder
from knowledge.providers.local.quoting import quotations
from knowledge.providers.local.rendering import rendered
from knowledge.providers.local.sentence_vectors import SentenceVectors
from knowledge.sentences import sentences
from knowledge.types import Delta, Finish, FinishReason, Prompt, TextDelta, Usage
from knowledge.worker import in_worker

logger = logging.getLogger(__name__)

NOTHING_FOUND = "The book does not say anything about this."
WORDS_PER_PIECE = 3

_ASKS_FOR_CODE = re.compile(
    r"\b(?:code|snippet|syntax|commands?|install|import|configur\w+|set ?up|function|method|api|cli|script"
    r"|example of|how (?:do|can|should|would) (?:i|we|you)|how to|show me)\b|`",
    re.IGNORECASE,
)


class ExtractiveModel(LanguageModel):
    provider = "local"
    model = "extractive"
    generative = False

    def __init__(self, embedder: Embedder | None = None) -> None:
        if embedder is None and MiniLmEmbedder.configured():
            embedder = MiniLmEmbedder()
        self._embedder = embedder
        self._vectors = SentenceVectors(embedder) if embedder else None

    @classmethod
    def configured(cls) -> bool:
        return True

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Delta, None]:
        with_code = _ASKS_FOR_CODE.search(prompt.question) is not None
        found = await in_worker(partial(promising, prompt, with_code=with_code))
        found = await self._by_meaning(found, prompt)
        answer, usage = await in_worker(partial(_quoted, prompt, found, with_code=with_code))
        for piece in _pieces(answer):
            yield TextDelta(piece)
            await asyncio.sleep(0)  # so that whoever passes the pieces on can do so at once
        yield Finish(FinishReason.STOP, usage)

    async def prepare(self) -> None:
        if self._embedder:
            await self._embedder.prepare()

    async def _by_meaning(self, found: list[Candidate], prompt: Prompt) -> list[Candidate]:
        if not found or self._vectors is None:
            return found
        try:
            return await by_meaning(found, prompt, self._vectors)
        except EmbeddingUnavailable as exc:
            logger.warning("Answers are chosen by their words alone: %s", exc)
            return found


def _quoted(prompt: Prompt, found: Sequence[Candidate], *, with_code: bool) -> tuple[str, Usage]:
    """The answer from what was found, best first."""
    answer = NOTHING_FOUND
    if found:
        chosen = quotations(
            found,
            [sentences(scored.chunk.text) for scored in prompt.passages],
            with_code=with_code,
            max_tokens=prompt.max_output_tokens,
        )
        answer = rendered(chosen, [scored.chunk.text for scored in prompt.passages])
    return answer, _usage(prompt, answer)


def _pieces(answer: str) -> Iterator[str]:
    words = re.findall(r"\s*\S+", answer.rstrip())  # each blank before a word, so that none is scanned twice
    for begin in range(0, len(words), WORDS_PER_PIECE):
        yield "".join(words[begin : begin + WORDS_PER_PIECE])


def _usage(prompt: Prompt, answer: str) -> Usage:
    """What it would have been of a model that reads: the passages and the question."""
    read = sum(scored.chunk.tokens for scored in prompt.passages) + count_tokens(prompt.question)
    return Usage(prompt_tokens=read, completion_tokens=count_tokens(answer))
