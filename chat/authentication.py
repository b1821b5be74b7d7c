"""Who calls: a visitor by their token, or a staff member by their session."""

from typing import Any

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from chat.access import Caller
from chat.visitors import visitor_of

TOKEN_HEADER = "X-Visitor-Token"  # noqa: S105 - a header's name
TOKEN_PARAMETER = "visitor_token"  # noqa: S105 - a parameter's name


class VisitorAuthentication(BaseAuthentication):
    """By the X-Visitor-Token header. Nobody is turned away for having none."""

    def authenticate(self, request: Request) -> tuple[Caller, None]:
        token = self._token(request)
        return Caller(visitor=visitor_of(token) if token else None), None

    def _token(self, request: Request) -> str:
        return request.headers.get(TOKEN_HEADER, "")


class VisitorQueryAuthentication(VisitorAuthentication):
    """Also by a query parameter, for EventSource, which cannot send headers."""

    def _token(self, request: Request) -> str:
        return super()._token(request) or request.query_params.get(TOKEN_PARAMETER, "")


class StaffSessionAuthentication(BaseAuthentication):
    """By the admin's session, to read only: so no CSRF token is needed."""

    def authenticate(self, request: Request) -> tuple[Caller, None] | None:
        django_request: HttpRequest = request._request
        user: Any = getattr(django_request, "user", None)
        if request.headers.get(TOKEN_HEADER) or not (user and user.is_active and user.is_staff):
            return None
        return (Caller(staff=True), None) if user.has_perm("chat.view_conversation") else None
