"""The parts in use, one set for each event loop: store, embedders, language models."""

import asyncio
import logging
from functools import cached_property

from django.core.exceptions import ImproperlyConfigured

from knowledge.per_loop import PerLoop
from knowledge.providers.base import Embedder, LanguageModel
from knowledge.providers.registry import embedder as configured_embedder
from knowledge.providers.registry import embedder_of, language_model, local_language_model
from knowledge.query_vectors import forget_query_vectors
from knowledge.stores import open_store
from knowledge.stores.base import SearchableIndex, VectorStore
from knowledge.types import EmbedderIdentity

logger = logging.getLogger(__name__)


class Runtime:
    """Each part is made when it is first used. `index` is searched in place of the configured store's."""

    def __init__(self, index: SearchableIndex | None = None) -> None:
        self._index = index
        self._embedders: dict[EmbedderIdentity | None, Embedder | None] = {None: None}

    @cached_property
    def store(self) -> VectorStore:
        return open_store()

    @property
    def index(self) -> SearchableIndex:
        return self._index or self.store

    @cached_property
    def model(self) -> LanguageModel:
        return language_model()

    @cached_property
    def fallback_model(self) -> LanguageModel:
        """Answers from the passages alone when `model` cannot."""
        return local_language_model() if self.model.generative else self.model

    def embedder(self, built_with: EmbedderIdentity | None) -> Embedder | None:
        """The embedder that an index was built with; None where that one cannot be had: BM25 alone."""
        if built_with not in self._embedders:
            self._embedders[built_with] = embedder_of(built_with)
            _warn_of_another(built_with, had=self._embedders[built_with] is not None)
        return self._embedders[built_with]

    async def prepare(self) -> None:
        """Load now what the first question would wait for, as far as it can be. Asks no provider."""
        loading = (self.model.prepare(), self._prepare_embedder())
        failures = await asyncio.gather(*loading, return_exceptions=True)
        # Questions meet them again, and are answered as well as can be.
        for sentence in {str(failure) for failure in failures if isinstance(failure, Exception)}:
            logger.warning("What questions need cannot be loaded: %s", sentence)

    async def _prepare_embedder(self) -> None:
        if (manifest := await self.index.manifest()) and (embedder := self.embedder(manifest.embedder)):
            await embedder.prepare()

    async def aclose(self) -> None:
        """Close what was made here, so not the `index`."""
        made = [vars(self).get(name) for name in ("store", "model", "fallback_model")]
        for part in filter(None, [*made, *self._embedders.values()]):
            await part.aclose()


def _warn_of_another(built_with: EmbedderIdentity | None, *, had: bool) -> None:
    """Tell the operator where questions are not embedded by what is configured."""
    if not had:
        logger.warning(
            "The index was built with %s, which is not configured: words alone are searched. "
            "Run: manage.py reindex",
            built_with,
        )
        return
    try:
        configured = configured_embedder()
    except ImproperlyConfigured as exc:
        logger.warning("The index goes on with %s, which it was built with. %s", built_with, exc)
        return
    if configured is not None and configured.identity != built_with:
        logger.warning(
            "The index was built with %s, and so are questions embedded; the configured embedder is %s. "
            "Run: manage.py reindex",
            built_with,
            configured.identity,
        )


_runtimes = PerLoop(Runtime)


def runtime() -> Runtime:
    return _runtimes.get()


async def close_runtime() -> None:
    forget_query_vectors()
    if (current := _runtimes.pop()) is not None:
        await current.aclose()
