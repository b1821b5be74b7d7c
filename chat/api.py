"""What the API's views have in common."""

from collections.abc import Iterable
from uuid import UUID

from adrf.views import APIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from chat.rendering import Reader
from chat.visitors import token_of


class AnyAccept(DefaultContentNegotiation):
    """JSON whatever is accepted: the views that can stream look at Accept themselves."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class AsyncView(APIView):  # type: ignore[misc]
    content_negotiation_class = AnyAccept


def reader_of(request: Request, *, visitor: UUID | None) -> Reader:
    """`visitor`: the one whose token goes into the answer."""
    return Reader(
        origin=f"{request.scheme}://{request.get_host()}",
        visitor_token=token_of(visitor) if visitor else None,
    )
