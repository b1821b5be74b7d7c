"""Django's own middleware, run on the event loop.

Django gives each of their steps, some ten in a request, to a thread, because a step may wait for something.
Theirs wait only where a session has been changed or a message been left, for the database, and where a form
has been sent, for its fields to be read.
"""

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware import clickjacking, common, csrf, security
from django.utils.deprecation import MiddlewareMixin

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")


class Inline(MiddlewareMixin):
    """Put before a middleware of Django's: its steps are called as they are, but for those that must wait."""

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        prepare = getattr(self, "process_request", None)
        respond: Any = self.get_response
        response: HttpResponseBase = (prepare and prepare(request)) or await respond(request)
        complete = getattr(self, "process_response", None)
        if complete is None:
            return response
        if self.must_wait(request):
            return await sync_to_async(complete)(request, response)  # type: ignore[no-any-return]
        return complete(request, response)  # type: ignore[no-any-return]

    def must_wait(self, request: HttpRequest) -> bool:
        """Whether the response is processed with the help of the database."""
        return False


class SecurityMiddleware(Inline, security.SecurityMiddleware):
    pass


class CommonMiddleware(Inline, common.CommonMiddleware):
    pass


class XFrameOptionsMiddleware(Inline, clickjacking.XFrameOptionsMiddleware):
    pass


class AuthenticationMiddleware(Inline, auth.AuthenticationMiddleware):
    pass


class CsrfViewMiddleware(Inline, csrf.CsrfViewMiddleware):
    async def process_view(  # type: ignore[override]
        self, request: HttpRequest, view: Any, *arguments: Any
    ) -> HttpResponseBase | None:
        check = super().process_view
        if request.method in SAFE_METHODS or getattr(view, "csrf_exempt", False):
            return check(request, view, *arguments)
        return await sync_to_async(check)(request, view, *arguments)


class SessionMiddleware(Inline, sessions.SessionMiddleware):
    def must_wait(self, request: HttpRequest) -> bool:
        return request.session.modified


class MessageMiddleware(Inline, messages.MessageMiddleware):
    def must_wait(self, request: HttpRequest) -> bool:
        left: Any = getattr(request, "_messages", None)
        return left is not None and (left.used or left.added_new)
