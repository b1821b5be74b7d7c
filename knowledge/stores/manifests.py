"""Manifests as JSON, as every store keeps them beside its points."""

from typing import Final

from pydantic import TypeAdapter

from knowledge.types import Manifest

_MANIFEST: Final = TypeAdapter(Manifest)


def to_json(manifest: Manifest) -> bytes:
    return _MANIFEST.dump_json(manifest, indent=1)


def from_json(text: bytes) -> Manifest:
    """Raises ValueError where this is no manifest."""
    return _MANIFEST.validate_json(text)
