"""What the API's views have in common."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from uuid import UUID

from adrf.views import APIView
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from chat.authentication import StaffSessionAuthentication
from chat.database import in_thread
from chat.rendering import Reader
from chat.serializers import IdempotencyKeySerializer
from chat.visitors import token_of


class AnyAccept(DefaultContentNegotiation):
    """JSON whatever is accepted: the views that can stream look at Accept themselves."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class AsyncView(APIView):  # type: ignore[misc]
    """Called on the event loop as a whole: a thread for what waits for nothing would only make it wait."""

    content_negotiation_class = AnyAccept

    async def async_dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.args, self.kwargs = args, kwargs
        self.request = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        try:
            await self._admit(self.request)
            answer = self._method(self.request.method.lower())
            response = await answer(self.request, *args, **kwargs)
        # As every view of REST framework does: its handler tells the errors.
        except Exception as exc:
            response = self.handle_exception(exc)
        self.response = self.finalize_response(self.request, response, *args, **kwargs)
        return self.response  # type: ignore[no-any-return]

    async def _admit(self, request: Request) -> None:
        self.format_kwarg = None
        renderer, media_type = self.perform_content_negotiation(request)
        request.accepted_renderer, request.accepted_media_type = renderer, media_type
        if StaffSessionAuthentication in self.authentication_classes:
            await in_thread(self.perform_authentication)(request)  # the session is in the database
        else:
            self.perform_authentication(request)
        self.check_permissions(request)
        for throttle in self.get_throttles():
            await throttle.count(request)

    def _method(self, name: str) -> Callable[..., Awaitable[HttpResponseBase]]:
        known = name in self.http_method_names and hasattr(self, name)
        return getattr(self, name) if known else self.http_method_not_allowed  # type: ignore[no-any-return]


def idempotency_key_of(request: Request) -> str:
    """The header's; empty without one. Raises ValidationError."""
    sent = IdempotencyKeySerializer(data={"idempotency_key": request.headers.get("Idempotency-Key", "")})
    sent.is_valid(raise_exception=True)
    key: str = sent.validated_data["idempotency_key"]
    return key


def reader_of(request: Request, *, visitor: UUID | None) -> Reader:
    """`visitor`: the one whose token goes into the answer."""
    return Reader(
        origin=f"{request.scheme}://{request.get_host()}",
        visitor_token=token_of(visitor) if visitor else None,
    )
