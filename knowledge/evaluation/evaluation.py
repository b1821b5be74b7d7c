"""A question set and an index -> figures: of the rankings, of the refusals, of the time it took."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from knowledge.evaluation.asking import Asked, ask_all
from knowledge.evaluation.measures import Scores, scores
from knowledge.evaluation.questions import EvaluationQuestion, Qrels, QuestionSetInvalid
from knowledge.evaluation.refusal import Judged, RefusalFigures, refusal_figures
from knowledge.evaluation.statistics import Estimate, mean, percentile
from knowledge.evaluation.units import Unit, Units
from knowledge.runtime import Runtime

DOCUMENT: Final = "document"
SECTION: Final = "section"
SHOWN: Final = 3  # of what a question found, in the list of the worst


@dataclass(frozen=True, slots=True)
class Level:
    """Rankings of whole documents, or of their sections."""

    measures: dict[str, Estimate]
    by_question: Scores


@dataclass(frozen=True, slots=True)
class Miss:
    """A question that went badly."""

    id: str
    text: str
    score: float
    expected: list[str]
    found: list[str]


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from a question to its passages."""

    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    questions: int
    judged: int  # with a judgement of what is relevant
    latency_ms: Latency
    levels: dict[str, Level]  # by DOCUMENT and SECTION
    refusal: RefusalFigures | None
    worst: list[Miss]
    unknown: list[str] = field(default_factory=list)  # judged relevant, but not in the index


async def evaluate(
    questions: Sequence[EvaluationQuestion],
    *,
    qrels: Qrels,
    runtime: Runtime,
    units: Units,
    cutoffs: Sequence[int],
    with_history: bool,
    worst: int,
) -> Evaluation:
    """Ask them all and measure. `qrels` may be empty.

    Raises QuestionSetInvalid where no judgement fits, EvaluationUnavailable, and what `retrieve` raises.
    """
    gold, unknown = _resolved(qrels, questions, units)
    asked = await ask_all(questions, runtime=runtime, units=units, with_history=with_history)
    judged = [one for one in asked if one.question.id in gold]
    levels = {name: _level(judged, gold, name, cutoffs) for name in _levels(gold)}
    milliseconds = [one.seconds * 1000 for one in asked]
    return Evaluation(
        questions=len(asked),
        judged=len(judged),
        latency_ms=Latency(*(round(percentile(milliseconds, share), 2) for share in (0.5, 0.95, 0.99))),
        levels=levels,
        refusal=refusal_figures(list(_answerability(asked))),
        worst=_worst(judged, gold, levels, cutoffs, worst) if levels else [],
        unknown=unknown,
    )


Gold = Mapping[str, Mapping[Unit | str, int]]  # by the question's id; a str is what the index does not hold


def _resolved(qrels: Qrels, questions: Sequence[EvaluationQuestion], units: Units) -> tuple[Gold, list[str]]:
    asked = {question.id for question in questions}
    gold = {
        question: {units.named(name) or name: score for name, score in judgements.items()}
        for question, judgements in qrels.items()
        if question in asked
    }
    unknown = sorted({name for named in gold.values() for name in named if isinstance(name, str)})
    if qrels and not gold:
        raise QuestionSetInvalid("None of the questions has a judgement: the ids of the two files differ.")
    if unknown and not any(isinstance(unit, Unit) for named in gold.values() for unit in named):
        raise QuestionSetInvalid(
            f"The index holds nothing by the names that are judged, such as {unknown[0]!r}. "
            "Is it the index of that corpus? Name another one with --source."
        )
    return gold, unknown


def _levels(gold: Gold) -> list[str]:
    units = [unit for named in gold.values() for unit in named if isinstance(unit, Unit)]
    if any(unit.section is not None for unit in units):
        return [SECTION, DOCUMENT]
    return [DOCUMENT] if units else []


def _level(judged: Sequence[Asked], gold: Gold, name: str, cutoffs: Sequence[int]) -> Level:
    qrels: Qrels = {}
    for question, named in gold.items():
        qrels[question] = {}
        for unit, score in named.items():
            key = str(_at(unit, name))
            qrels[question][key] = max(score, qrels[question].get(key, score))
    rankings = {one.question.id: _ranking(one.found, name) for one in judged}
    by_question = scores(qrels, rankings, cutoffs=cutoffs)
    return Level({label: mean(list(values.values())) for label, values in by_question.items()}, by_question)


def _ranking(found: Iterable[Unit], level: str) -> list[str]:
    return list(dict.fromkeys(str(_at(unit, level)) for unit in found))


def _at(unit: Unit | str, level: str) -> Unit | str:
    return unit.whole if level == DOCUMENT and isinstance(unit, Unit) else unit


def _answerability(asked: Iterable[Asked]) -> Iterable[Judged]:
    for one in asked:
        if one.question.answerable is not None:
            yield Judged(one.question.answerable, one.evidence, one.refused)


def _worst(
    judged: Sequence[Asked],
    gold: Gold,
    levels: Mapping[str, Level],
    cutoffs: Sequence[int],
    count: int,
) -> list[Miss]:
    """By nDCG at the deepest cutoff, of sections where those are judged."""
    level, figures = next(iter(levels.items()))
    by_question = figures.by_question[f"nDCG@{max(cutoffs)}"]
    ordered = sorted(judged, key=lambda one: by_question[one.question.id])
    return [
        Miss(
            id=one.question.id,
            text=one.question.text,
            score=round(by_question[one.question.id], 4),
            expected=[str(unit) for unit, score in gold[one.question.id].items() if score > 0],
            found=_ranking(one.found, level)[:SHOWN],
        )
        for one in ordered[:count]
    ]
