"""Measures of rankings, by ir-measures (https://ir-measur.es)."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from knowledge.errors import KnowledgeError
from knowledge.evaluation.questions import Qrels

Rankings = Mapping[str, Sequence[str]]  # by the question's id: ids, best first, each once
Scores = dict[str, dict[str, float]]  # by measure, then by the question's id


class EvaluationUnavailable(KnowledgeError):
    """The packages for it are not installed."""

    code: ClassVar[str] = "evaluation_unavailable"


def scores(qrels: Qrels, rankings: Rankings, *, cutoffs: Sequence[int]) -> Scores:
    """nDCG, recall, reciprocal rank and hit rate at each cutoff, for every judged question.

    A question without a ranking scores 0. Raises EvaluationUnavailable.
    """
    try:
        import ir_measures
        from ir_measures import RR, R, Success, nDCG
    except ImportError as exc:
        raise EvaluationUnavailable(
            "The packages that compute the measures are not installed. "
            "Run: pip install --no-deps -r requirements-evaluation.txt"
        ) from exc
    labels = {
        measure @ cutoff: f"{name}@{cutoff}"
        for cutoff in cutoffs
        for measure, name in ((nDCG, "nDCG"), (R, "Recall"), (RR, "MRR"), (Success, "Hit rate"))
    }
    found: Scores = {label: {} for label in labels.values()}
    # Ties would be broken by the ids' order, so that the rank itself is the score.
    run = {
        question: {name: float(-rank) for rank, name in enumerate(ranking)}
        for question, ranking in rankings.items()
        if ranking
    }
    for metric in ir_measures.iter_calc(list(labels), qrels, run):
        found[labels[metric.measure]][metric.query_id] = metric.value
    return {
        label: {question: by_id.get(question, 0.0) for question in qrels} for label, by_id in found.items()
    }
