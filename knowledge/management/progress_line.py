"""A build's progress on the terminal: one line in place, or a plain line now and then."""

from time import monotonic
from typing import Final

from django.core.management.base import OutputWrapper

from knowledge.progress import BuildObserver, Phase, Progress

PLAIN_INTERVAL: Final = 5.0  # seconds between two lines of a log
ERASE: Final = "\r\033[K"


class ProgressLine(BuildObserver):
    def __init__(self, stdout: OutputWrapper) -> None:
        self._stdout = stdout
        self._in_place = stdout.isatty()
        self._next_line = monotonic() + PLAIN_INTERVAL

    async def progressed(self, progress: Progress) -> None:
        if self._in_place:
            self._stdout.write(f"{ERASE}{progress}", ending="")
            self._stdout.flush()
        elif progress.phase is not Phase.LOADING and monotonic() >= self._next_line:
            self._next_line = monotonic() + PLAIN_INTERVAL
            self._stdout.write(str(progress))
            self._stdout.flush()

    def clear(self) -> None:
        """Make way for other lines."""
        if self._in_place:
            self._stdout.write(ERASE, ending="")
