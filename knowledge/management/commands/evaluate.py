"""`manage.py evaluate`: how well questions find what answers them, and how well others are refused."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from knowledge.content import source_paths
from knowledge.errors import IndexEmpty, KnowledgeError
from knowledge.evaluation.asking import DEPTH
from knowledge.evaluation.comparison import compare
from knowledge.evaluation.evaluation import Evaluation, evaluate
from knowledge.evaluation.files import read_evaluation, to_json
from knowledge.evaluation.indexes import index_of
from knowledge.evaluation.questions import EvaluationQuestion, Qrels, read_qrels, read_questions
from knowledge.evaluation.reports import compared, reported
from knowledge.evaluation.units import Units
from knowledge.management.progress_line import ProgressLine
from knowledge.runtime import Runtime
from knowledge.sources import default_base_url, load
from knowledge.stores import open_store
from knowledge.stores.base import VectorStore


class Command(BaseCommand):
    help = "Measure retrieval and refusal on a set of questions, with the active index or one of --source."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--queries", type=Path, help='JSON lines: {"id", "text", "history"?, "answerable"?}.'
        )
        parser.add_argument(
            "--qrels", type=Path, help="Judgements as BEIR has them: query-id, corpus-id, score."
        )
        parser.add_argument(
            "--source",
            action="append",
            type=Path,
            metavar="PATH",
            help="Measure on an index of this folder or .jsonl file; it is kept while they are unchanged.",
        )
        parser.add_argument(
            "--history", action="store_true", help="Ask each question as the next one of its conversation."
        )
        parser.add_argument(
            "--answerable",
            action="store_true",
            help="Measure refusal, by each question's answerable or answerability.",
        )
        parser.add_argument(
            "--off-topic",
            type=Path,
            metavar="QUERIES",
            help="Measure refusal against these questions, none of which the index answers; "
            "those of --queries count as answerable where they do not say.",
        )
        parser.add_argument("--k", default="5,10", help="Cutoffs of the measures. Default: 5,10.")
        parser.add_argument("--worst", type=int, default=10, help="How many of the worst questions to list.")
        parser.add_argument(
            "--json", action="store_true", help="Print JSON, for --compare and other programs."
        )
        parser.add_argument(
            "--compare",
            nargs=2,
            type=Path,
            metavar=("A.json", "B.json"),
            help="Print paired differences of two evaluations of the same questions.",
        )

    def handle(self, **options: Any) -> None:
        try:
            if options["compare"]:
                differences = compare(*map(read_evaluation, options["compare"]))
                self.stdout.write(compared(differences))
                return
            evaluation = asyncio.run(self._evaluate(options))
        except (KnowledgeError, ImproperlyConfigured) as exc:
            raise CommandError(str(exc)) from exc
        self.stdout.write(to_json(evaluation) if options["json"] else reported(evaluation))

    async def _evaluate(self, options: dict[str, Any]) -> Evaluation:
        cutoffs = _cutoffs(options["k"])
        questions, qrels = _question_set(options)
        store = await self._index_of(options["source"]) if options["source"] else open_store()
        runtime = Runtime(store)
        try:
            manifest = await runtime.index.manifest()
            if manifest is None:
                raise IndexEmpty("There is no index. Run: manage.py reindex, or name a --source.")
            sources = options["source"] or source_paths(manifest)
            return await evaluate(
                questions,
                qrels=qrels,
                runtime=runtime,
                units=Units(load(sources, base_url=default_base_url()), sources=sources),
                cutoffs=cutoffs,
                with_history=options["history"],
                worst=options["worst"],
            )
        finally:
            await runtime.aclose()
            await store.aclose()

    async def _index_of(self, sources: list[Path]) -> VectorStore:
        # Not among the figures, which another program may read.
        line = ProgressLine(self.stderr)
        try:
            return await index_of(sources, observers=[line])
        finally:
            line.clear()


def _cutoffs(text: str) -> list[int]:
    try:
        cutoffs = sorted({int(part) for part in text.split(",")})
    except ValueError:
        cutoffs = []
    if not cutoffs or not 1 <= cutoffs[0] <= cutoffs[-1] <= DEPTH:
        raise CommandError(f"--k is one or more numbers from 1 to {DEPTH}, such as 5,10.")
    return cutoffs


def _question_set(options: dict[str, Any]) -> tuple[list[EvaluationQuestion], Qrels]:
    """The questions to ask, with what is known of them as far as it is to be measured."""
    with_refusal = options["answerable"] or options["off_topic"]
    if not options["queries"] or not (options["qrels"] or with_refusal):
        raise CommandError("Name --queries, and with it --qrels, --answerable or --off-topic.")
    qrels = read_qrels(options["qrels"]) if options["qrels"] else {}
    questions = read_questions(options["queries"])
    if not with_refusal:
        return [replace(one, answerable=None) for one in questions if one.id in qrels] or questions, qrels
    if options["off_topic"]:
        others = read_questions(options["off_topic"])
        questions = [replace(one, answerable=one.answerable is not False) for one in questions]
        questions += [replace(one, id=f"off-topic {one.id}", answerable=False) for one in others]
    if {one.answerable for one in questions}.isdisjoint({True}) or all(one.answerable for one in questions):
        raise CommandError("Refusal is measured on questions of both kinds, answerable and not.")
    return questions, qrels
