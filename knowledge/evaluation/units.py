"""What a judgement may name: a document, or a section of one, however a question set spells it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from knowledge.evaluation.questions import QuestionSetInvalid
from knowledge.types import Chunk, SourceDocument

SectionKey = tuple[str, str | None, tuple[str, ...]]  # document, anchor, headings


@dataclass(frozen=True, slots=True)
class Unit:
    """A document where `section` is None; else its section of that number, from 0."""

    document: str  # the SourceDocument's path
    section: int | None = None

    @property
    def whole(self) -> "Unit":
        return Unit(self.document)

    def __str__(self) -> str:
        return self.document if self.section is None else f"{self.document}#{self.section}"


class Units:
    """The documents and sections of a source by their names.

    A page is named by its path, with or without its ending and the source folder's name before it; a section
    by its page, "#" and its number or its anchor.
    """

    def __init__(self, documents: Sequence[SourceDocument], *, sources: Sequence[Path]) -> None:
        self._names: dict[str, Unit] = {}
        self._sections: dict[SectionKey, Unit] = {}
        folders = [source.resolve().name for source in sources if source.is_dir()]
        for document in documents:
            self._add_document(document, folders)
        # A line's id in a .jsonl file may itself look like a section's name, and then it is the line's.
        for document in documents:
            self._add_sections(document, folders)

    def named(self, name: str) -> Unit | None:
        """None where there is no such thing."""
        return self._names.get(name)

    def of(self, chunk: Chunk) -> Unit:
        """The section that the chunk is of. Raises QuestionSetInvalid where the sources are others."""
        try:
            return self._sections[chunk.document, chunk.anchor, chunk.headings]
        except KeyError as exc:
            raise QuestionSetInvalid(
                f"The index has a section of {chunk.document!r} that the sources lack: they are not what it "
                "was built from. Run: manage.py reindex, or name a --source."
            ) from exc

    def _add_document(self, document: SourceDocument, folders: Sequence[str]) -> None:
        for page in _page_names(document.path, folders):
            self._names.setdefault(page, Unit(document.path))

    def _add_sections(self, document: SourceDocument, folders: Sequence[str]) -> None:
        pages = list(_page_names(document.path, folders))
        for number, section in enumerate(document.sections):
            # What stands before a page's title has the same address as what stands after it.
            key = (document.path, section.anchor, section.headings)
            unit = self._sections.setdefault(key, Unit(document.path, number))
            for page in pages:
                self._names.setdefault(f"{page}#{number}", unit)
                if section.anchor:
                    self._names.setdefault(f"{page}#{section.anchor}", unit)


def _page_names(path: str, folders: Sequence[str]) -> Iterator[str]:
    yield path
    if not folders:
        return
    bare = path.removesuffix(PurePosixPath(path).suffix)
    yield bare
    for folder in folders:
        yield f"{folder}/{path}"
        yield f"{folder}/{bare}"
