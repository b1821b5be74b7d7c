"""Two evaluations of the same questions: what changed, and whether chance could have changed it."""

from dataclasses import dataclass
from typing import Final

from knowledge.evaluation.evaluation import Evaluation
from knowledge.evaluation.questions import QuestionSetInvalid
from knowledge.evaluation.statistics import Estimate, mean

TINY: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    level: str
    measure: str
    questions: int
    before: float
    after: float
    change: Estimate  # paired: of each question, the second evaluation's value less the first's
    better: int  # questions
    worse: int


def compare(first: Evaluation, second: Evaluation) -> list[Difference]:
    """For every measure that both have, over the questions that both have. Raises QuestionSetInvalid."""
    differences = [
        difference
        for level in first.levels
        if level in second.levels
        for measure in first.levels[level].by_question
        if (difference := _difference(first, second, level, measure)) is not None
    ]
    if not differences:
        raise QuestionSetInvalid("The two evaluations have no measure of a question in common.")
    return differences


def _difference(first: Evaluation, second: Evaluation, level: str, measure: str) -> Difference | None:
    before = first.levels[level].by_question[measure]
    after = second.levels[level].by_question.get(measure, {})
    common = sorted(before.keys() & after.keys())
    if not common:
        return None
    changes = [after[question] - before[question] for question in common]
    return Difference(
        level=level,
        measure=measure,
        questions=len(common),
        before=mean([before[question] for question in common]).mean,
        after=mean([after[question] for question in common]).mean,
        change=mean(changes),
        better=sum(change > TINY for change in changes),
        worse=sum(change < -TINY for change in changes),
    )
