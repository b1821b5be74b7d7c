"""Where the index lives. Only this package knows Qdrant."""

from django.conf import settings

from knowledge.stores.base import VectorStore


def open_store() -> VectorStore:
    """The configured store. Raises ImproperlyConfigured for a BM25_LANGUAGE that there is none for."""
    from knowledge.stores.edge import EdgeStore

    return EdgeStore(settings.INDEX_DIR / settings.QDRANT_COLLECTION, language=settings.BM25_LANGUAGE)
