"""What can be wrong with a request to the chat."""

from chatbot_project.errors import ApiError


class InvalidVisitorToken(ApiError):
    status_code = 401
    code = "invalid_visitor_token"
    detail = "The visitor token is not valid here. Drop it and call again to get a new one."


class ConversationNotFound(ApiError):
    status_code = 404
    code = "conversation_not_found"
    detail = "There is no such conversation for this visitor."


class MessageNotFound(ApiError):
    status_code = 404
    code = "message_not_found"
    detail = "There is no such message for this visitor."


class ConversationBusy(ApiError):
    status_code = 409
    code = "conversation_busy"
    detail = "This conversation is still being answered. Wait for the answer or cancel it."
    retryable = True


class IdempotencyMismatch(ApiError):
    status_code = 422
    code = "idempotency_mismatch"
    detail = "This idempotency key was used for another question. Use a new key."


class IdempotencyExpired(ApiError):
    status_code = 422
    code = "idempotency_expired"
    detail = "This idempotency key is too old to be used without its visitor token. Use a new key."


class StaffOnlyReads(ApiError):
    status_code = 403
    code = "read_only"
    detail = "A staff session may read conversations, not change them. Send X-Visitor-Token."


class TooManyRequests(ApiError):
    status_code = 429
    code = "throttled"
    detail = "Too many requests. Please wait a moment and try again."
    retryable = True


class TurnInterrupted(ApiError):
    """The server stopped."""

    status_code = 503
    code = "interrupted"
    detail = "The answer was interrupted. Please ask again."
    retryable = True


class AnswerNotStored(ApiError):
    """The database could not be written for too long, or the process was killed."""

    status_code = 503
    code = "answer_not_stored"
    detail = "The answer was interrupted: not all of it could be stored. Please ask again."
    retryable = True


class TurnTimeout(ApiError):
    status_code = 504
    code = "answer_timeout"
    detail = "The answer took too long. Please ask again."
    retryable = True


class ServerBusy(ApiError):
    status_code = 503
    code = "busy"
    detail = "Many questions are being answered right now. Please try again in a few seconds."
    retryable = True


class ShuttingDown(ApiError):
    status_code = 503
    code = "shutting_down"
    detail = "The server is restarting. Please try again in a few seconds."
    retryable = True


class InvalidFrame(ApiError):
    status_code = 400
    code = "invalid_frame"
    detail = 'Send JSON objects with a "type" of hello, ask, resume, cancel, feedback or ping.'
