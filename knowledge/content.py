"""What there is to index: the documents, cut into chunks, and whether that is news."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from knowledge.chunking import CHUNKER_VERSION, chunk
from knowledge.errors import SourceUnreadable
from knowledge.progress import Changes
from knowledge.sources import load
from knowledge.types import Chunk, EmbedderIdentity, IndexedDocument, Manifest

LONGEST_PATH: Final = 500  # as the database has it
INDEX_FORMAT: Final = 2  # of points and payloads; raise it where old indexes must be built anew


@dataclass(frozen=True, slots=True)
class Content:
    documents: tuple[IndexedDocument, ...]
    chunks: tuple[Chunk, ...]

    @property
    def hashes(self) -> frozenset[str]:
        """The chunks' content hashes."""
        return frozenset(chunk.content_hash for chunk in self.chunks)

    def fingerprint(self, embedder: EmbedderIdentity | None) -> str:
        """Equal fingerprints make equal indexes."""
        makers = [INDEX_FORMAT, CHUNKER_VERSION, settings.BM25_LANGUAGE, embedder and asdict(embedder)]
        documents = sorted((asdict(document) for document in self.documents), key=lambda each: each["path"])
        return hashlib.sha256(json.dumps([makers, documents], sort_keys=True).encode()).hexdigest()

    def changes_since(self, manifest: Manifest | None) -> Changes:
        before = {document.path: document for document in manifest.documents} if manifest else {}
        now = {document.path: document for document in self.documents}
        both = before.keys() & now.keys()
        unchanged = sum(before[path] == now[path] for path in both)
        return Changes(
            added=len(now.keys() - both),
            changed=len(both) - unchanged,
            removed=len(before.keys() - both),
            unchanged=unchanged,
        )


def source_paths(active: Manifest | None) -> list[Path]:
    """CONTENT_PATH where it is set; else what the active index was built from; else the sample book."""
    if settings.CONTENT_PATH:
        return [Path(settings.CONTENT_PATH)]
    return [Path(source) for source in active.sources] if active else [settings.SAMPLE_BOOK]


def read(paths: Sequence[Path], *, base_url: str) -> Content:
    """Load and cut. Raises SourceUnreadable."""
    documents, chunks = [], []
    for document in load(paths, base_url=base_url):
        if len(document.path) > LONGEST_PATH:
            raise SourceUnreadable(f"This id or path is longer than {LONGEST_PATH}: {document.path[:80]}…")
        cut = chunk(document)
        chunks += cut
        documents.append(
            IndexedDocument(document.path, document.title, document.url, document.content_hash, len(cut))
        )
    if not chunks:
        raise SourceUnreadable(f"There is no text in {', '.join(map(str, paths))}.")
    return Content(tuple(documents), tuple(chunks))
