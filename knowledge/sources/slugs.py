"""Heading ids as Docusaurus makes them: the rules of github-slugger 1.5, and ids that authors wrote."""

import re
import unicodedata

# Symbols that Unicode counts as alphabetic: the circled and squared letters.
_LETTER_SYMBOLS = frozenset(
    chr(code)
    for first, last in ((0x24B6, 0x24E9), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189))
    for code in range(first, last + 1)
)
_KEPT_CATEGORIES = frozenset({"Nd", "Nl", "Pc", "Cs"})
_IN_COMMENT = re.compile(
    r"\{/\*\s*#(?P<mdx>[^\s*]+)(?:\s[^*]*)?\*/\}|<!--\s*#(?P<html>[^\s>]+)(?:\s[^>]*)?-->"
)


class Slugger:
    """Gives each heading of one page its id; equal ones get -1, -2, …"""

    def __init__(self) -> None:
        self._occurrences: dict[str, int] = {}

    def slug(self, heading: str) -> str:
        original = slug = slugify(heading)
        while slug in self._occurrences:
            self._occurrences[original] += 1
            slug = f"{original}-{self._occurrences[original]}"
        self._occurrences[slug] = 0
        return slug


def slugify(heading: str) -> str:
    return "".join(char for char in heading.lower() if _kept(char)).replace(" ", "-")


def split_explicit_id(heading: str) -> tuple[str, str | None]:
    """A heading's Markdown without the id that its author gave it, and that id.

    As {#id}, {/* #id */} or <!-- #id -->, at the end.
    """
    text = heading.rstrip()
    if text.endswith(("*/}", "-->")):
        start = text.rfind("{/*" if text.endswith("}") else "<!--")
        written = _IN_COMMENT.fullmatch(text, max(start, 0))
        explicit = (written["mdx"] or written["html"]) if written else None
    else:
        start = text.rfind("{#")
        explicit = text[start + 2 : -1] if start >= 0 and text.find("}", start) == len(text) - 1 else None
        start -= text.startswith("\\", start - 1)
    return (text[:start].rstrip(), explicit) if explicit else (heading, None)


def _kept(char: str) -> bool:
    category = unicodedata.category(char)
    return char in " -" or category[0] in "LM" or category in _KEPT_CATEGORIES or char in _LETTER_SYMBOLS
