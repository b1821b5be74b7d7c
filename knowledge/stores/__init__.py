"""Where the index lives. Only this package knows Qdrant."""

from pathlib import Path

from django.conf import settings

from knowledge.stores.base import VectorStore


def open_store() -> VectorStore:
    """The configured store. Raises ImproperlyConfigured for a BM25_LANGUAGE that there is none for."""
    name = settings.QDRANT_COLLECTION
    if settings.QDRANT_URL:
        from knowledge.stores.server import ServerStore

        return ServerStore(
            settings.QDRANT_URL, api_key=settings.QDRANT_API_KEY, name=name, language=settings.BM25_LANGUAGE
        )
    return open_embedded_store(settings.INDEX_DIR / name)


def open_embedded_store(root: Path) -> VectorStore:
    """A store in that folder, whatever is configured. Raises ImproperlyConfigured as `open_store` does."""
    from knowledge.stores.edge import EdgeStore

    return EdgeStore(root, language=settings.BM25_LANGUAGE)
