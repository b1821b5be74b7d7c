"""Arithmetic on embeddings."""

import numpy as np

from knowledge.types import Vector


def normalised(vector: Vector) -> Vector:
    """The vector at length 1 (L2); a zero vector stays as it is."""
    length = float(np.linalg.norm(vector))
    return (vector / length).astype(np.float32) if length else vector
