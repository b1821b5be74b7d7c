"""Where the index lives. Only this package knows Qdrant."""

from django.conf import settings

from knowledge.stores.base import VectorStore


def open_store() -> VectorStore:
    """The configured store. Raises ImproperlyConfigured for a BM25_LANGUAGE that there is none for."""
    name, language = settings.QDRANT_COLLECTION, settings.BM25_LANGUAGE
    if settings.QDRANT_URL:
        from knowledge.stores.server import ServerStore

        key = settings.QDRANT_API_KEY
        return ServerStore(settings.QDRANT_URL, api_key=key, name=name, language=language)
    from knowledge.stores.edge import EdgeStore

    return EdgeStore(settings.INDEX_DIR / name, language=language)
