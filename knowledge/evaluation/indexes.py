"""Indexes made for an evaluation alone, each kept for as long as its source is unchanged."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from knowledge.ingestion import ingest
from knowledge.progress import BuildObserver
from knowledge.providers.registry import embedder as configured_embedder
from knowledge.sources import BOOK_URL
from knowledge.stores import open_embedded_store
from knowledge.stores.base import VectorStore


async def index_of(sources: Sequence[Path], *, observers: Sequence[BuildObserver] = ()) -> VectorStore:
    """The sources' index, made with what is configured now.

    Raises SourceUnreadable, BuildRunning, EmbeddingUnavailable and VectorStoreUnavailable.
    """
    names = "\n".join(str(source.resolve()) for source in sources)
    folder = settings.EVALUATION_DIR / hashlib.sha256(names.encode()).hexdigest()[:16]
    store, embedder = open_embedded_store(folder), configured_embedder()
    try:
        await ingest(
            sources, store=store, embedder=embedder, base_url=BOOK_URL, accept=True, observers=observers
        )
    finally:
        if embedder:
            await embedder.aclose()
    return store
