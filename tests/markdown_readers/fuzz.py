"""python -m tests.markdown_readers.fuzz N SEED: N nasty answers, and what of them acts by reader."""

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.markdown_readers.checking import ALL_READERS, Finding, findings, shortest
from tests.markdown_readers.nasty import answer

_AT_ONCE = 500  # answers
_KEPT = 100  # findings by reader


def main() -> int:
    arguments = _arguments()
    chunks = [
        range(start, min(start + _AT_ONCE, arguments.answers))
        for start in range(0, arguments.answers, _AT_ONCE)
    ]
    examine = partial(_examined, seed=arguments.seed, prefixes=arguments.prefixes, readers=arguments.readers)
    if arguments.processes == 1:
        return _report(map(examine, chunks), arguments)
    with ProcessPoolExecutor(arguments.processes) as pool:
        return _report(pool.map(examine, chunks), arguments)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("answers", type=int)
    parser.add_argument("seed")
    parser.add_argument("--prefixes", type=int, default=0, help="of each answer's stream, checked as well")
    parser.add_argument("--processes", type=int, choices=(1, 2), default=1)
    parser.add_argument("--readers", nargs="+", choices=ALL_READERS, default=ALL_READERS)
    parser.add_argument("--examples", type=int, default=3, help="shown by reader")
    return parser.parse_args()


def _examined(chunk: range, *, seed: str, prefixes: int, readers: Sequence[str]) -> list[Finding]:
    answers = [answer(f"{seed}-{number}") for number in chunk]
    return findings(answers, prefixes=prefixes, readers=readers)


def _report(examined: Iterable[list[Finding]], arguments: argparse.Namespace) -> int:
    counts: Counter[str] = Counter()
    kept: defaultdict[str, list[Finding]] = defaultdict(list)
    for found in examined:
        counts.update(reader for reader, _ in {(finding.reader, finding.text) for finding in found})
        for finding in found:
            kept[finding.reader].append(finding)
            kept[finding.reader] = sorted(kept[finding.reader], key=lambda each: len(each.text))[:_KEPT]
    for reader in kept:
        _print(f"== {reader}: {counts[reader]} of {arguments.answers} answers")
        for finding in _examples(kept[reader], arguments):
            _print(f"acts   {list(finding.acts)}\n  text   {finding.text!r}\n  answer {finding.answer!r}")
    _print(f"{arguments.answers} answers, by reader: {dict(counts)}")
    return bool(counts)


def _examples(found: list[Finding], arguments: argparse.Namespace) -> Iterator[Finding]:
    """Minimised, and one of those that differ in their letters alone."""
    seen: set[str] = set()
    for finding in found:
        if len(seen) < arguments.examples:
            short = shortest(finding, prefixes=arguments.prefixes)
            shape = re.sub(r"\w+", "a", short.text)
            if shape not in seen:
                seen.add(shape)
                yield short


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
