"""The outermost middleware: the request's id, and its line in the access log."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import cast
from urllib.parse import quote

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from chatbot_project.request_ids import current_request_id, request_id_from

logger = logging.getLogger(__name__)

View = Callable[[HttpRequest], HttpResponseBase]
AsyncView = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def request_id(get_response: View | AsyncView) -> View | AsyncView:
    """Give the request an id, the answer its X-Request-ID and the log a line.

    The id stays set when the middleware is done, because a streamed body is only then produced.
    """
    if iscoroutinefunction(get_response):
        respond_async = cast(AsyncView, get_response)

        async def asynchronous(request: HttpRequest) -> HttpResponseBase:
            started = _begin(request)
            return _finish(request, await respond_async(request), started)

        return asynchronous

    respond = cast(View, get_response)

    def synchronous(request: HttpRequest) -> HttpResponseBase:
        started = _begin(request)
        return _finish(request, respond(request), started)

    return synchronous


def _begin(request: HttpRequest) -> float:
    current_request_id.set(request_id_from(request.headers.get("X-Request-ID")))
    return time.perf_counter()


def _finish(request: HttpRequest, response: HttpResponseBase, started: float) -> HttpResponseBase:
    response.headers["X-Request-ID"] = current_request_id.get()
    # The path alone: a query string may hold a visitor's token.
    milliseconds = (time.perf_counter() - started) * 1000
    # Quoted, because a path may hold line breaks and a terminal's control characters.
    path = quote(request.path)
    logger.info("%s %s %d %.0f ms", request.method, path, response.status_code, milliseconds)
    return response
