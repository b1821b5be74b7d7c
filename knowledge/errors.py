"""Errors as values: `str(error)` is for the operator's log, `detail` is what a reader may see."""

from typing import ClassVar


class KnowledgeError(Exception):
    code: ClassVar[str] = "internal_error"
    status_code: ClassVar[int] = 500
    detail: ClassVar[str] = "Something went wrong here. Please try again."
    retryable: ClassVar[bool] = False
    default_retry_after: ClassVar[float | None] = None  # seconds

    def __init__(
        self, message: str = "", *, retry_after: float | None = None, permanent: bool = False
    ) -> None:
        super().__init__(message or self.detail)
        self.retry_after = self.default_retry_after if retry_after is None else retry_after  # seconds
        self.permanent = permanent  # the same call will fail until somebody changes the configuration


class SourceUnreadable(KnowledgeError):
    """The content cannot be read: missing, empty, not UTF-8, two documents of one path."""

    code = "source_unreadable"


class BuildRunning(KnowledgeError):
    """Another build holds the index; the message says how far it is."""

    code = "build_running"
    status_code = 409
    retryable = True


class NoPredecessor(KnowledgeError):
    """There is no earlier index to return to."""

    code = "no_predecessor"
    status_code = 409


class GoldenQuestionsLost(KnowledgeError):
    """The new index answers fewer of the golden questions than the active one; the message names them."""

    code = "golden_questions_lost"
    status_code = 409


class IndexEmpty(KnowledgeError):
    """There is no index yet."""

    code = "index_empty"
    status_code = 503
    detail = "The book is still being indexed. Please try again in a moment."
    retryable = True
    default_retry_after = 5.0


class VectorStoreUnavailable(KnowledgeError):
    code = "vector_store_unavailable"
    status_code = 503
    detail = "The book cannot be searched at the moment. Please try again shortly."
    retryable = True


class VectorStoreSuspended(VectorStoreUnavailable):
    """Nothing is served at the address: a cluster that was suspended or deleted."""

    code = "vector_store_suspended"


class VectorStoreDenied(VectorStoreUnavailable):
    """The key is missing, wrong, or may not do this."""

    code = "vector_store_denied"


class VectorStoreRefused(VectorStoreUnavailable):
    """The server understood the request and will not carry it out."""

    code = "vector_store_refused"


class VectorStoreFailing(VectorStoreUnavailable):
    """The server answers, but with an error of its own, or with what is no answer."""

    code = "vector_store_failing"


class VectorStoreUnreachable(VectorStoreUnavailable):
    """No connection, or one that broke."""

    code = "vector_store_unreachable"


class VectorStoreTimeout(VectorStoreUnavailable):
    """No answer in time."""

    code = "vector_store_timeout"


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


class ModelRefused(ModelUnavailable):
    """No call to the provider can be made, for its key, region or SDK: none of its models will answer."""


class ModelConnectTimeout(ModelUnavailable):
    code = "llm_connect_timeout"
    status_code = 504


class ModelFirstTokenTimeout(ModelUnavailable):
    code = "llm_first_token_timeout"
    status_code = 504


class ModelInterrupted(KnowledgeError):
    """The language model failed, or its stream ended without a finish, after its first token."""

    code = "llm_interrupted"
    status_code = 502
    detail = "The answer broke off. Please ask again."
    retryable = True


class ModelSilenceTimeout(ModelInterrupted):
    """Nothing more came for too long."""

    code = "llm_silence_timeout"
    status_code = 504


class ModelAnswerTimeout(ModelInterrupted):
    """The answer as a whole took too long."""

    code = "llm_answer_timeout"
    status_code = 504
