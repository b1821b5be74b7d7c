"""Which providers are in use: settings name the classes, which are imported when they are used."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from knowledge.providers.base import Embedder, LanguageModel
from knowledge.types import EmbedderIdentity

AUTO = "auto"
LOCAL = "local"


def language_model() -> LanguageModel:
    """The model that LLM_PROVIDER names; under `auto` the first that is configured.

    Raises ImproperlyConfigured.
    """
    chosen: type[LanguageModel] | None = _chosen("LLM_PROVIDER", settings.LANGUAGE_MODELS)
    if chosen is None:
        raise ImproperlyConfigured("No language model is configured. Set LLM_PROVIDER=local.")
    return chosen()


def local_language_model() -> LanguageModel:
    """The one that needs no key and no network: it quotes the passages."""
    local: type[LanguageModel] = import_string(settings.LANGUAGE_MODELS[LOCAL])
    return local()


def embedder() -> Embedder | None:
    """What new indexes are built with: EMBEDDING_PROVIDER's; under `auto` the first that is configured.

    None under `auto` where none is: the index then has BM25 alone. Raises ImproperlyConfigured.
    """
    chosen: type[Embedder] | None = _chosen("EMBEDDING_PROVIDER", settings.EMBEDDERS)
    return chosen() if chosen else None


def embedder_of(identity: EmbedderIdentity | None) -> Embedder | None:
    """The embedder that an index was built with; None where it cannot be had as it was then."""
    if identity is None or identity.provider not in settings.EMBEDDERS:
        return None
    wanted: type[Embedder] = import_string(settings.EMBEDDERS[identity.provider])
    return wanted.of(identity) if wanted.configured() else None


def _chosen(variable: str, paths: Mapping[str, str]) -> type[Any] | None:
    """The class that the variable asks for; None under `auto` where none is configured."""
    name: str = getattr(settings, variable)
    if name == AUTO:
        classes = (import_string(path) for path in paths.values())
        return next((cls for cls in classes if cls.configured()), None)
    if name not in paths:
        raise ImproperlyConfigured(
            f"{variable} is {name!r}, but there are only: {', '.join([AUTO, *paths])}."
        )
    named: type[Any] = import_string(paths[name])
    if not named.configured():
        raise ImproperlyConfigured(
            f"{variable} is {name!r}, but {name} lacks what it needs (its key, or the model's weights). "
            f"Supply it, or set {variable}={AUTO}."
        )
    return named
