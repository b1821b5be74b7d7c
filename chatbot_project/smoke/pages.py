"""The server's own state, its chat page, and the history of who asks."""

from typing import Any

from chatbot_project.smoke.deployment import CheckFailed, Deployment, quoted


def alive(server: Deployment) -> str:
    live = server.json(server.call("GET", "/health/live"))
    return f"version {quoted(live.get('version'))}"


def health(server: Deployment) -> str:
    report = server.json(server.call("GET", "/health", expected=(200, 503)))
    services = report.get("services")
    faults = [
        f"{quoted(name)} is {quoted(state)}"
        for name, state in (services.items() if isinstance(services, dict) else ())
        if state != "healthy"
    ]
    note = ", ".join([quoted(report.get("status")), *faults])
    if report.get("status") not in ("healthy", "degraded"):
        raise CheckFailed(f"It cannot answer: {note}. Its log says why.")
    return note


def index(server: Deployment) -> str:
    state = server.json(server.call("GET", "/v1/index"))
    if state.get("status") == "ready":
        return _described(state)
    if state.get("status") == "building":
        raise CheckFailed(f"The book is still being indexed{_progress(state)}. Check again when it is done.")
    raise CheckFailed("There is no index. Its log says why; to build one: manage.py reindex")


def head_of_chat_page(server: Deployment) -> str:
    response = server.call("HEAD", "/")
    if response.content:
        raise CheckFailed("The answer to HEAD has a body.")
    return ""


def delete_conversations(server: Deployment) -> str:
    """Leave nothing behind."""
    for conversation in server.conversations:
        server.call("DELETE", f"/v1/conversations/{conversation}", expected=(204,))
    return f"of the {len(server.conversations)} conversations of these checks"


def _described(state: dict[str, Any]) -> str:
    embedder = state.get("embedder")
    model = embedder.get("model") if isinstance(embedder, dict) else "words alone"
    return quoted(f"{state.get('chunks')} chunks of {state.get('documents')} documents, {model}")


def _progress(state: dict[str, Any]) -> str:
    building = state.get("building")
    if not isinstance(building, dict):
        return ""
    return quoted(f": {building.get('phase')}, {building.get('done')} of {building.get('total')}")
