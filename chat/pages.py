"""The chat as readers meet it: the page at `/`, and the script that brings it to other sites."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

STATIC = Path(__file__).parent / "static"
# Of the interface's languages all but one are never wanted.
FETCHED_LATER = {"languages/de.js", "languages/ur.js"}


@require_safe
def chat_page(request: HttpRequest) -> HttpResponse:
    """The same for everyone: who is asking is known to its script alone, so nothing is looked up here."""
    return render(request, "chat/page.html", {"title": settings.CHAT_TITLE, "modules": _modules()})


def _etag(request: HttpRequest) -> str:
    return f'"{sha256(_widget().encode()).hexdigest()[:16]}"'


@require_safe
@cache_control(public=True, max_age=300)
@condition(etag_func=_etag)
def widget_script(request: HttpRequest) -> HttpResponse:
    """The loader, kept for minutes only: unlike that of the modules it imports, its address never changes."""
    response = HttpResponse(_widget(), content_type="text/javascript; charset=utf-8")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _widget() -> str:
    return render_to_string("chat/widget.js")


@cache
def _modules() -> tuple[str, ...]:
    """What the page's script imports, and what that imports: named so that all are fetched at once."""
    chat = STATIC / "chat"
    found = sorted(path for path in chat.rglob("*.js") if str(path.relative_to(chat)) not in FETCHED_LATER)
    return tuple(str(path.relative_to(STATIC)) for path in found)
