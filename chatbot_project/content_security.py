"""What browsers may load into our pages, and who may show them in a frame."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

HEADER = "Content-Security-Policy"
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'"
# Swagger UI's page starts it with a script of its own.
DOCUMENTATION = (
    f"{NOTHING}; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"
)
# The admin's theme evaluates the expressions that stand in its pages.
ADMIN = (
    "default-src 'none'; base-uri 'none'; form-action 'self'; script-src 'self' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'"
)
OTHER = f"{NOTHING}; style-src 'unsafe-inline'; frame-ancestors 'none'"


@sync_and_async_middleware
def content_security(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Give every answer the policy of its address."""
    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> HttpResponseBase:
            answer: Awaitable[HttpResponseBase] = get_response(request)
            return _with_policy(request, await answer)

        return asynchronous

    def synchronous(request: HttpRequest) -> HttpResponseBase:
        return _with_policy(request, get_response(request))

    return synchronous


def _with_policy(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    response.headers.setdefault(HEADER, _policy(request, response))
    return response


def _policy(request: HttpRequest, response: HttpResponseBase) -> str:
    path = request.path
    if path.startswith("/admin/"):
        return ADMIN
    if path == "/docs":
        return DOCUMENTATION
    if response.status_code >= 400:
        return OTHER
    if path == "/":
        return _chat_page(request)
    return _book() if path.startswith("/book/") else OTHER


def _chat_page(request: HttpRequest) -> str:
    # Not every browser takes 'self' to mean the WebSockets of the same host.
    host = request.get_host()
    return (
        f"{NOTHING}; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self' ws://{host} wss://{host}; "
        "require-trusted-types-for 'script'; trusted-types dompurify; "
        f"frame-ancestors {_framers()}"
    )


def _book() -> str:
    # A book's pictures may lie anywhere.
    return f"{NOTHING}; style-src 'self'; img-src * data:; frame-ancestors {_framers()}"


def _framers() -> str:
    return " ".join(["'self'", "https://huggingface.co", *settings.FRAMING_ORIGINS])
