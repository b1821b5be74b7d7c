"""Static files, served by the application itself.

As an image is built, `collectstatic` gathers them under names that hold a hash of their content, so that
browsers may keep them for ever, and compresses them. Elsewhere they are served from the applications.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names with hashes once they are collected, and plain ones before."""

    support_js_module_import_aggregation = True  # the chat's modules import each other by name
    max_post_process_passes = 10  # an import of an import of an import …

    def stored_name(self, name: str) -> str:
        return str(super().stored_name(name)) if self.hashed_files else name


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]
    """WhiteNoise for an async server.

    WhiteNoise's own middleware is sync only, so that every request would hold a thread for as long as its
    view runs; and Django warns of each file that it streams.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        super().__init__(get_response)
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if iscoroutinefunction(self):
            return self._respond(request)
        return self._static_file(request) or self.get_response(request)

    def add_files(self, root: str, prefix: str | None = None) -> None:
        # There is no folder of collected files where none have been collected, and nothing to warn of.
        if Path(root).is_dir():
            super().add_files(root, prefix)

    async def _respond(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase | None = None
        if request.path_info.startswith(self.static_prefix):
            response = await sync_to_async(self._static_file, thread_sensitive=False)(request)
        return response or await self.get_response(request)

    def _static_file(self, request: HttpRequest) -> HttpResponse | None:
        path = request.path_info
        static_file = self.find_file(path) if self.autorefresh else self.files.get(path)
        if static_file is None:
            return None
        found = static_file.get_response(request.method, request.META)
        response = HttpResponse(status=int(found.status), headers=dict(found.headers))
        if found.file is not None:
            with found.file as file:
                response.content = file.read()
        return response
