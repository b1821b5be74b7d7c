"""The part of a passage that is shown beside its citation."""

import re

from knowledge.sentences import sentences

EXCERPT_LENGTH = 300  # code points


def excerpt(text: str, *, question: str) -> str:
    """The passage from its best sentence on, at most EXCERPT_LENGTH long, cut between words."""
    found = sentences(text)
    if not found:
        return _cut(text)
    asked = _terms(question)
    best = max(found, key=lambda sentence: len(asked & _terms(sentence.text)))
    return _cut(text[best.start :])


def _terms(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) > 3}


def _cut(text: str) -> str:
    text = " ".join(text.split())
    if len(text) <= EXCERPT_LENGTH:
        return text
    return text[: EXCERPT_LENGTH - 1].rpartition(" ")[0].rstrip(",;:") + "…"
