"""From starting the server to the first answered question, and the memory it then has.

    python benchmarks/startup.py

A first start builds the sample book's index, a second one finds it. The limits, measured in the same run: a
Python that only imports what the server imports, and the memory of that.
"""

import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from measuring import ROOT, environment, server_of

QUESTION = "What is the zero-moment point?"
IMPORTS = (
    "import django, daphne.server, onnxruntime, qdrant_edge, tokenizers, rest_framework, channels, unfold"
)
STARTS = 3
DEADLINE = 120.0


@dataclass(frozen=True, slots=True)
class Start:
    seconds: float
    megabytes: float


def first_answer(data_dir: str) -> Start:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.perf_counter()
    with running(
        [sys.executable, "manage.py", "serve"],
        environment(data_dir, PORT=str(port), THROTTLE_ADDRESS="1000/second"),
    ) as server:
        wait_for_answer(f"http://127.0.0.1:{port}/v1/query", server)
        seconds = time.perf_counter() - began
        return Start(seconds, resident(server.pid) + resident(server_of(server.pid)))


def imports_alone() -> Start:
    began = time.perf_counter()
    code = f"{IMPORTS}; print(flush=True); input()"
    with running(
        [sys.executable, "-c", code],
        environment("/nonexistent"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout
        process.stdout.readline()
        return Start(time.perf_counter() - began, resident(process.pid))


def wait_for_answer(url: str, server: subprocess.Popen[bytes]) -> None:
    """Ask until the book answers. While its index is being built the server says 503."""
    body = json.dumps({"query": QUESTION}).encode()
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline and server.poll() is None:
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                assert json.load(response)["answered"]
                return
        except OSError:
            time.sleep(0.02)
    raise SystemExit("The server did not answer.")


@contextmanager
def running(command: list[str], variables: dict[str, str], **pipes: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=variables,
        **{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **pipes},
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=60)


def resident(pid: int) -> float:
    """MB of memory that the process has (VmRSS of /proc/PID/status)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def report(name: str, starts: list[Start], limit: Start) -> None:
    seconds = statistics.median(start.seconds for start in starts)
    megabytes = statistics.median(start.megabytes for start in starts)
    print(
        f"{name:22} {seconds:6.2f} s ({seconds / limit.seconds:4.1f} x the imports)   "
        f"{megabytes:5.0f} MB ({megabytes / limit.megabytes:4.1f} x)"
    )


def main() -> None:
    limits = [imports_alone() for _ in range(STARTS)]
    limit = Start(
        statistics.median(each.seconds for each in limits),
        statistics.median(each.megabytes for each in limits),
    )
    with tempfile.TemporaryDirectory(prefix="benchmark-") as data_dir:
        first = first_answer(data_dir)
        again = [first_answer(data_dir) for _ in range(STARTS)]
    report("imports alone", limits, limit)
    report("first start", [first], limit)
    report("started again", again, limit)


if __name__ == "__main__":
    main()
