"""The shortest part of a text that still fails (delta debugging)."""

from collections.abc import Callable, Sequence

_AT_ONCE = 16  # candidates

Fails = Callable[[list[str]], list[bool]]


def minimised(text: str, *, fails: Fails) -> str:
    """The text, which fails, less all lines and characters that can be left out a run at a time."""
    shorter = _without_runs(text.splitlines(keepends=True), fails)
    return _without_runs(list(shorter), fails)


def _without_runs(pieces: list[str], fails: Fails) -> str:
    size = max(len(pieces) // 2, 1)
    while size:
        place = 0
        left_out = False
        while place < len(pieces):
            starts = range(place, len(pieces), size)[:_AT_ONCE]
            found = _first(pieces, starts, size, fails)
            place = starts[-1] + size if found is None else found
            if found is not None:
                del pieces[found : found + size]
                left_out = True
        # Of what a run needed, other runs may have been the cause.
        size = size if left_out and size == 1 else size // 2
    return "".join(pieces)


def _first(pieces: list[str], starts: Sequence[int], size: int, fails: Fails) -> int | None:
    candidates = ["".join(pieces[:start] + pieces[start + size :]) for start in starts]
    return next((start for start, failing in zip(starts, fails(candidates), strict=True) if failing), None)
