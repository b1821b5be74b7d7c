"""How much of a question's wording a text has."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from knowledge.types import WeightedText
from knowledge.words import rarity, stems

# Of "nation" and "nationalities" endings leave more than the common beginning; that tells words well enough.
_LETTERS = 6


@lru_cache(maxsize=8192)
def keys(text: str) -> tuple[str, ...]:
    """What the text's content words are told by, in their order."""
    return tuple(stem[:_LETTERS] for stem in stems(text))


def weights(looked_up: Iterable[WeightedText], texts: Sequence[frozenset[str]]) -> dict[str, float]:
    """How much each key of what was looked up counts: rare ones among `texts`, sets of keys, the most."""
    found: dict[str, float] = {}
    for text in looked_up:
        for key, weight in rarity(frozenset(keys(text.text)), texts).items():
            found[key] = max(found.get(key, 0.0), text.weight * weight)
    return found


def pairs(text: Sequence[str]) -> frozenset[tuple[str, str]]:
    return frozenset(pairwise(text))


def share(wanted: frozenset[tuple[str, str]], text: Sequence[str]) -> float:
    """The share of the wanted pairs of neighbours that are neighbours in the text, 0..1."""
    return len(wanted & pairs(text)) / len(wanted) if wanted else 0.0
