"""What can be wrong with a request to the chat."""

from typing import ClassVar

from chatbot_project.errors import ApiError


class InvalidVisitorToken(ApiError):
    status_code: ClassVar[int] = 401
    code: ClassVar[str] = "invalid_visitor_token"
    default_detail: ClassVar[str] = (
        "The visitor token is not valid here. Drop it and call again to get a new one."
    )


class ConversationNotFound(ApiError):
    status_code: ClassVar[int] = 404
    code: ClassVar[str] = "conversation_not_found"
    default_detail: ClassVar[str] = "There is no such conversation for this visitor."


class MessageNotFound(ApiError):
    status_code: ClassVar[int] = 404
    code: ClassVar[str] = "message_not_found"
    default_detail: ClassVar[str] = "There is no such message for this visitor."


class ConversationBusy(ApiError):
    status_code: ClassVar[int] = 409
    code: ClassVar[str] = "conversation_busy"
    default_detail: ClassVar[str] = (
        "This conversation is still being answered. Wait for the answer or cancel it."
    )
    retryable: ClassVar[bool] = True


class IdempotencyMismatch(ApiError):
    status_code: ClassVar[int] = 422
    code: ClassVar[str] = "idempotency_mismatch"
    default_detail: ClassVar[str] = "This idempotency key was used for another question. Use a new key."


class IdempotencyExpired(ApiError):
    status_code: ClassVar[int] = 422
    code: ClassVar[str] = "idempotency_expired"
    default_detail: ClassVar[str] = (
        "This idempotency key is too old to be used without its visitor token. Use a new key."
    )


class StaffOnlyRead(ApiError):
    status_code: ClassVar[int] = 403
    code: ClassVar[str] = "read_only"
    default_detail: ClassVar[str] = (
        "A staff session may read conversations, not change them. Send X-Visitor-Token."
    )


class TooManyRequests(ApiError):
    status_code: ClassVar[int] = 429
    code: ClassVar[str] = "throttled"
    default_detail: ClassVar[str] = "Too many requests. Please wait a moment and try again."
    retryable: ClassVar[bool] = True


class TurnInterrupted(ApiError):
    """The server stopped, or the answer took too long."""

    status_code: ClassVar[int] = 503
    code: ClassVar[str] = "interrupted"
    default_detail: ClassVar[str] = "The answer was interrupted. Please ask again."
    retryable: ClassVar[bool] = True


class TurnTimeout(ApiError):
    status_code: ClassVar[int] = 504
    code: ClassVar[str] = "answer_timeout"
    default_detail: ClassVar[str] = "The answer took too long. Please ask again."
    retryable: ClassVar[bool] = True


class ShuttingDown(ApiError):
    status_code: ClassVar[int] = 503
    code: ClassVar[str] = "shutting_down"
    default_detail: ClassVar[str] = "The server is restarting. Please try again in a few seconds."
    retryable: ClassVar[bool] = True


class InvalidFrame(ApiError):
    status_code: ClassVar[int] = 400
    code: ClassVar[str] = "invalid_frame"
    default_detail: ClassVar[str] = (
        'Send JSON objects with a "type" of hello, ask, resume, cancel, feedback or ping.'
    )


class NotAnAnswer(ApiError):
    status_code: ClassVar[int] = 400
    code: ClassVar[str] = "not_an_answer"
    default_detail: ClassVar[str] = "Feedback is given on answers. Send the answer's message_id."
