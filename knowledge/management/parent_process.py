"""A build that the server has begun ends with the server, however that ends."""

import ctypes
import os
import signal
import sys
from typing import Final

PR_SET_PDEATHSIG: Final = 1  # of prctl(2)


def end_with(parent: int) -> None:
    """Have this process ended when `parent` ends, where the system can do so: on Linux."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(128 + signal.SIGTERM)
