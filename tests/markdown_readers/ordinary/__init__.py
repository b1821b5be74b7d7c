"""Answers as language models write them on a book about robots and programming."""

from functools import cache
from pathlib import Path

_BETWEEN = "\n%%%%%%%%\n"


@cache
def ordinary_answers() -> tuple[str, ...]:
    """Nothing in them has to be taken away; the citations are in order of first use, up to [9]."""
    return tuple((Path(__file__).parent / "answers.md").read_text().removesuffix("\n").split(_BETWEEN))
