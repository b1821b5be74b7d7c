"""all-MiniLM-L6-v2 on onnxruntime: an embedder that needs no key, no network and no PyTorch."""

import asyncio
import functools
import math
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np

from knowledge.providers.base import Embedder, EmbeddingPlan
from knowledge.providers.local.session import TokenIds, embeddings_of
from knowledge.providers.local.weights import installed_folder, require_folder
from knowledge.types import EmbedderIdentity, Matrix, Vector

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
        windows = [window for windows in windows_by_text for window in windows]
        rows = np.empty((len(windows), self.identity.dimensions), dtype=np.float32)
        for batch in _batches(windows):
            rows[batch] = await asyncio.to_thread(embeddings_of, [windows[number] for number in batch])
        bounds = accumulate(map(len, windows_by_text), initial=0)
        return [rows[begin:end] for begin, end in pairwise(bounds)]

    async def embed_query(self, text: str) -> Vector:
        return await asyncio.to_thread(_query_vector, text)

    async def prepare(self) -> None:
        await self.embed_query("")

    def plan(self, texts: Sequence[str]) -> EmbeddingPlan:
        windows = [window for windows in _windows(texts) for window in windows]
        return EmbeddingPlan(calls=len(list(_batches(windows))), tokens=sum(map(len, windows)))


def _query_vector(text: str) -> Vector:
    (ids,) = _token_ids([text])
    vector: Vector = embeddings_of([_framed(ids[: LONGEST_INPUT - SPECIAL_TOKENS])])[0]
    return vector


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


def _batches(windows: Sequence[TokenIds]) -> Iterator[list[int]]:
    """The windows' numbers, windows of like length together, so that little is padded."""
    batch: list[int] = []
    for number in sorted(range(len(windows)), key=lambda number: len(windows[number])):
        if batch and (len(batch) + 1) * len(windows[number]) > BATCH_TOKENS:
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
