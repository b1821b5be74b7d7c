"""What the sanitizer makes of an answer, given passages that hold the allowed addresses."""

from collections.abc import Iterable

from knowledge.citations import Citations
from knowledge.neutralising import Addresses, NeutralFilter
from tests.markdown_readers.nasty import PASSAGES


def emitted(pieces: Iterable[str], *, citable: int = 3) -> list[str]:
    """What the reader has got after each piece, and in the end; `citable` is the number of passages."""
    sanitizer = NeutralFilter(Citations(citable), Addresses(PASSAGES))
    answers = [""]
    for piece in pieces:
        answers.append(answers[-1] + sanitizer.feed(piece))
    return [*answers[1:], answers[-1] + sanitizer.flush()]


def sanitized(text: str, *, citable: int = 3) -> str:
    return emitted([text], citable=citable)[-1]
