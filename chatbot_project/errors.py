"""One shape for every error, on every route and in every stream."""

import logging
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, JsonResponse
from rest_framework import exceptions as drf
from rest_framework.response import Response

from chatbot_project.request_ids import current_request_id
from knowledge.errors import KnowledgeError

logger = logging.getLogger(__name__)

FieldErrors = Mapping[str, list[str]]


class ApiError(Exception):
    """An error that a caller can act on; a subclass for each code. `str(error)` is what the caller reads."""

    status_code: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    detail: ClassVar[str] = "This request cannot be understood."
    retryable: ClassVar[bool] = False

    def __init__(
        self, detail: str = "", *, retry_after: float | None = None, errors: FieldErrors | None = None
    ) -> None:
        super().__init__(detail or self.detail)
        self.retry_after = retry_after  # seconds
        self.errors = errors


class BodyTooLarge(ApiError):
    status_code = 413
    code = "body_too_large"
    detail = "This request is too large."


class HostNotAllowed(ApiError):
    code = "host_not_allowed"
    detail = (
        "This server does not answer to the host name of this request. ALLOWED_HOSTS lists the names it has."
    )


class CsrfFailed(ApiError):
    status_code = 403
    code = "csrf_failed"
    detail = "This form has expired, or cookies are switched off. Reload the page and try again."


class InternalError(ApiError):
    status_code = 500
    code = "internal_error"
    detail = "Something went wrong here. Please try again."


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What a caller is told; `status_code` is the HTTP status that goes with it."""

    status_code: int
    code: str
    detail: str
    request_id: str
    retryable: bool = False
    errors: FieldErrors | None = None
    retry_after: int | None = None  # whole seconds

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "detail": self.detail,
            "code": self.code,
            "request_id": self.request_id,
            "retryable": self.retryable,
        }
        if self.errors is not None:
            body["errors"] = {field: list(problems) for field, problems in self.errors.items()}
        if self.retry_after is not None:
            body["retry_after"] = self.retry_after
        return body

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


def error_body(exc: BaseException) -> ErrorBody:
    """What a caller is told of `exc`. Logs what the operator needs to know of it."""
    match exc:
        case ApiError() | KnowledgeError():
            return _of_our_own(exc)
        case drf.ValidationError():
            return _of_invalid_input(exc)
        case drf.APIException():
            return _of_rest_framework(exc)
        case Http404():
            return _body(404, "not_found", "There is nothing here.")
        case PermissionDenied():
            return _body(403, "permission_denied", "You may not do this.")
        case RequestDataTooBig():
            return _of_our_own(BodyTooLarge())
        case SuspiciousOperation():
            return _of_our_own(ApiError())
        case OperationalError() | InterfaceError():
            logger.error("The database is unavailable", exc_info=exc)
            detail = "Conversations cannot be stored at the moment. Please try again shortly."
            return _body(503, "database_unavailable", detail, retryable=True)
        case _:
            logger.error("Unexpected %s", type(exc).__name__, exc_info=exc)
            return _of_our_own(InternalError())


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response:
    """REST framework's EXCEPTION_HANDLER."""
    body = error_body(exc)
    headers = body.headers
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    return Response(body.as_json(), status=body.status_code, headers=headers)


def json_error_response(exc: BaseException) -> JsonResponse:
    """The same for plain Django views."""
    body = error_body(exc)
    return JsonResponse(body.as_json(), status=body.status_code, headers=body.headers)


def _body(
    status_code: int,
    code: str,
    detail: str,
    *,
    retryable: bool = False,
    errors: FieldErrors | None = None,
    retry_after: float | None = None,
) -> ErrorBody:
    return ErrorBody(
        status_code=status_code,
        code=code,
        detail=detail,
        request_id=current_request_id.get(),
        retryable=retryable,
        errors=errors,
        retry_after=None if retry_after is None else math.ceil(retry_after),
    )


def _of_our_own(exc: ApiError | KnowledgeError) -> ErrorBody:
    if isinstance(exc, KnowledgeError) and exc.status_code >= 500:
        logger.warning("%s: %s", exc.code, exc, exc_info=exc.__cause__)
    return _body(
        exc.status_code,
        exc.code,
        str(exc) if isinstance(exc, ApiError) else exc.detail,
        retryable=exc.retryable,
        errors=exc.errors if isinstance(exc, ApiError) else None,
        retry_after=exc.retry_after,
    )


def _of_invalid_input(exc: drf.ValidationError) -> ErrorBody:
    errors: dict[str, list[str]] = {}
    for field, problem in _problems(exc.detail):
        errors.setdefault(field or "non_field_errors", []).append(problem)
    field, problem = next(_problems(exc.detail), ("", "This request is not valid."))
    return _body(400, "invalid", f"{field}: {problem}" if field else problem, errors=errors)


def _problems(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(field, sentence) of each problem; the fields of nested objects are joined by dots."""
    if isinstance(detail, dict):
        for name, below in detail.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _problems(below, ".".join(filter(None, (path, own))))
    elif isinstance(detail, list | tuple):
        for below in detail:
            yield from _problems(below, path)
    else:
        # It may quote what was sent, which may hold half of a surrogate pair.
        yield path, str(detail).encode("utf-8", "replace").decode()


def _of_rest_framework(exc: drf.APIException) -> ErrorBody:
    _, detail = next(_problems(exc.detail), ("", ""))
    if isinstance(exc, drf.Throttled):
        return _throttled(exc)
    if isinstance(exc, drf.ParseError):
        return _body(exc.status_code, "malformed_json", detail)
    if exc.status_code >= 500:
        logger.error("%s", type(exc).__name__, exc_info=exc)
    codes = exc.get_codes()
    code = codes if isinstance(codes, str) else exc.default_code
    return _body(exc.status_code, code, detail, retryable=exc.status_code == 503)


def _throttled(exc: drf.Throttled) -> ErrorBody:
    wait: float | None = getattr(exc, "wait", None)
    when = "shortly" if wait is None else f"in {math.ceil(wait)} s"
    detail = f"That was a lot of requests at once. Please try again {when}."
    return _body(429, "throttled", detail, retryable=True, retry_after=wait)
