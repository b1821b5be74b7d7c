"""How well the evidence tells questions that the book answers from those that it does not."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from knowledge.evaluation.statistics import Estimate, auroc, mean

CAUGHT: Final = (0.5, 0.7, 0.9)


@dataclass(frozen=True, slots=True)
class Judged:
    """A question whose answerability is known, and what retrieval made of it."""

    answerable: bool
    evidence: float
    refused: bool  # at the index's own threshold


@dataclass(frozen=True, slots=True)
class RefusalFigures:
    answerable: int
    unanswerable: int
    auroc: Estimate
    # False refusals, as a share of the answerable, where the threshold catches that share of the others.
    false_refusals: dict[float, Estimate]
    refused_unanswerable: Estimate  # at the index's own threshold
    refused_answerable: Estimate


def refusal_figures(judged: Sequence[Judged]) -> RefusalFigures | None:
    """None unless there are questions of both kinds."""
    yes, no = ([one for one in judged if one.answerable is kind] for kind in (True, False))
    if not yes or not no:
        return None
    evidence = [one.evidence for one in yes]
    others = [one.evidence for one in no]
    return RefusalFigures(
        answerable=len(yes),
        unanswerable=len(no),
        auroc=auroc(evidence, others),
        false_refusals={share: _refused_below(evidence, _catching(others, share)) for share in CAUGHT},
        refused_unanswerable=mean([float(one.refused) for one in no]),
        refused_answerable=mean([float(one.refused) for one in yes]),
    )


def _catching(others: Sequence[float], share: float) -> float:
    """The evidence up to which at least that share of them lies."""
    return sorted(others)[math.ceil(share * len(others)) - 1]


def _refused_below(evidence: Sequence[float], threshold: float) -> Estimate:
    return mean([float(value <= threshold) for value in evidence])
