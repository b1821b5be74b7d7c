"""Runs `manage.py reindex` in a process of its own for each line of options that it reads.

What takes seconds, the imports, is done once. The next line, "wait" or "kill", says how the process ends;
then its exit status is written, or the signal that killed it as a negative number.
"""

import os
import signal
import sys

import django
from django.core.management import execute_from_command_line


def run(options: list[str]) -> None:
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, sys.stdout.fileno())
    execute_from_command_line(["manage.py", "reindex", *options])


def main() -> None:
    django.setup()
    from knowledge.management.commands import reindex  # noqa: F401
    from knowledge.stores import server  # noqa: F401

    while options := sys.stdin.readline():
        if not (process := os.fork()):
            run(options.split())
            return
        if sys.stdin.readline().strip() == "kill":
            os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
