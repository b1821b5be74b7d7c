"""Evaluations and their differences in words, for a terminal."""

from collections.abc import Iterator, Sequence

from knowledge.evaluation.comparison import Difference
from knowledge.evaluation.evaluation import Evaluation, Level, Miss
from knowledge.evaluation.refusal import RefusalFigures

INTERVALS = "Means with 95 % bootstrap intervals."
LONGEST_QUESTION = 90  # characters


def reported(evaluation: Evaluation) -> str:
    return "\n".join(_lines(evaluation))


def compared(differences: Sequence[Difference]) -> str:
    """A line for each measure; an interval without 0 in it is a change that chance hardly made."""
    lines = ["Second less first, paired by question. " + INTERVALS]
    for one in differences:
        measure = f"{one.level} {one.measure}"
        lines.append(
            f"{measure:<22} {one.before:.3f} -> {one.after:.3f}   "
            f"{one.change.mean:+.3f} [{one.change.low:+.3f}, {one.change.high:+.3f}]   "
            f"{one.better} better, {one.worse} worse of {one.questions}"
        )
    return "\n".join(lines)


def _lines(evaluation: Evaluation) -> Iterator[str]:
    yield f"{evaluation.questions} questions, {evaluation.judged} of them judged. {INTERVALS}"
    for name, level in evaluation.levels.items():
        yield ""
        yield from _level(name, level)
    if evaluation.refusal:
        yield ""
        yield from _refusal(evaluation.refusal)
    latency = evaluation.latency_ms
    yield ""
    yield f"Retrieval took {latency.p50} ms at the median, p95 {latency.p95} ms, p99 {latency.p99} ms."
    if evaluation.unknown:
        names = ", ".join(evaluation.unknown[:5])
        yield f"Judged relevant, but not in the index: {len(evaluation.unknown)}, such as {names}."
    yield from _worst(evaluation.worst)


def _level(name: str, level: Level) -> Iterator[str]:
    yield f"By {name}"
    for measure, estimate in level.measures.items():
        yield f"  {measure:<14} {estimate}"


def _refusal(figures: RefusalFigures) -> Iterator[str]:
    yield f"Refusal: {figures.answerable} answerable questions, {figures.unanswerable} that are not"
    yield f"  {'AUROC':<30} {figures.auroc}"
    for caught, refused in figures.false_refusals.items():
        yield f"  {f'false refusals, {caught:.0%} caught':<30} {refused}"
    yield f"  {'false refusals, as the index is':<30} {figures.refused_answerable}"
    yield f"  {'caught, as the index is':<30} {figures.refused_unanswerable}"


def _worst(worst: Sequence[Miss]) -> Iterator[str]:
    if worst:
        yield ""
        yield "The worst questions"
    for miss in worst:
        question = " ".join(miss.text.split())
        shown = question if len(question) <= LONGEST_QUESTION else f"{question[: LONGEST_QUESTION - 1]}…"
        yield f"  {miss.score:.2f}  {miss.id}  {shown}"
        yield f"        expected {', '.join(miss.expected)}"
        yield f"        found    {', '.join(miss.found) or 'nothing'}"
