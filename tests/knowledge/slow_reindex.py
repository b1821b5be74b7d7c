"""Settings for a `reindex` in a process of its own: the environment's DATA_DIR, and a slow embedder.

While there is a file `hold` in DATA_DIR, the embedder does not come beyond its first two batches.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("ENV_FILE", "")

from chatbot_project.settings import *  # noqa: F403
from knowledge.types import Matrix
from tests.scripted import HashEmbedder

SECRET_KEY = "the tests' own key, of no use to anyone else"
EMBEDDERS = {"slow": "tests.knowledge.slow_reindex.SlowEmbedder"}
EMBEDDING_PROVIDER = "slow"
HOLD = Path(DATA_DIR) / "hold"  # noqa: F405


class SlowEmbedder(HashEmbedder):
    provider = "slow"
    batches = 0

    async def embed_documents(self, texts: Sequence[str]) -> list[Matrix]:
        time.sleep(float(os.environ.get("SECONDS_PER_BATCH", "0")))
        self.batches += 1
        while self.batches > 2 and HOLD.exists():
            await asyncio.sleep(0.05)
        return await super().embed_documents(texts)
