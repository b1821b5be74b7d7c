"""Nasty answers through the sanitizer and all readers: which act, and which depend on how they are cut."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from tests.markdown_readers.filtering import emitted, sanitized
from tests.markdown_readers.judging import acting
from tests.markdown_readers.minimising import minimised
from tests.markdown_readers.nasty import ALLOWED
from tests.markdown_readers.rendering import MATHS_READERS, READERS, rendered

CUTS = "cuts"
FAILS = "sanitizer"
ALL_READERS = (*READERS, *MATHS_READERS)


@dataclass(frozen=True)
class Finding:
    """Where `reader` is CUTS or FAILS, no reader was asked."""

    reader: str
    text: str  # of the model
    answer: str  # what of it reached the reader
    acts: tuple[str, ...]


def findings(
    texts: Sequence[str], *, prefixes: int = 0, readers: Sequence[str] = ALL_READERS
) -> list[Finding]:
    """What acts in the answers, and in up to so many of each one's beginnings, as a stream shows them."""
    found: list[Finding] = []
    shown: list[tuple[str, str]] = []
    for text in texts:
        try:
            whole, stream = sanitized(text), emitted(text)
        except Exception as exc:  # anything that the sanitizer raises is a finding
            found.append(Finding(FAILS, text, "", (repr(exc),)))
            continue
        if stream[-1] != whole:
            found.append(Finding(CUTS, text, whole, (stream[-1],)))
        beginnings = sorted(set(stream) - {whole}, key=len)
        sample = Random(text).sample(beginnings, min(prefixes, len(beginnings)))
        shown += [(text, answer) for answer in (whole, *sample)]
    return found + _acting(shown, readers)


def _acting(shown: Sequence[tuple[str, str]], readers: Sequence[str]) -> list[Finding]:
    htmls = rendered([answer for _, answer in shown], readers=readers)
    return [
        Finding(reader, text, answer, tuple(acts))
        for (text, answer), html_by in zip(shown, htmls, strict=True)
        for reader, html in html_by.items()
        if (acts := acting(html, ALLOWED))
    ]


def shortest(finding: Finding, *, prefixes: int = 0) -> Finding:
    """A finding of the same kind in the shortest text."""
    again = _again(finding.reader, prefixes)
    text = minimised(finding.text, fails=lambda texts: [bool(again([text])) for text in texts])
    return again([text])[0]


def _again(reader: str, prefixes: int) -> Callable[[Sequence[str]], list[Finding]]:
    def of_this_kind(texts: Sequence[str]) -> list[Finding]:
        found = findings(texts, prefixes=prefixes, readers=[reader])
        return [finding for finding in found if finding.reader == reader]

    return of_this_kind
