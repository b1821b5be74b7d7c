"""all-MiniLM-L6-v2 as a function from token ids to vectors, loaded once in a process."""

import functools
import hashlib
import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings

from knowledge.providers.local.cpus import available_cpus
from knowledge.providers.local.weights import (
    SHA256,
    require_folder,
    require_published,
    tensors,
    weights_file,
)
from knowledge.types import Matrix

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

logger = logging.getLogger(__name__)

TokenIds = Sequence[int]

GRAPH_VERSION = 1  # to be raised when onnx_graph.build writes another graph
_DIGEST_LENGTH = hashlib.sha256().digest_size
_loading = threading.Lock()


def embeddings_of(batch: Sequence[TokenIds]) -> Matrix:
    """One L2-normalised row per sequence. Thread-safe. Raises EmbeddingUnavailable."""
    return run(_session(), batch)


def run(session: "InferenceSession", batch: Sequence[TokenIds]) -> Matrix:
    input_ids = np.zeros((len(batch), max(map(len, batch))), dtype=np.int64)
    attention_mask = np.zeros_like(input_ids)
    for row, ids in enumerate(batch):
        input_ids[row, : len(ids)] = ids
        attention_mask[row, : len(ids)] = 1
    feeds = {"input_ids": input_ids, "attention_mask": attention_mask}
    embeddings: Matrix = session.run(["embedding"], feeds)[0]
    return embeddings


def _session() -> "InferenceSession":
    # Without the lock, two first questions at once would each load the model.
    with _loading:
        return _process_session()


@functools.cache
def _process_session() -> "InferenceSession":
    return open_session(require_folder(), graphs=settings.MODEL_DIR)


def open_session(folder: Path, *, graphs: Path) -> "InferenceSession":
    """The model of this folder; its graph is taken from `graphs`, or built and kept there.

    Raises EmbeddingUnavailable unless the weights are the published ones.
    """
    # Unless it is told not to before it is loaded, the library reports the machine's use of it to its maker.
    os.putenv("ORT_DISABLE_TELEMETRY", "1")
    from onnxruntime import InferenceSession, SessionOptions

    require_published(weights_file(folder))
    options = SessionOptions()
    options.intra_op_num_threads = available_cpus()
    # Threads that wait by spinning gain 0.5 ms a question, and take it from the server's other threads.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(folder))
    return InferenceSession(_graph(folder, graphs), options, providers=["CPUExecutionProvider"])


def _graph(folder: Path, graphs: Path) -> bytes:
    kept = graphs / f"all-MiniLM-L6-v2-{SHA256[:12]}-{GRAPH_VERSION}.onnx.sha256"
    if graph := _kept_graph(kept):
        return graph
    from knowledge.providers.local import onnx_graph

    logger.info("Building the local embedding model's graph")
    weights = weights_file(folder)
    graph = onnx_graph.build(weights, tensors(weights))
    _keep(graph, kept)
    return graph


def _kept_graph(path: Path) -> bytes | None:
    """None where there is none, or one that was cut off or altered."""
    if not path.is_file():
        return None
    content = path.read_bytes()
    digest, graph = content[:_DIGEST_LENGTH], content[_DIGEST_LENGTH:]
    return graph if hashlib.sha256(graph).digest() == digest else None


def _keep(graph: bytes, path: Path) -> None:
    """Whole or not at all, whoever else writes it at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    begun = path.with_name(f"{path.name}.{os.getpid()}")
    begun.write_bytes(hashlib.sha256(graph).digest() + graph)
    begun.replace(path)
