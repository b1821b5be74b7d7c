"""Which files of a folder are pages, and their text."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from knowledge.errors import SourceUnreadable

MARKDOWN = frozenset({".md", ".mdx", ".markdown"})
HTML = frozenset({".html", ".htm"})
TEXT = frozenset({".txt"})
_SUFFIXES = MARKDOWN | HTML | TEXT
_SKIPPED_FOLDERS = frozenset({"node_modules"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A page's file: `root / path`."""

    root: Path
    path: str  # with "/" between, whatever the system

    @property
    def location(self) -> Path:
        return self.root / self.path

    @property
    def suffix(self) -> str:
        return self.location.suffix.lower()


def walk(root: Path) -> Iterator[SourceFile]:
    """The pages below `root`, by path.

    Names that begin with "_" (partials) or "." are none, nor is what a link leads to outside of `root`.
    """
    boundary = root.resolve()
    found = []
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = [name for name in subfolders if _is_public(name) and name not in _SKIPPED_FOLDERS]
        found += [Path(folder, name) for name in names if _is_page(Path(folder, name), boundary)]
    return (SourceFile(root, path) for path in sorted(page.relative_to(root).as_posix() for page in found))


def read_text(path: Path) -> str:
    """The file's text with "\\n" at the ends of lines. Raises SourceUnreadable."""
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise SourceUnreadable(f"{path} cannot be read: {exc.strerror}.") from exc
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise SourceUnreadable(
            f"{path} is not UTF-8 (byte {exc.start}). Save it as UTF-8, or leave it out."
        ) from exc
    return storable(text.replace("\r\n", "\n").replace("\r", "\n"))


def storable(text: str) -> str:
    """The text without what databases refuse, and escapes can bring in: NUL and lone surrogates."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _is_public(name: str) -> bool:
    return not name.startswith(("_", "."))


def _is_page(path: Path, boundary: Path) -> bool:
    if not _is_public(path.name) or path.suffix.lower() not in _SUFFIXES:
        return False
    return not path.is_symlink() or (path.is_file() and path.resolve().is_relative_to(boundary))
