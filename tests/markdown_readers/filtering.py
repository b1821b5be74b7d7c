"""What the sanitizer makes of a nasty answer."""

from collections.abc import Iterable

from knowledge.citations import Citations
from knowledge.neutralising import Addresses, NeutralFilter
from tests.markdown_readers.nasty import PASSAGES

CITABLE = 3  # passages


def emitted(pieces: Iterable[str]) -> list[str]:
    """What the reader has got after each piece, and in the end."""
    sanitizer = NeutralFilter(Citations(CITABLE), Addresses(PASSAGES))
    answers = [""]
    for piece in pieces:
        answers.append(answers[-1] + sanitizer.feed(piece))
    return [*answers[1:], answers[-1] + sanitizer.flush()]


def sanitized(text: str) -> str:
    return emitted([text])[-1]
