"""Questions asked of an index through the path that readers' questions take."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Final

from knowledge.evaluation.questions import EvaluationQuestion
from knowledge.evaluation.units import Unit, Units
from knowledge.retrieval import retrieve
from knowledge.runtime import Runtime

DEPTH: Final = 100  # chunks; several may be of one section


@dataclass(frozen=True, slots=True)
class Asked:
    question: EvaluationQuestion
    found: tuple[Unit, ...]  # sections, best first; a section's best chunk counts
    evidence: float
    refused: bool  # where nothing but quotations could be given
    seconds: float


async def ask_all(
    questions: Sequence[EvaluationQuestion], *, runtime: Runtime, units: Units, with_history: bool
) -> list[Asked]:
    """One after another, so that the times are those of a question alone. Raises what `retrieve` raises."""
    # The first question of a process waits for the model to be loaded.
    await retrieve(questions[0].text, limit=1, runtime=runtime)
    return [
        await _ask(question if with_history else replace(question, history=()), runtime=runtime, units=units)
        for question in questions
    ]


async def _ask(question: EvaluationQuestion, *, runtime: Runtime, units: Units) -> Asked:
    began = perf_counter()
    retrieval = await retrieve(question.text, limit=DEPTH, runtime=runtime, history=question.history)
    seconds = perf_counter() - began
    return Asked(
        question,
        found=tuple(dict.fromkeys(units.of(scored.chunk) for scored in retrieval.passages)),
        evidence=retrieval.evidence,
        refused=not retrieval.sufficient,
        seconds=seconds,
    )
