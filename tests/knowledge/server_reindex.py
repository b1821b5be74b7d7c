"""Settings for a `reindex` on a Qdrant server, in a process of its own: a slow embedder, a quick lock."""

from knowledge.stores import build_lock
from tests.knowledge.slow_reindex import *  # noqa: F403

build_lock.HEARTBEAT = 0.1
build_lock.PRESUMED_DEAD = 1.0
