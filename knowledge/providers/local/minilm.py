"""all-MiniLM-L6-v2 on onnxruntime: an embedder that needs no key, no network and no PyTorch."""

import asyncio
import functools
import math
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np

from knowledge.bounds import EMBEDDED_CHARACTERS, QUESTION_BATCH_TOKENS
from knowledge.per_loop import PerLoop
from knowledge.providers.base import Embedder, EmbeddingPlan
from knowledge.providers.local.session import TokenIds, embeddings_of
from knowledge.providers.local.weights import installed_folder, require_folder
from knowledge.types import EmbedderIdentity, Matrix, Vector
from knowledge.worker import Worker

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CLS, SEP = 101, 102
# Token counts include these two.
LONGEST_INPUT = 256  # that the model was trained to read
WINDOW = 250
OVERLAP = 32
SPECIAL_TOKENS = 2
# Padding included. Larger batches are no faster on a CPU; they only take more memory.
BATCH_TOKENS = 1024


class MiniLmEmbedder(Embedder):
    provider = "local"
    identity = EmbedderIdentity("local", "all-MiniLM-L6-v2", 384)

    @classmethod
    def configured(cls) -> bool:
        return installed_folder() is not None

    async def embed_documents(self, texts: Sequence[str]) -> list[Matrix]:
        windows_by_text = await asyncio.to_thread(_windows, texts)
        rows = await self._rows([window for windows in windows_by_text for window in windows], BATCH_TOKENS)
        bounds = accumulate(map(len, windows_by_text), initial=0)
        return [rows[begin:end] for begin, end in pairwise(bounds)]

    async def embed_beginnings(self, texts: Sequence[str]) -> Matrix:
        return await self._rows(await asyncio.to_thread(_beginnings, texts), QUESTION_BATCH_TOKENS)

    async def embed_query(self, text: str) -> Vector:
        vector: Vector = (await self.embed_beginnings([text]))[0]
        return vector

    async def prepare(self) -> None:
        await self.embed_query("")

    def plan(self, texts: Sequence[str]) -> EmbeddingPlan:
        windows = [window for windows in _windows(texts) for window in windows]
        return EmbeddingPlan(calls=len(list(_batches(windows, BATCH_TOKENS))), tokens=sum(map(len, windows)))

    async def _rows(self, windows: Sequence[TokenIds], most_tokens: int) -> Matrix:
        """A row for each window; between two batches it may be another question's turn."""
        rows = np.empty((len(windows), self.identity.dimensions), dtype=np.float32)
        for batch in _batches(windows, most_tokens):
            given = [windows[number] for number in batch]
            rows[batch] = await _inferences.get().run(embeddings_of, given)
        return rows


# One batch at a time has all the cores. Batches side by side take as long together, and each of them longer.
_inferences = PerLoop(Worker)


def _beginnings(texts: Sequence[str]) -> list[TokenIds]:
    """Each text's first window, as long as the model can read."""
    ids_by_text = _token_ids([text[:EMBEDDED_CHARACTERS] for text in texts])
    return [_framed(ids[: LONGEST_INPUT - SPECIAL_TOKENS]) for ids in ids_by_text]


def _windows(texts: Sequence[str]) -> list[list[TokenIds]]:
    """Each text's windows: one where the model can read it whole, else even ones that overlap."""
    return [[_framed(window) for window in _split(ids)] for ids in _token_ids(texts)]


def _split(ids: TokenIds) -> Iterator[TokenIds]:
    if len(ids) <= LONGEST_INPUT - SPECIAL_TOKENS:
        yield ids
        return
    number = math.ceil((len(ids) - OVERLAP) / (WINDOW - SPECIAL_TOKENS - OVERLAP))
    # Even windows, because the embedding of a short rest says little and matches much.
    step = math.ceil((len(ids) - OVERLAP) / number)
    for begin in range(0, number * step, step):
        yield ids[begin : begin + step + OVERLAP]


def _batches(windows: Sequence[TokenIds], most_tokens: int) -> Iterator[list[int]]:
    """The windows' numbers, windows of like length together, so that little is padded."""
    batch: list[int] = []
    for number in sorted(range(len(windows)), key=lambda number: len(windows[number])):
        if batch and (len(batch) + 1) * len(windows[number]) > most_tokens:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def _token_ids(texts: Sequence[str]) -> list[list[int]]:
    encodings = _tokenizer().encode_batch(list(texts), add_special_tokens=False)
    return [encoding.ids for encoding in encodings]


def _framed(ids: TokenIds) -> TokenIds:
    return [CLS, *ids, SEP]


@functools.cache
def _tokenizer() -> "Tokenizer":
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(require_folder() / "tokenizer.json"))
    # The file asks for 128 tokens, neither more nor fewer.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
