"""Many, some at a time."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def batches(sequence: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The sequence in pieces of `size`; the last one may be shorter."""
    for begin in range(0, len(sequence), size):
        yield sequence[begin : begin + size]
