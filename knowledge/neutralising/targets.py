"""What may follow a closing bracket: a link's target, or the label of one that is defined elsewhere."""

import re
from dataclasses import dataclass

from knowledge.citations import MARKER
from knowledge.neutralising.escapes import decoded

_LONGEST_TARGET = 1000  # code points
_LONGEST_LABEL = 100

_TARGET = re.compile(
    r"""\(\s*
    (?:<([^<>\n]*)>|((?:[^\s()\\<]|\\.|\((?:[^\s()\\]|\\.)*\))(?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.)*\))*)?)
    (?:\s+(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\)))?
    \s*\)""",
    re.VERBOSE | re.DOTALL,
)
_LABEL = re.compile(r"\[[^\[\]\\\n]*\]")


@dataclass(frozen=True, slots=True)
class Target:
    length: int  # 0: there is none
    url: str = ""


def read_target(text: str, *, final: bool) -> Target | None:
    """The target that the text begins with, if it begins with "("; None where more has to come to tell."""
    if not text.startswith("("):
        return Target(0) if text or final else None
    if ")" in text:
        if match := _TARGET.match(text, 0, _LONGEST_TARGET):
            return Target(match.end(), decoded(match[1] or match[2] or ""))
        if text.count(")") >= text.count("("):
            return Target(0)
    return Target(0) if final or len(text) > _LONGEST_TARGET else None


def read_label(text: str, *, final: bool) -> Target | None:
    """The same for a label in brackets, which is no citation."""
    if not text.startswith("["):
        return Target(0)
    if label := _LABEL.match(text, 0, _LONGEST_LABEL):
        return Target(0 if MARKER.match(text) else label.end())
    undecided = len(text) <= _LONGEST_LABEL and not re.search(r"[\[\]\\\n]", text[1:])
    return None if undecided and not final else Target(0)
