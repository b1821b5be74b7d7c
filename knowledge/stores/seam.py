"""Where the errors of files and of Qdrant Edge become ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from knowledge.errors import KnowledgeError, VectorStoreUnavailable


@contextmanager
def translated() -> Iterator[None]:
    """Edge raises bare Exceptions, and on damaged files pyo3's PanicException, which is not even one."""
    try:
        yield
    except (KnowledgeError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as exc:
        raise VectorStoreUnavailable(f"The index cannot be read or written: {exc}") from exc
