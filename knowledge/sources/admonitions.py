"""What follows the colons of an admonition: `note`, `note[Title]`, `note Title {#id}`."""

import re
from typing import NamedTuple

_KIND = re.compile(r"[A-Za-z][\w-]*")
_BEFORE_ATTRIBUTES = re.compile(r"\]\s*\{")


class Admonition(NamedTuple):
    kind: str
    title: str  # Markdown; "" where it has none


def read_admonition(info: str) -> Admonition | None:
    text = info.strip()
    kind = _KIND.match(text)
    if kind is None:
        return None
    rest = text[kind.end() :]
    title = _label(rest) if rest.startswith("[") else _title(rest)
    return None if title is None else Admonition(kind[0], title)


def _label(text: str) -> str | None:
    """What stands in the brackets, which end the text, or stand before attributes that do."""
    if text.endswith("]"):
        return text[1:-1]
    ends = [found.start() for found in _BEFORE_ATTRIBUTES.finditer(text)]
    return text[1 : ends[-1]] if ends and text.endswith("}") else None


def _title(text: str) -> str | None:
    title = text.lstrip()
    attributes = title.find("{") if title.endswith("}") else -1
    if attributes >= 0:
        title = title[:attributes].rstrip()
    elif title.startswith("{"):
        return None
    return title if not title or text[0] in " \t" else None
