"""Errors outside of REST framework's views: JSON for callers of the API, a plain page for people."""

from django.core.exceptions import DisallowedHost, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string

from chatbot_project.errors import (
    CsrfFailed,
    HostNotAllowed,
    InternalError,
    error_body,
    json_error_response,
)

API_PATHS = ("/v1", "/api", "/health", "/openapi.json", "/ws/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _respond(request, HostNotAllowed() if isinstance(exception, DisallowedHost) else exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _respond(request, PermissionDenied())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _respond(request, Http404())


def server_error(request: HttpRequest) -> HttpResponse:
    """Django has logged the exception."""
    return _respond(request, InternalError())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _respond(request, CsrfFailed())


def _respond(request: HttpRequest, exc: Exception) -> HttpResponse:
    if request.path.startswith(API_PATHS):
        return json_error_response(exc)
    return error_page(exc)


def error_page(exc: Exception) -> HttpResponse:
    # Without the request: a page about an error must not need the session or the database.
    body = error_body(exc)
    page = render_to_string("error.html", {"error": body})
    return HttpResponse(page, status=body.status_code, headers=body.headers)
