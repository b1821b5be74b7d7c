"""The admin's sidebar."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The sections that Unfold shows, each link only to those who may open it."""
    return [
        {
            "title": "Readers",
            "items": [
                _list_of("Conversations", icon="forum", app="chat", model="conversation"),
                _list_of("Unanswered questions", icon="help", app="chat", model="unansweredquestion"),
                _list_of("Feedback", icon="thumbs_up_down", app="chat", model="feedback"),
            ],
        },
        {
            "title": "Book",
            "separator": True,
            "items": [
                _list_of("Index builds", icon="database", app="knowledge", model="indexbuild"),
                _list_of(
                    "Documents",
                    icon="description",
                    app="knowledge",
                    model="document",
                    query="?build__status__exact=active",
                ),
            ],
        },
        {
            "title": "Access",
            "separator": True,
            "items": [
                _list_of("Users", icon="person", app="auth", model="user"),
                _list_of("Groups", icon="group", app="auth", model="group"),
            ],
        },
    ]


def _list_of(title: str, *, icon: str, app: str, model: str, query: str = "") -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse(f"admin:{app}_{model}_changelist") + query,
        "permission": _viewers_of(app, model),
    }


def _viewers_of(app: str, model: str) -> Callable[[HttpRequest], bool]:
    return lambda request: any(
        request.user.has_perm(f"{app}.{action}_{model}") for action in ("view", "change")
    )
