"""No reader acts on what the sanitizer makes of a nasty answer, and it is the same however the answer is cut.

    python -m tests.markdown_readers.fuzz N SEED

looks for more of what fails here, and cuts it down.
"""

from tests.markdown_readers.checking import Finding, findings, shortest
from tests.markdown_readers.nasty import answer

ANSWERS = [answer(f"test-{number}") for number in range(2000)]
STREAMS = [answer(f"stream-{number}") for number in range(300)]


def test_nothing_acts_in_any_reader_however_the_answer_is_cut():
    found = findings(ANSWERS)
    assert not found, _shown(found)


def test_nothing_acts_while_the_answer_streams():
    found = findings(STREAMS, prefixes=6)
    assert not found, _shown(found, prefixes=6)


def _shown(found: list[Finding], *, prefixes: int = 0) -> str:
    """The shortest of each reader."""
    by_reader = {finding.reader: finding for finding in sorted(found, key=lambda each: -len(each.text))}
    shown = [repr(shortest(finding, prefixes=prefixes)) for finding in by_reader.values()]
    return f"{len(found)} findings:\n" + "\n".join(shown)
