"""Errors as values: `str(error)` is for the operator's log, `detail` is what a reader may see."""

from typing import ClassVar


class KnowledgeError(Exception):
    code: ClassVar[str] = "internal_error"
    status_code: ClassVar[int] = 500
    detail: ClassVar[str] = "Something went wrong here. Please try again."
    retryable: ClassVar[bool] = False

    def __init__(
        self, message: str = "", *, retry_after: float | None = None, permanent: bool = False
    ) -> None:
        super().__init__(message or self.detail)
        self.retry_after = retry_after  # seconds
        self.permanent = permanent  # the same call will fail until somebody changes the configuration


class SourceUnreadable(KnowledgeError):
    """The content cannot be read: missing, empty, not UTF-8, two documents of one path."""

    code = "source_unreadable"


class BuildRunning(KnowledgeError):
    """Another build holds the index; the message says how far it is."""

    code = "build_running"
    status_code = 409
    retryable = True


class IndexEmpty(KnowledgeError):
    """There is no index yet."""

    code = "index_empty"
    status_code = 503
    detail = "The book is still being indexed. Please try again in a moment."
    retryable = True


class VectorStoreUnavailable(KnowledgeError):
    code = "vector_store_unavailable"
    status_code = 503
    detail = "The book cannot be searched at the moment. Please try again shortly."
    retryable = True


class EmbeddingUnavailable(KnowledgeError):
    code = "embedding_unavailable"
    status_code = 503
    detail = "The question cannot be looked up at the moment. Please try again shortly."
    retryable = True


class ModelUnavailable(KnowledgeError):
    """The language model failed before its first token."""

    code = "llm_unavailable"
    status_code = 503
    detail = "No answer can be written at the moment. Please try again shortly."
    retryable = True


class ModelInterrupted(KnowledgeError):
    """The language model failed, or its stream ended without a finish, after its first token."""

    code = "llm_interrupted"
    status_code = 502
    detail = "The answer broke off. Please ask again."
    retryable = True
