"""Which files of a folder are pages, and their text."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from knowledge.errors import SourceUnreadable
from knowledge.storable import storable

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
    return (file for file in _walk(root) if all(map(_is_public, file.path.split("/"))))


def snapshot(path: Path) -> frozenset[tuple[str, int, int]]:
    """Path, time and size of all that is read from `path`: another one means that something there changed."""
    files = _walk(path) if path.is_dir() else [SourceFile(path.parent, path.name)] if path.is_file() else []
    stats = ((file.path, file.location.stat()) for file in files)
    return frozenset((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


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


def _walk(root: Path) -> Iterator[SourceFile]:
    """The pages and partials below `root`, by path."""
    boundary = root.resolve()
    found: list[Path] = []
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = [name for name in subfolders if not _is_hidden(name) and name not in _SKIPPED_FOLDERS]
        found += (Path(folder, name) for name in names if not _is_hidden(name))
    paths = (path.relative_to(root).as_posix() for path in found if _is_readable(path, boundary))
    return (SourceFile(root, path) for path in sorted(paths))


def _is_hidden(name: str) -> bool:
    return name.startswith(".")


def _is_public(name: str) -> bool:
    return not name.startswith("_")


def _is_readable(path: Path, boundary: Path) -> bool:
    if path.suffix.lower() not in _SUFFIXES:
        return False
    return not path.is_symlink() or (path.is_file() and path.resolve().is_relative_to(boundary))
