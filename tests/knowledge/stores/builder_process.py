"""Builds or reads an index in a process of its own, so that tests can kill it: ROOT ACTION NUMBER."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from knowledge.stores import directory
from knowledge.stores.edge import EdgeBuilder, EdgeStore
from knowledge.stores.shard import Shard
from tests.knowledge.stores.contract import texts, words
from tests.knowledge.stores.corpus import EAST, NORTH, build_id, embedded, put

LEGS = [embedded("legs walk", NORTH), embedded("arms reach", EAST, position=1)]

# (whose method, its name, how many calls are let through)
STAGES: dict[str, tuple[Any, str, int]] = {
    "locked": (directory.IndexDirectory, "prune", 0),
    "created": (EdgeBuilder, "add", 0),
    "added": (Shard, "optimize", 0),
    "optimized": (directory.IndexDirectory, "activate", 0),
    "manifest written": (directory.IndexDirectory, "_point_to", 0),
    "pointer written": (Path, "replace", 0),
    "swapped": (directory, "_sync_directory", 1),
}


def die_when(stage: str) -> None:
    owner, name, calls_left = STAGES[stage]
    original: Callable[..., Any] = getattr(owner, name)
    calls = iter(range(calls_left))

    def deadly(*arguments: Any, **options: Any) -> Any:
        if next(calls, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **options)

    setattr(owner, name, deadly)


async def wait(store: EdgeStore, number: int) -> None:
    async with store.build(build_id(number), dimensions=4) as builder:
        await builder.add(LEGS)
        sys.stdout.write("building\n")
        sys.stdout.flush()
        await asyncio.sleep(60)


async def read(store: EdgeStore, times: int) -> None:
    for _ in range(times):
        assert texts(await store.search(words("legs"))) == ["legs walk"]
        await asyncio.sleep(0.02)
    sys.stdout.write(f"{times} answers\n")


async def main(root: str, action: str, number: int) -> None:
    store = EdgeStore(Path(root), language="english")
    if action == "wait":
        await wait(store, number)
    elif action == "read":
        await read(store, number)
    else:
        die_when(action.removeprefix("die when "))
        await put(store, LEGS, number=number)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
