"""What flows between the layers: frozen, typed, free of any library's own classes."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]  # (dimensions,), L2-normalised
Matrix = npt.NDArray[np.float32]  # (windows, dimensions), each row L2-normalised


class BlockKind(enum.StrEnum):
    PROSE = "prose"
    LIST = "list"
    CODE = "code"
    TABLE = "table"
    ADMONITION = "admonition"

    @property
    def divisible(self) -> bool:
        return self in (BlockKind.PROSE, BlockKind.LIST)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list, fence, table or admonition; `text` is readable Markdown without JSX."""

    kind: BlockKind
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it, up to the next heading of any level."""

    headings: tuple[str, ...]  # from the page's title down to this heading
    anchor: str | None  # the heading's id on the page; None above the first heading
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class SourceDocument:
    path: str  # unique in the book: the path below its root with "/" between, or the line's id in a .jsonl
    title: str
    url: str  # the page's address, without a fragment
    sections: tuple[Section, ...]
    content_hash: str  # SHA-256, hex, of everything that its chunks are made from


@dataclass(frozen=True, slots=True)
class Chunk:
    """A section, or a part of a long one: the unit that is retrieved and cited."""

    id: UUID  # UUIDv5 of what it says and where
    document: str  # the SourceDocument's path
    title: str
    headings: tuple[str, ...]
    anchor: str | None
    url: str  # with the anchor as its fragment
    position: int  # 0, 1, … within the document
    text: str
    tokens: int
    content_hash: str  # SHA-256, hex, of `indexed_text`: equal hashes have equal vectors

    @property
    def heading(self) -> str:
        return self.headings[-1] if self.headings else self.title

    @property
    def file(self) -> str:
        """What to open to mend the text."""
        return self.document

    @property
    def indexed_text(self) -> str:
        """What is embedded and what BM25 sees: the heading path and the text."""
        return indexed_text(self.headings, self.text)


def indexed_text(headings: Sequence[str], text: str) -> str:
    return f"{' > '.join(headings)}\n{text}"


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    provider: str
    model: str
    dimensions: int

    def __str__(self) -> str:
        return f"{self.model} ({self.provider}, {self.dimensions}-d)"


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    path: str
    title: str
    url: str
    content_hash: str
    chunks: int


@dataclass(frozen=True, slots=True)
class RefusalThresholds:
    """Evidence below which a question is not this book's; see `knowledge.calibration`."""

    meaning: float | None  # where meaning and words are searched; None in an index without an embedder
    words: float  # where words alone are


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index says of itself; it lies beside the points and is the truth about them."""

    build_id: str
    built_at: datetime
    embedder: EmbedderIdentity | None  # None: BM25 alone
    bm25_language: str
    fingerprint: str  # of documents, embedder, language and chunker: equal means nothing to do
    sources: tuple[str, ...]  # the absolute paths that it was built from
    documents: tuple[IndexedDocument, ...]
    refusal: RefusalThresholds | None = None  # None: there is too little text to measure it

    @property
    def chunks(self) -> int:
        return sum(document.chunks for document in self.documents)


@dataclass(frozen=True, slots=True)
class GoldenFigures:
    """How many of the golden questions come out as they should."""

    questions: int
    passed: int
    passed_before: int | None  # by the active index; None where there is none
    lost: tuple[str, ...] = ()  # that the active index answers and the new one does not

    def __str__(self) -> str:
        before = "" if self.passed_before is None else f", {self.passed_before} with the index before"
        return f"Golden questions: {self.passed} of {self.questions} as expected{before}."


@dataclass(frozen=True, slots=True)
class EmbeddedChunk:
    chunk: Chunk
    vectors: Matrix | None  # one row per window; None in an index without an embedder


@dataclass(frozen=True, slots=True)
class WeightedText:
    """Words to look for with BM25, and how much they count."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class SearchQuery:
    words: tuple[WeightedText, ...]
    vector: Vector | None
    limit: int
    document: str | None = None  # only the chunks of the document with this path
    with_word_share: bool = False  # it takes a small search for each word


@dataclass(frozen=True, slots=True)
class ScoredChunk:
    chunk: Chunk
    score: float  # as fused; comparable within one result only
    similarity: float | None  # cosine, where the dense search returned the chunk
    bm25: float | None  # where the word search returned the chunk
    word_share: float | None = (
        None  # that score, as a share of what the best chunks of each word would add to
    )


@dataclass(frozen=True, slots=True)
class PastTurn:
    """An earlier question of the conversation and its answer."""

    question: str
    answer: str
    excerpts: tuple[str, ...] = ()  # of the passages that the answer cites


@dataclass(frozen=True, slots=True)
class Selection:
    """Text that the reader marked on a page."""

    text: str
    page_url: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A passage as the reader sees it; `number` is that of its [n] in the answer."""

    number: int
    title: str
    path: tuple[str, ...]  # headings from the page's title down
    url: str
    file: str
    excerpt: str
    similarity: float | None  # cosine

    @property
    def heading(self) -> str:
        return self.path[-1] if self.path else self.title


class Role(enum.StrEnum):
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class PromptMessage:
    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """All that a language model is asked: rendered in `system` and `messages`, and its parts as they are."""

    system: str
    messages: tuple[PromptMessage, ...]
    question: str  # standing alone
    words: tuple[WeightedText, ...] = ()  # that were looked up: the question's, its topic's, the selection's
    passages: tuple[ScoredChunk, ...] = ()  # numbered from 1 in `messages`
    selection: Selection | None = None
    previous_answer: str = ""  # where the question goes on from one
    max_output_tokens: int = 500


@dataclass(frozen=True, slots=True)
class Usage:
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


class FinishReason(enum.StrEnum):
    STOP = "stop"
    LENGTH = "length"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Finish:
    """The last thing that a model's stream yields; a stream that ends without it was cut off."""

    reason: FinishReason
    usage: Usage = field(default_factory=Usage)


Delta = TextDelta | Finish
