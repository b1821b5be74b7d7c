"""Questions after a date or a number, and sentences that have one.

Both are told by the wording of English, and numbers by their digits; no other question is affected.
"""

import re
from functools import lru_cache

DATE_GAIN = 0.4
NUMBER_GAIN = 0.3

_PERIOD = "year|date|century|decade|month|day"
# "When should I …" asks for circumstances.
_ASKS_FOR_DATE = re.compile(
    rf"\bwhen\s+(?:did|was|were|had|has)\b|\b(?:what|which)\s+(?:\w+\s+)?(?:{_PERIOD})s?\b|\bhow\s+long\s+ago\b",
    re.IGNORECASE,
)
_ASKS_FOR_NUMBER = re.compile(
    r"\bhow\s+(?:many|much|long|far|old|large|big|tall|high|fast|often|wide|deep|heavy|hot|cold)\b"
    r"|\b(?:what|which)\s+(?:\w+\s+)?(?:percent(?:age)?|number|amount|fraction|proportion|population|size|rate|age"
    r"|distance|ratio)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:\d{3,4}|\d{2,4}s|january|february|march|april|may|june|july|august|september|october|november"
    r"|december|centur(?:y|ies)|decades?)\b"
)
_NUMBER = re.compile(
    r"\d+(?:[.,]\d+)*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundreds?"
    r"|thousands?|[mb]illions?|half|third|quarter|twice|once|percent|several)\b"
)


def figure_gain(question: str, sentence: str) -> float:
    """What the sentence gains by a date or a number, if one is asked for; the question's own is none."""
    gain, figure, known = _asked_for(question)
    if figure is None:
        return 0.0
    return gain if set(figure.findall(sentence.lower())) - known else 0.0


@lru_cache(maxsize=256)
def _asked_for(question: str) -> tuple[float, re.Pattern[str] | None, frozenset[str]]:
    """The gain, what is looked for, and what of that is in the question."""
    for asks, figure, gain in (
        (_ASKS_FOR_DATE, _DATE, DATE_GAIN),
        (_ASKS_FOR_NUMBER, _NUMBER, NUMBER_GAIN),
    ):
        if asks.search(question):
            return gain, figure, frozenset(figure.findall(question.lower()))
    return 0.0, None, frozenset()
