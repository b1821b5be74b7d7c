"""Words as sparse vectors."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from knowledge.stores.bm25 import LANGUAGES, Bm25Encoder
from knowledge.types import WeightedText


@pytest.mark.parametrize("language", LANGUAGES.split(", "))
def test_every_language_that_is_offered_is_accepted(language: str) -> None:
    assert Bm25Encoder(language).document("robot 42").indices


def test_an_unknown_language_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"'klingon'; it must be one of: arabic, .*english"):
        Bm25Encoder("klingon")


def test_a_term_counts_as_much_as_in_the_text_where_it_counts_most() -> None:
    encoder = Bm25Encoder("english")
    query = encoder.query(
        [WeightedText("walking robots", 0.3), WeightedText("robot"), WeightedText("robots", 0.5)]
    )
    [robot] = encoder.document("robot").indices
    [walk] = encoder.document("walks").indices

    assert query is not None
    assert dict(zip(query.indices, query.values, strict=True)) == pytest.approx({robot: 1.0, walk: 0.3})


def test_nothing_but_stop_words_is_no_query() -> None:
    assert Bm25Encoder("english").query([WeightedText("what is the"), WeightedText("")]) is None


def test_the_language_decides_what_a_stop_word_is() -> None:
    assert Bm25Encoder("german").query([WeightedText("und der")]) is None
    assert Bm25Encoder("english").query([WeightedText("und der")]) is not None
