"""Measures in a process of its own, since the modules that count must be imported before any other.

    python -m tests.adversarial.growth GROUP

prints what grows faster than n log n, as JSON: a sentence for each.
"""

import functools
import gc
import json
import logging
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import django

from tests.adversarial.counting import instrumented, steps
from tests.adversarial.families import FAMILIES, Family
from tests.adversarial.regex_steps import TooManySteps

COUNTED = (
    "knowledge",
    "chat.admin.exports",
    "chat.serializers",
    "chatbot_project.book",
    "chatbot_project.clients",
    "chatbot_project.logs",
    "chatbot_project.origins",
    "django.core.validators",
    "markdown_it",
    "mdit_py_plugins",
    "yaml",
)
# As many of them as it takes, and at least four: what reads no further than a bound grows fast up to there.
LENGTHS = (64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384)
MOST_GROWTH = 2.5  # of twice the length; n log n comes to 2.25 and less, n ** 1.5 to 2.83
FEW = 64  # steps at one place
FEW_FOR_EACH = 4  # character


def excess(read: Callable[[str], object], family: Family) -> str | None:
    """What grows too fast, if anything does, or takes no end."""
    counts: list[Counter[str]] = []
    for length in LENGTHS:
        try:
            counts.append(_counted(read, family(length)))
        except TooManySteps as exc:
            return f"{exc}: no end"
        if len(counts) > 3 and not _grown(*counts[-2:], few=FEW):
            return None
    places = _grown(*counts[-2:], few=FEW_FOR_EACH * LENGTHS[-1])
    return f"{places[0]}: {[each[places[0]] for each in counts]} steps" if places else None


def _counted(read: Callable[[str], object], text: str) -> Counter[str]:
    for cached in _caches():
        cached.cache_clear()
    steps.clear()
    read(text)
    return steps.copy()


@functools.cache
def _caches() -> list[Any]:
    """Those of results; what is made once and for all stays."""
    wrappers = (each for each in gc.get_objects() if isinstance(each, functools._lru_cache_wrapper))
    return [
        each
        for each in wrappers
        if each.__module__.startswith("knowledge") and each.cache_parameters()["maxsize"] is not None
    ]


def _grown(one: Counter[str], other: Counter[str], *, few: int) -> list[str]:
    return [place for place in other if other[place] > max(few, MOST_GROWTH * one[place])]


def main(group: str) -> Iterator[str]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    with instrumented(*COUNTED):
        django.setup()
        from tests.adversarial.callables import ALL
    logging.disable()
    sys.setrecursionlimit(4 * sys.getrecursionlimit())  # counting calls takes calls
    for name, read in ALL[group].items():
        for kind, family in FAMILIES.items():
            if found := excess(read, family):
                yield f"{name}, {kind}: {found}"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(list(main(sys.argv[1]))))
