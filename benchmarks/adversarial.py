"""How long the longest texts that are accepted take, the hardest of some three hundred kinds of them.

    python benchmarks/adversarial.py [reader] [answer] [passage] [page]

Each of these readings is held to 50 ms. Questions and passages are read in a thread beside the event loop. An
answer is filtered on the event loop, a slice at a time: of it both the slowest slice and the whole are told.
Pages are read while an index is built, in no reader's time; they stand beside markdown-it, which only parses.
"""

import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping

from measuring import in_temporary_data_dir

LIMIT = 0.05  # seconds
PASSAGE_CHARACTERS = 4000  # a chunk of a book has some 1,500
PAGE_CHARACTERS = 20_000
HEADER_CHARACTERS = 8000
REPEATED = 2  # the faster one counts

Read = Callable[[str], object]


def lengths(group: str) -> Callable[[str], int]:
    """The most that a reading of the group may be given, in characters."""
    from knowledge.answer_text import LONGEST_ANSWER
    from knowledge.bounds import QUESTION_CHARACTERS, SELECTION_CHARACTERS

    longest = {"answer": LONGEST_ANSWER, "passage": PASSAGE_CHARACTERS, "page": PAGE_CHARACTERS}
    by_word = {
        "question about": QUESTION_CHARACTERS,
        "selection": SELECTION_CHARACTERS,
        "header": HEADER_CHARACTERS,
    }

    def of(name: str) -> int:
        if group in longest:
            return longest[group]
        return next((most for word, most in by_word.items() if word in name), QUESTION_CHARACTERS)

    return of


def seconds(read: Read, text: str) -> float:
    times = []
    for _ in range(REPEATED):
        began = time.perf_counter()
        read(text)
        times.append(time.perf_counter() - began)
    return min(times)


def slowest(read: Read, length: int) -> tuple[float, str]:
    from tests.adversarial.families import FAMILIES

    return max((seconds(read, family(length)), kind) for kind, family in FAMILIES.items())


def slowest_slice(length: int) -> tuple[float, str]:
    from tests.adversarial.families import FAMILIES

    return max((slice_seconds(family(length)), kind) for kind, family in FAMILIES.items())


def slice_seconds(text: str) -> float:
    from knowledge.answer_text import AnswerText, slices
    from knowledge.types import Prompt

    answer = AnswerText(Prompt(system="", messages=(), question="", words=(), passages=()), generative=True)
    times = []
    for piece in slices(text):
        began = time.perf_counter()
        answer.feed(piece)
        times.append(time.perf_counter() - began)
    began = time.perf_counter()
    answer.flush()
    return max(*times, time.perf_counter() - began)


def parsed_alone(text: str) -> None:
    from markdown_it import MarkdownIt

    MarkdownIt("commonmark").enable("table").parse(text)


def readings(group: str) -> Iterator[tuple[str, Read]]:
    from tests.adversarial.callables import ALL

    callables: Mapping[str, Read] = ALL[group]
    yield from callables.items()
    if group == "page":
        yield "markdown-it alone", parsed_alone


def main(groups: list[str]) -> None:
    for group in groups:
        most = lengths(group)
        for name, read in readings(group):
            tell(name, most(name), *slowest(read, most(name)))
        if group == "answer":
            tell("a slice of an answer", most(""), *slowest_slice(most("")))


def tell(name: str, length: int, took: float, kind: str) -> None:
    told = f"{length:7,} characters {1000 * took:9.1f} ms {took / LIMIT:7.2f} of the limit"
    print(f"{name:35} {told}   slowest: {kind}", flush=True)


if __name__ == "__main__":
    logging.disable()
    with in_temporary_data_dir():
        main(sys.argv[1:] or ["reader", "answer", "passage", "page"])
