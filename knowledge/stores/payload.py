"""A chunk as the fields beside its point."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from knowledge.types import Chunk

# Filters need an index on their field: Qdrant Cloud's strict mode refuses them without.
FILTERED_FIELDS: Final = ("document",)


def to_payload(chunk: Chunk) -> dict[str, Any]:
    return {
        "document": chunk.document,
        "title": chunk.title,
        "headings": list(chunk.headings),
        "anchor": chunk.anchor,
        "url": chunk.url,
        "file": chunk.file,
        "position": chunk.position,
        "text": chunk.text,
        "tokens": chunk.tokens,
        "content_hash": chunk.content_hash,
    }


def to_chunk(point_id: UUID, payload: Mapping[str, Any]) -> Chunk:
    return Chunk(
        id=point_id,
        document=payload["document"],
        title=payload["title"],
        headings=tuple(payload["headings"]),
        anchor=payload["anchor"],
        url=payload["url"],
        position=payload["position"],
        text=payload["text"],
        tokens=payload["tokens"],
        content_hash=payload["content_hash"],
    )
