"""The page at `/` on which anyone can ask the book."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def chat_page(request: HttpRequest) -> HttpResponse:
    """The same for everyone: who is asking is known to its script alone, so nothing is looked up here."""
    return render(request, "chat/page.html")
