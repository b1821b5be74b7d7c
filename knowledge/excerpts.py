"""The part of a passage that is shown beside its citation."""

import re
from functools import lru_cache

from knowledge.characters import visible
from knowledge.sentences import sentences
from knowledge.words import content_words

EXCERPT_LENGTH = 300  # code points

# An image, or a link to what looks like an address: its text is what a reader sees of it.
_LINK = re.compile(
    r"!\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])|\[([^\[\]]*)\]\((?=[^()\s/.#:]*[/.#:])[^()\s]*(?:\s[^()]*)?\)"
)
# A line that begins or ends a block of code, in a quotation or a list item, too.
_FENCE = re.compile(r"^(?:[ \t>]|(?:[-+*]|\d{1,9}[.)])[ \t])*(?:`{3,}[^`\n]*|~{3,}[^\n]*)$", re.MULTILINE)


def excerpt(text: str, *, question: str) -> str:
    """The passage from its best sentence on, at most EXCERPT_LENGTH long, cut between words.

    Without links' targets, images, the fences around code and invisible characters.
    """
    asked = content_words(question)
    best = max(_sentence_words(text), key=lambda found: len(asked & found[1]), default=(0, None))
    return _cut(text[best[0] :])


@lru_cache(maxsize=512)  # passages, of which some come up again and again
def _sentence_words(text: str) -> tuple[tuple[int, frozenset[str]], ...]:
    """Where each sentence begins, and its words."""
    return tuple((sentence.start, content_words(sentence.text)) for sentence in sentences(text))


def _cut(text: str) -> str:
    text = " ".join(_LINK.sub(r"\1\2", _FENCE.sub("", visible(text))).split())
    if len(text) <= EXCERPT_LENGTH:
        return text
    return text[: EXCERPT_LENGTH - 1].rpartition(" ")[0].rstrip(",;:") + "…"
