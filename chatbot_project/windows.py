"""Counting within a time, for what one process sees alone: the frames of a connection."""

import time


class FixedWindow:
    """How often something happens in a time that begins anew when it is over.

    `most` times in `seconds` are allowed; at the border of two windows twice as many.
    """

    def __init__(self, *, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._began = time.monotonic()
        self._count = 0

    def is_exceeded(self) -> bool:
        """Count one more, and tell whether that is too many."""
        now = time.monotonic()
        if now - self._began > self._seconds:
            self._began, self._count = now, 0
        self._count += 1
        return self._count > self._most
