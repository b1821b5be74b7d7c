"""The admin's login page, with a limit on attempts: each password is hashed, which keeps a core busy."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final, cast

from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from chat.errors import TooManyRequests
from chat.throttling import count_login, forget_logins
from chatbot_project.clients import address_of_request
from chatbot_project.error_pages import error_page

_TOO_MANY: Final = "Too many attempts to log in. Please wait some minutes and try again."
# One thread: one password is hashed at a time, even when a caller has gone, and further ones wait in a queue.
_THREAD: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="login")


async def login(request: HttpRequest) -> HttpResponse:
    """Show the page, or check a name and a password. An address that is let in starts again at none."""
    if request.method != "POST":
        return await sync_to_async(admin.site.login)(request)
    address = address_of_request(request)
    try:
        await count_login(address=address)
    except TooManyRequests as exc:
        return error_page(TooManyRequests(_TOO_MANY, retry_after=exc.retry_after))
    response = await _checked(request)
    if response.status_code == 302:
        await forget_logins(address=address)
    return response


async def _checked(request: HttpRequest) -> HttpResponse:
    check = database_sync_to_async(admin.site.login, thread_sensitive=False, executor=_THREAD)
    return cast(HttpResponse, await check(request))
