"""The words of texts: which of them say something, and which two texts share."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from itertools import chain

_WORD = re.compile(r"\w+")
_FUNCTION_WORDS = frozenset(
    _WORD.findall(
        "a an the and but or nor so then also too of in on at to for from by with about into over as is are"
        " was were be been being am do does did can could should would will may might must shall has have had"
        " having how what when where which who whom whose why i you he she we me my your our not no yes if"
        " than more most other another any some such it its they them their this that these those there here"
        " one please tell explain describe mean give show let us s t"
    )
)
# Longest first, so that "ations" is not taken for an "s".
_SUFFIXES = (
    *("ational", "ations", "ation", "ingly", "ings", "edly", "ment", "ness"),
    *("ing", "ies", "ied", "ers", "er", "ed", "es", "ly", "s"),
)
_SHORTEST_STEM = 4


@lru_cache(maxsize=256)  # a long question is compared with sentence after sentence
def content_words(text: str) -> frozenset[str]:
    """The text's words without function words and endings, in lower case."""
    return frozenset(stems(text))


def stems(text: str) -> list[str]:
    """The same, in the order of the text."""
    return [_stem(word) for word in _WORD.findall(text.lower()) if word not in _FUNCTION_WORDS]


def content_word_count(text: str) -> int:
    return sum(word not in _FUNCTION_WORDS for word in _WORD.findall(text.lower()))


@lru_cache(maxsize=256)
def letters(text: str) -> str:
    """Letters and digits alone, in lower case: equal for texts that differ in markup and line breaks."""
    return "".join(filter(str.isalnum, text.lower()))


def rarity(words: Iterable[str], texts: Collection[frozenset[str]]) -> dict[str, float]:
    """How much each word tells these texts apart: its inverse document frequency among them."""
    found_in = Counter(chain.from_iterable(texts))
    return {word: math.log(1 + len(texts) / (found_in[word] + 0.5)) for word in words}


def coverage(text: Iterable[str], weights: Mapping[str, float], *, total: float) -> float:
    """The share of the weighted words that the text has, 0..1; `total` is what all of them weigh."""
    # Sets have no order of their own; this sum depends on none.
    return math.fsum(weights[word] for word in text if word in weights) / total if total else 0.0


@lru_cache(maxsize=50_000)  # a book has not many more
def _stem(word: str) -> str:
    suffix = next((suffix for suffix in _SUFFIXES if word.endswith(suffix)), "")
    return word[: -len(suffix)] if suffix and len(word) - len(suffix) >= _SHORTEST_STEM else word
