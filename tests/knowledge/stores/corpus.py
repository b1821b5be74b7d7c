"""A handful of chunks with known vectors, for the tests of stores."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

import numpy as np

from knowledge.stores.base import VectorStore
from knowledge.types import Chunk, EmbeddedChunk, EmbedderIdentity, IndexedDocument, Manifest

COMPASS = EmbedderIdentity("test", "compass", 4)
NORTH, EAST, SOUTH, UP = np.eye(4, dtype=np.float32)


def chunk(text: str, *, document: str = "docs/a.md", position: int = 0) -> Chunk:
    headings = ("Robots", "Walking")
    return Chunk(
        id=uuid.uuid5(uuid.NAMESPACE_URL, f"{document}:{position}:{text}"),
        document=document,
        title="Robots",
        headings=headings,
        anchor="walking",
        url=f"https://book.example/{document}#walking",
        position=position,
        text=text,
        tokens=len(text.split()),
        content_hash=sha256(text.encode()).hexdigest(),
    )


def embedded(
    text: str, *windows: np.ndarray, document: str = "docs/a.md", position: int = 0
) -> EmbeddedChunk:
    vectors = np.stack(windows) if windows else None
    return EmbeddedChunk(chunk(text, document=document, position=position), vectors)


def build_id(number: int) -> str:
    return f"20260101T000000-{number:06x}"


def manifest_of(
    number: int, chunks: Sequence[EmbeddedChunk], *, embedder: EmbedderIdentity | None = COMPASS
) -> Manifest:
    paths = sorted({each.chunk.document for each in chunks})
    counts = {path: sum(each.chunk.document == path for each in chunks) for path in paths}
    return Manifest(
        build_id=build_id(number),
        built_at=datetime(2026, 1, 1, tzinfo=UTC),
        embedder=embedder,
        bm25_language="english",
        fingerprint=f"fingerprint {number}",
        sources=("/book",),
        documents=tuple(
            IndexedDocument(path, "Robots", f"https://book.example/{path}", "0" * 64, counts[path])
            for path in paths
        ),
    )


async def put(
    store: VectorStore,
    chunks: Sequence[EmbeddedChunk],
    *,
    number: int = 1,
    embedder: EmbedderIdentity | None = COMPASS,
) -> Manifest:
    """Make these chunks the active index."""
    manifest = manifest_of(number, chunks, embedder=embedder)
    async with store.build(manifest.build_id, dimensions=embedder and embedder.dimensions) as builder:
        await builder.add(chunks)
        await builder.activate(manifest)
    return manifest
