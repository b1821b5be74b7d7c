"""The admin's login page, with a limit on attempts: each password is hashed, which keeps a core busy."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from chat.database import in_thread
from chat.errors import TooManyRequests
from chat.throttling import count_login, forget_logins
from chatbot_project.clients import address_of_request
from chatbot_project.error_pages import error_page

_TOO_MANY: Final = "Too many attempts to log in. Please wait some minutes and try again."
# One password is hashed at a time, even when the one who sent it has gone. Others wait in a queue.
_ONE_THREAD: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="login")


async def login(request: HttpRequest) -> HttpResponse:
    """Show the page, or check a name and a password. A success clears the count of the address's attempts."""
    if request.method != "POST":
        return await in_thread(admin.site.login)(request)
    address = address_of_request(request)
    try:
        await count_login(address=address)
    except TooManyRequests as exc:
        return error_page(TooManyRequests(_TOO_MANY, retry_after=exc.retry_after))
    response = await in_thread(admin.site.login, threads=_ONE_THREAD)(request)
    if response.status_code == 302:
        await forget_logins(address=address)
    return response
