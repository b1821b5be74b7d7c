"""The part of a passage that is shown beside its citation."""

import re

from knowledge.characters import visible
from knowledge.sentences import sentences
from knowledge.words import content_words

EXCERPT_LENGTH = 300  # code points

# An image, or a link to what looks like an address: its text is what a reader sees of it.
_LINK = re.compile(
    r"!\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])|\[([^\[\]]*)\]\([^()\s]*[/.#:][^()\s]*(?:\s[^()]*)?\)"
)


def excerpt(text: str, *, question: str) -> str:
    """The passage from its best sentence on, at most EXCERPT_LENGTH long, cut between words.

    Without links' targets, images and invisible characters.
    """
    found = sentences(text)
    if not found:
        return _cut(text)
    asked = content_words(question)
    best = max(found, key=lambda sentence: len(asked & content_words(sentence.text)))
    return _cut(text[best.start :])


def _cut(text: str) -> str:
    text = " ".join(_LINK.sub(r"\1\2", visible(text)).split())
    if len(text) <= EXCERPT_LENGTH:
        return text
    return text[: EXCERPT_LENGTH - 1].rpartition(" ")[0].rstrip(",;:") + "…"
