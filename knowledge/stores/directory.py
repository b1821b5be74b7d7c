"""The files of an embedded index: a directory per build, a pointer to the active one, a lock for builders.

<root>/current            the active build's id and, on the next line, its predecessor's
<root>/lock               held (flock) by whoever builds; freed by the system when that process dies
<root>/<build id>/        shard/ and manifest.json
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from knowledge.errors import BuildRunning
from knowledge.stores.base import BUILD_ID
from knowledge.stores.manifests import from_json, to_json
from knowledge.stores.seam import translated
from knowledge.types import Manifest


class IndexDirectory:
    """Raises VectorStoreUnavailable where the file system does not do its part."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._pointer = root / "current"

    def active(self) -> str | None:
        """The build to read from. Costs one small read, so that it can be asked for on every question."""
        with translated():
            return next(iter(self._pointed()), None)

    def predecessor(self) -> str | None:
        """The build that was active before, if it is kept."""
        with translated():
            return next(iter(self._pointed()[1:]), None)

    def shard(self, build_id: str) -> Path:
        return self.root / build_id / "shard"

    def manifest(self, build_id: str) -> Manifest:
        with translated():
            return from_json(self._manifest(build_id).read_bytes())

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the builders' lock. Raises BuildRunning when another builder, of any process, has it."""
        with translated():
            self._create_root()
            # Opened for reading, so that another user's lock file serves as well.
            descriptor = os.open(self.root / "lock", os.O_RDONLY | os.O_CREAT, 0o644)
        try:
            with translated():
                _lock(descriptor)
            yield
        finally:
            os.close(descriptor)

    def create(self, build_id: str) -> Path:
        """A new, empty place for a shard."""
        shard = self.shard(build_id)
        with translated():
            shard.mkdir(parents=True)
        return shard

    def activate(self, build_id: str, manifest: Manifest) -> None:
        """Point to this build, durably and at once; only a holder of the lock may."""
        with translated():
            self._seal(build_id, manifest)
            self._point_to(build_id)

    def prune(self) -> None:
        """Delete all builds but the active one and its predecessor; only a holder of the lock may.

        Whoever still reads a deleted build goes on doing so: its files are mapped into memory.
        """
        with translated():
            kept = self._pointed()
            for path in self.root.iterdir():
                if BUILD_ID.fullmatch(path.name) and path.name not in kept:
                    shutil.rmtree(path, ignore_errors=True)

    def _seal(self, build_id: str, manifest: Manifest) -> None:
        _write_durably(self._manifest(build_id), to_json(manifest))
        _sync_directory(self.root / build_id)
        self._give_to_owner(self.root / build_id)

    def _point_to(self, build_id: str) -> None:
        predecessors = [pointed for pointed in self._pointed()[:1] if pointed != build_id]
        fresh = self.root / "current.new"
        fresh.unlink(missing_ok=True)
        _write_durably(fresh, "\n".join([build_id, *predecessors]).encode())
        self._give_to_owner(fresh)
        fresh.replace(self._pointer)
        _sync_directory(self.root)

    def _manifest(self, build_id: str) -> Path:
        return self.root / build_id / "manifest.json"

    def _pointed(self) -> list[str]:
        """The active build's id, then its predecessor's; neither where the pointer is missing or nonsense."""
        try:
            lines = self._pointer.read_bytes().decode("ascii", errors="replace").split()
        except FileNotFoundError:
            return []
        return lines[:2] if all(map(BUILD_ID.fullmatch, lines)) else []

    def _create_root(self) -> None:
        missing = [path for path in (self.root, *self.root.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir(exist_ok=True)
            _copy_owner(path.parent, path)

    def _give_to_owner(self, path: Path) -> None:
        for inner in (path, *path.rglob("*")):
            _copy_owner(self.root, inner)


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        raise BuildRunning("Another build of this index is running.") from exc


def _copy_owner(source: Path, path: Path) -> None:
    """Opening a shard needs leave to write; an index that root builds must open for the user that serves."""
    if os.geteuid() == 0:
        owner = source.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
