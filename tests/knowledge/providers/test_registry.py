"""Settings decide which providers are in use."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from knowledge.providers import registry
from knowledge.types import EmbedderIdentity
from tests.scripted import HashEmbedder, ScriptedModel

SCRIPTED_MODEL = "tests.scripted.ScriptedModel"
HASH_EMBEDDER = "tests.scripted.HashEmbedder"
UNREADY_MODEL = "tests.knowledge.providers.test_registry.UnreadyModel"
UNREADY_EMBEDDER = "tests.knowledge.providers.test_registry.UnreadyEmbedder"


class UnreadyModel(ScriptedModel):
    """Its key is missing."""

    @classmethod
    def configured(cls) -> bool:
        return False


class UnreadyEmbedder(HashEmbedder):
    """Its key is missing."""

    @classmethod
    def configured(cls) -> bool:
        return False


def test_auto_takes_the_first_language_model_that_is_configured(settings: Any) -> None:
    settings.LLM_PROVIDER = "auto"
    settings.LANGUAGE_MODELS = {"paid": UNREADY_MODEL, "scripted": SCRIPTED_MODEL, **settings.LANGUAGE_MODELS}

    assert type(registry.language_model()) is ScriptedModel


def test_out_of_the_box_the_local_model_answers(settings: Any) -> None:
    settings.LLM_PROVIDER = "auto"

    assert registry.language_model().provider == "local"
    assert registry.local_language_model().provider == "local"


def test_a_named_language_model_is_taken_even_if_another_comes_first(settings: Any) -> None:
    settings.LLM_PROVIDER = "local"
    settings.LANGUAGE_MODELS = {"scripted": SCRIPTED_MODEL, **settings.LANGUAGE_MODELS}

    assert registry.language_model().provider == "local"


@pytest.mark.parametrize("name", ["nobody", "paid"])
def test_a_named_language_model_that_cannot_be_had_is_a_mistake_in_the_settings(
    settings: Any, name: str
) -> None:
    settings.LLM_PROVIDER = name
    settings.LANGUAGE_MODELS = {"paid": UNREADY_MODEL, **settings.LANGUAGE_MODELS}

    with pytest.raises(ImproperlyConfigured, match=rf"LLM_PROVIDER is '{name}'"):
        registry.language_model()


@pytest.mark.parametrize("name", ["nobody", "paid"])
def test_a_named_embedder_that_cannot_be_had_is_a_mistake_in_the_settings(settings: Any, name: str) -> None:
    settings.EMBEDDING_PROVIDER = name
    settings.EMBEDDERS = {"paid": UNREADY_EMBEDDER, "scripted": HASH_EMBEDDER}

    with pytest.raises(ImproperlyConfigured, match=rf"EMBEDDING_PROVIDER is '{name}'"):
        registry.embedder()


def test_without_any_embedder_an_index_has_words_alone(settings: Any) -> None:
    settings.EMBEDDING_PROVIDER = "auto"
    settings.EMBEDDERS = {"paid": UNREADY_EMBEDDER}

    assert registry.embedder() is None


def test_an_index_is_searched_with_the_embedder_that_built_it(settings: Any) -> None:
    settings.EMBEDDERS = {"scripted": HASH_EMBEDDER, **settings.EMBEDDERS}
    settings.EMBEDDING_PROVIDER = "local"

    assert isinstance(registry.embedder_of(HashEmbedder.identity), HashEmbedder)


@pytest.mark.parametrize(
    "identity",
    [
        None,
        EmbedderIdentity("scripted", "hash-16", 768),
        EmbedderIdentity("scripted", "hash-17", 16),
        EmbedderIdentity("retired", "hash-16", 16),
        EmbedderIdentity("paid", "hash-16", 16),
    ],
)
def test_an_index_whose_embedder_is_gone_has_none(settings: Any, identity: EmbedderIdentity | None) -> None:
    settings.EMBEDDERS = {"scripted": HASH_EMBEDDER, "paid": UNREADY_EMBEDDER}

    assert registry.embedder_of(identity) is None
