"""Settings for a `reindex` in a process of its own: the environment's DATA_DIR, and a slow embedder."""

import os
import time
from collections.abc import Sequence

os.environ.setdefault("ENV_FILE", "")

from chatbot_project.settings import *  # noqa: F403
from knowledge.types import Matrix
from tests.scripted import HashEmbedder

SECRET_KEY = "the tests' own key, of no use to anyone else"
EMBEDDERS = {"slow": "tests.knowledge.slow_reindex.SlowEmbedder"}
EMBEDDING_PROVIDER = "slow"


class SlowEmbedder(HashEmbedder):
    provider = "slow"

    async def embed_documents(self, texts: Sequence[str]) -> list[Matrix]:
        time.sleep(float(os.environ.get("SECONDS_PER_BATCH", "0")))
        return await super().embed_documents(texts)
