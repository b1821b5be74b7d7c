"""How many processors this process may use, a container's limit included."""

import math
import os
from pathlib import Path

# cgroup v2: "<microseconds> <period>", or "max <period>" (kernel.org, cgroup-v2, "cpu.max").
CPU_LIMIT = Path("/sys/fs/cgroup/cpu.max")


def available_cpus(limit_file: Path = CPU_LIMIT) -> int:
    """At least 1. Threads beyond a container's limit would only be stopped and started in turn."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not limit_file.is_file():
        return usable
    quota, period = limit_file.read_text(encoding="ascii").split()
    return usable if quota == "max" else max(1, min(usable, math.ceil(int(quota) / int(period))))
