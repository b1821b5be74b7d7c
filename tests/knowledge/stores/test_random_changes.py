"""However a book changes, its index holds what is on the disk: no orphan, no duplicate, no stale anchor."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from knowledge.content import read
from knowledge.errors import SourceUnreadable
from knowledge.ingestion import ingest
from knowledge.stores.base import VectorStore
from knowledge.stores.edge import EdgeStore
from knowledge.types import Chunk, Matrix, SearchQuery, WeightedText
from tests.knowledge.stores.conftest import OpenServerStore
from tests.scripted import HashEmbedder

# More of them: RANDOM_CHANGES=500 .venv/bin/pytest tests/knowledge/stores/test_random_changes.py
CHANGES = int(os.environ.get("RANDOM_CHANGES", "8"))
SEED = int(os.environ.get("RANDOM_CHANGES_SEED", "7"))
URL = "https://book.example"
EVERYWHERE = "everywhere"  # a word of every chunk
WORDS = ("gait", "torque", "camera", "battery", "gripper", "balance", "sensor", "motor")


class Author:
    """Writes, edits, renames, moves, copies and deletes pages at random."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self._folder = folder
        self._chance = chance
        for _ in range(3):
            self.write()

    def change(self) -> str:
        changes: list[Callable[[], None]] = [self.write, self.edit, self.rename, self.copy, self.delete]
        changes += [self.move, self.retitle, self.swap]
        change = self._chance.choice(changes)
        change()
        if not self._pages():
            self.write()
        return change.__name__

    def write(self) -> None:
        sections = "".join(self._section() for _ in range(self._chance.randint(0, 4)))
        self._new_path().write_text(f"# {self._words(2)}\n\n{self._paragraph()}{sections}")

    def edit(self) -> None:
        page = self._page()
        sections = page.read_text().split("\n## ")
        place = self._chance.randint(1, len(sections))
        sections[place:place] = [self._section().removeprefix("\n## ")] * self._chance.randint(0, 2)
        if len(sections) > 1 and self._chance.random() < 0.5:
            del sections[self._chance.randint(1, len(sections) - 1)]
        page.write_text("\n## ".join(sections))

    def retitle(self) -> None:
        """Anchors and addresses change while the text stays."""
        page = self._page()
        first, _, rest = page.read_text().partition("\n")
        slug = f"---\nslug: /{self._words(1)}-{self._chance.randint(0, 99)}\n---\n"
        body = rest.partition("---\n\n")[2] if first == "---" else f"{first}\n{rest}"
        lines = body.replace("## ", "## Again ", 1) if self._chance.random() < 0.5 else body
        page.write_text(f"{slug}\n{lines}")

    def rename(self) -> None:
        self._page().rename(self._new_path())

    def move(self) -> None:
        page = self._page()
        folder = self._folder / self._chance.choice(["", "part", "part/deeper"])
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / page.name
        if not target.exists():
            page.rename(target)

    def copy(self) -> None:
        self._new_path().write_text(self._page().read_text())

    def swap(self) -> None:
        one, other = self._page(), self._page()
        texts = one.read_text(), other.read_text()
        other.write_text(texts[0])
        one.write_text(texts[1])

    def delete(self) -> None:
        self._page().unlink()

    def _pages(self) -> list[Path]:
        return sorted(self._folder.rglob("*.md"))

    def _page(self) -> Path:
        return self._chance.choice(self._pages())

    def _new_path(self) -> Path:
        return self._folder / f"page-{self._chance.getrandbits(32):08x}.md"

    def _section(self) -> str:
        return f"\n## {self._words(1)}\n\n{self._paragraph()}"

    def _paragraph(self) -> str:
        return f"{self._words(self._chance.choice([3, 8, 700]))} {EVERYWHERE}.\n"

    def _words(self, count: int) -> str:
        return " ".join(self._chance.choices(WORDS, k=count))


async def held_by(store: VectorStore) -> list[Chunk]:
    found = await store.search(SearchQuery((WeightedText(f"{EVERYWHERE} {' '.join(WORDS)}"),), None, 10_000))
    return sorted((scored.chunk for scored in found), key=lambda chunk: chunk.id)


async def vectors_of(store: VectorStore, chunks: list[Chunk]) -> dict[str, Matrix]:
    hashes = {chunk.content_hash for chunk in chunks}
    return {name: matrix async for name, matrix in store.vectors(hashes)}


async def follows_every_change(store: VectorStore, folder: Path) -> None:
    folder.mkdir()
    author = Author(folder, random.Random(SEED))
    embedder = HashEmbedder()
    for number in range(CHANGES):
        changes = [author.change() for _ in range(1 + number % 3)]
        try:
            on_disk = read([folder], base_url=URL).chunks
        except SourceUnreadable:
            continue  # two pages with one address
        await ingest([folder], store=store, embedder=embedder, base_url=URL)
        expected = sorted(on_disk, key=lambda chunk: chunk.id)
        assert await held_by(store) == expected, changes
        manifest = await store.manifest()
        assert manifest is not None
        assert manifest.chunks == len(expected)
        fresh = dict(
            zip(
                [chunk.content_hash for chunk in expected],
                await embedder.embed_documents([chunk.indexed_text for chunk in expected]),
                strict=True,
            )
        )
        kept = await vectors_of(store, expected)
        assert kept.keys() == fresh.keys()
        assert all(np.allclose(kept[name], fresh[name], atol=1e-6) for name in fresh)


@pytest.mark.django_db(transaction=True)
async def test_an_embedded_index_follows_every_change(tmp_path: Path, hash_embedder: type) -> None:
    store = EdgeStore(tmp_path / "index", language="english")
    await follows_every_change(store, tmp_path / "book")
    await store.aclose()


@pytest.mark.django_db(transaction=True)
async def test_an_index_on_a_server_follows_every_change(
    tmp_path: Path, hash_embedder: type, open_on_standin: OpenServerStore
) -> None:
    await follows_every_change(open_on_standin(), tmp_path / "book")
