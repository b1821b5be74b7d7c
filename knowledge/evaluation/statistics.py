"""Figures with what chance could make of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

RESAMPLES: Final = 2_000
CONFIDENCE: Final = 0.95
SEED: Final = 20_261_101  # the same figures for the same values


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean and its 95 % interval, by the percentile bootstrap over questions (Efron, 1979)."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def mean(values: Sequence[float]) -> Estimate:
    """Of at least one value."""
    array = np.asarray(values, dtype=np.float64)
    resampled = array[_draws(len(array))].mean(axis=1)
    return _estimate(float(array.mean()), resampled)


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> Estimate:
    """How likely a positive's value lies above a negative's, ties counting half; of at least one of each."""
    above, below = np.asarray(positives, dtype=np.float64), np.asarray(negatives, dtype=np.float64)
    pairs = (above[:, None] > below[None, :]) + 0.5 * (above[:, None] == below[None, :])
    # The resampled areas, from how often each value was drawn.
    drawn_above, drawn_below = _counts(len(above), 0), _counts(len(below), 1)
    resampled = np.einsum("ri,ij,rj->r", drawn_above, pairs, drawn_below, optimize=True)
    return _estimate(float(pairs.mean()), resampled)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0..1) of the values lie."""
    return float(np.quantile(np.asarray(values, dtype=np.float64), share))


def _draws(size: int, stream: int = 0) -> npt.NDArray[np.intp]:
    return np.random.default_rng([SEED, stream]).integers(size, size=(RESAMPLES, size))


def _counts(size: int, stream: int) -> Values:
    """How often each value was drawn, as shares, (RESAMPLES, size)."""
    rng = np.random.default_rng([SEED, stream])
    return rng.multinomial(size, np.full(size, 1 / size), size=RESAMPLES) / size


def _estimate(value: float, resampled: Values) -> Estimate:
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail])
    return Estimate(value, float(low), float(high))
