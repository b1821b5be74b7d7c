"""An answer reads the same before and after the sanitizer, to each reader."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff

from tests.markdown_readers.judging import code, links, outline, visible
from tests.markdown_readers.rendering import READERS, rendered

_CITED = re.compile(r"\[(\d)(?:, (\d))+\]")
_BOX = re.compile(r"\[[ x]\] ")


@dataclass(frozen=True)
class Reading:
    text: str  # that is seen
    code: list[str]
    outline: list[str]
    links: set[str]

    @classmethod
    def of(cls, html: str) -> "Reading":
        return cls(_CITED.sub(_one_by_one, visible(html)), code(html), outline(html), links(html))

    @property
    def letters(self) -> str:
        """Without what a reader shows of the marks of tables and tasks, and takes from `__init__`."""
        return re.sub(r"[^\w\\]|_", "", _BOX.sub("", self.text))


def _one_by_one(cited: re.Match[str]) -> str:
    """The sanitizer makes [1][2] of [1, 2]."""
    return "".join(f"[{number}]" for number in re.findall(r"\d", cited[0]))


def same_reading(pairs: Sequence[tuple[str, str]]) -> list[list[str]]:
    """For each pair of an original and a sanitized answer the differences; [] if all readers see the same.

    A reader that sees other code or other letters in the original than cmark-gfm does misreads it, as "1)":
    the sanitized answer may then be read as cmark-gfm reads the original, in its code and its letters.
    """
    originals = rendered([original for original, _ in pairs])
    sanitized = rendered([sanitized for _, sanitized in pairs])
    return [list(_differences(*htmls)) for htmls in zip(originals, sanitized, strict=True)]


def _differences(original: dict[str, str], sanitized: dict[str, str]) -> Iterator[str]:
    right = Reading.of(original["cmark-gfm"])
    for reader in READERS:
        before, after = Reading.of(original[reader]), Reading.of(sanitized[reader])
        misread = (before.code, before.letters) != (right.code, right.letters)
        if not (_same(before, after) or (misread and _same_letters(right, after))):
            yield f"{reader}:\n" + "\n".join(_diff(before, after))


def _same(before: Reading, after: Reading) -> bool:
    """A bare address may have become a link."""
    exact = [(reading.text, reading.code, reading.outline) for reading in (before, after)]
    return exact[0] == exact[1] and before.links <= after.links


def _same_letters(right: Reading, after: Reading) -> bool:
    return (right.letters, right.code) == (after.letters, after.code)


def _diff(before: Reading, after: Reading) -> Iterator[str]:
    yield from unified_diff(before.text.split(), after.text.split(), "text", "sanitized", lineterm="", n=4)
    lines = ["\n--\n".join(reading.code).split("\n") for reading in (before, after)]
    yield from unified_diff(*lines, "code", "sanitized", lineterm="", n=1)
    yield from unified_diff(before.outline, after.outline, "outline", "sanitized", lineterm="", n=2)
    yield from (f"link lost: {link}" for link in before.links - after.links)
