"""What the benchmarks share: a data directory of their own, and the way numbers are printed."""

import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def environment(data_dir: str, **variables: str) -> dict[str, str]:
    """The environment of a server or command that keeps its hands off the operator's data."""
    own = {"DATA_DIR": data_dir, "ENV_FILE": "", "DJANGO_SETTINGS_MODULE": "chatbot_project.settings"}
    return {**os.environ, **own, "LOG_LEVEL": "WARNING", **variables}


@contextmanager
def in_temporary_data_dir(**variables: str) -> Iterator[None]:
    """Django, set up on an empty data directory that goes away."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as data_dir:
        os.environ.update(environment(data_dir, **variables))
        sys.path.insert(0, str(ROOT))
        import django

        django.setup()
        yield


def server_of(watchdog: int) -> int:
    """The process that `manage.py serve` watches and that answers."""
    return int(Path(f"/proc/{watchdog}/task/{watchdog}/children").read_text())


def percentiles(seconds: Sequence[float]) -> str:
    """p50, p95 and the slowest, in milliseconds."""
    hundredths = statistics.quantiles(seconds, n=100, method="inclusive")
    p50, p95, slowest = (1000 * value for value in (hundredths[49], hundredths[94], max(seconds)))
    return f"p50 {p50:7.2f} ms   p95 {p95:7.2f} ms   max {slowest:7.2f} ms"
